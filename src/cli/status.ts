import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { isSecretOf, oldestClientId } from '../accounts/api-keys/api-keys.ts'
import { queues } from '../background.ts'
import { type RunningProcess, readStatus, type Status } from '../operations/server/read-status.ts'
import { systemClock } from '../platform/clock/clock.ts'
import { type Config, loadConfig } from '../platform/config.ts'
import { type Connection, type Database, isUnavailable, openDatabase } from '../platform/db/database.ts'
import { findServer } from '../platform/db/embedded/postmaster.ts'
import { VERSION } from '../platform/version.ts'
import { readDevelopmentAccess } from '../server/development-key.ts'
import { type OutputOptions, print, subcommand } from './output.ts'

/** Nothing runs. */
export const NOT_RUNNING = 3

interface StatusOptions extends OutputOptions {
  env?: boolean
}

export function statusCommands(program: Command): void {
  subcommand(
    program,
    'status',
    'what runs, what waits, and what needs attention; exits with 1 when something does, with 3 when nothing runs',
  )
    .option('--env', 'print the settings of a client, as in KAJABI_API_URL=…')
    .action(status)
}

async function status({ json, env }: StatusOptions): Promise<void> {
  const config = loadConfig('development')
  if (env) return printEnvironment({ json }, config)
  const found = await withRunningDatabase(config, ({ kysely }) => readStatus(kysely, queues))
  const url = await urlOf(config)
  const isRunning = found !== null && found.processes.length > 0
  print(
    { json },
    { running: isRunning, url: isRunning ? url : null, ...(found ?? { version: VERSION }) },
    isRunning ? describe(found, url, config) : describeStopped(config, found),
  )
  if (!isRunning) process.exitCode = NOT_RUNNING
  else if (found.attention.length > 0) process.exitCode = 1
}

/** In one sentence, for `bestow` without a command. */
export async function summary(): Promise<string> {
  const config = loadConfig('development')
  const found = await withRunningDatabase(config, ({ kysely }) => readStatus(kysely, queues)).catch(
    () => null,
  )
  if (!found || found.processes.length === 0) return 'Nothing runs here.'
  const problems = found.attention.length
  const attention =
    problems === 0 ? '' : `; ${problems} need${problems === 1 ? 's' : ''} attention: bestow status`
  return `Bestow runs at ${await urlOf(config)}${attention}.`
}

/** Unlike other commands this one starts no database. Null: none runs. */
async function withRunningDatabase<Result>(
  config: Config,
  work: (database: Database) => Promise<Result>,
): Promise<Result | null> {
  const connection = config.DATABASE_URL ?? (await embeddedConnection(config.DATA_DIR))
  if (connection === null) return null
  const database = openDatabase(connection, { size: 2, name: 'bestow status' })
  try {
    return await work(database)
  } catch (error) {
    // The lock file of an embedded server that was killed is still there.
    if (config.DATABASE_URL === null && isUnavailable(error)) return null
    throw error
  } finally {
    await database.close()
  }
}

async function embeddedConnection(dataDir: string): Promise<Connection | null> {
  const server = await findServer(join(dataDir, 'postgres'))
  return server && { host: server.host, port: server.port, user: 'bestow', database: 'bestow' }
}

async function urlOf(config: Config): Promise<string> {
  const started = config.PUBLIC_URL ?? (await readDevelopmentAccess(config.DATA_DIR))?.url
  return started ?? `http://${config.HOST}:${config.PORT}`
}

function describe(found: Status, url: string, config: Config): string[] {
  const ahead = found.clock_ahead_ms > 0 ? `, clock +${duration(found.clock_ahead_ms)}` : ''
  const where = config.DATABASE_URL === null ? ' embedded' : ''
  return [
    `bestow ${found.version}  ${url}  ${found.mode}${ahead}`,
    `running: ${found.processes.map(describeProcess).join('; ')}`,
    `database: PostgreSQL ${found.postgres}${where}, schema ${found.schema}; ${describeBackup(found)}`,
    ...(found.jobs ? [`backlog: ${counts(found.jobs.pending)}`] : []),
    ...found.attention.map((line) => `! ${line}`),
  ]
}

const describeProcess = ({ role, version, pid, host, since }: RunningProcess): string =>
  `${role} ${version}, process ${pid}${host ? ` at ${host}` : ''}, up ${duration(systemClock.now().getTime() - since.getTime())}`

const describeBackup = ({ last_backup_at, last_archived_at }: Status): string => {
  const backup = last_backup_at ? `last backup ${ago(last_backup_at)}` : 'never backed up'
  return last_archived_at ? `${backup}, log archived ${ago(last_archived_at)}` : backup
}

const ago = (at: Date): string => `${duration(systemClock.now().getTime() - at.getTime())} ago`

/** As people say it: several of a kind of job. */
const pluralOf = (kind: string): string => `${kind === 'email' ? 'e-mail' : kind}s`.replace('ys', 'ies')

const counts = (pending: Record<string, number>): string =>
  Object.entries(pending)
    .map(([kind, count]) => `${pluralOf(kind)} ${count}`)
    .join(', ')

function describeStopped({ DATA_DIR, DATABASE_URL }: Config, found: Status | null): string[] {
  const data = existsSync(join(DATA_DIR, 'postgres')) ? DATA_DIR : `none yet in ${DATA_DIR}`
  return [
    `bestow ${VERSION}  nothing runs`,
    DATABASE_URL === null ? `data: ${data}` : `database: that of DATABASE_URL, schema ${found?.schema}`,
    ...(found?.jobs ? [`backlog: ${counts(found.jobs.pending)}`] : []),
    DATABASE_URL === null
      ? 'To start it: npx bestow start'
      : 'To start it: npx bestow serve, npx bestow worker',
  ]
}

/** In the largest unit that fits: 3 s, 5 min, 2 h, 30 d. */
export function duration(milliseconds: number): string {
  const units: [string, number][] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
  ]
  const [unit, size] = units.find(([, one]) => milliseconds >= one) ?? ['s', 1000]
  return `${Math.max(0, Math.floor(milliseconds / size))} ${unit}`
}

async function printEnvironment(options: OutputOptions, config: Config): Promise<void> {
  const access = await readDevelopmentAccess(config.DATA_DIR)
  const found = await withRunningDatabase(config, async ({ kysely }) => {
    const client_id = await oldestClientId(kysely)
    const secret = access?.client_secret
    const isValid = client_id && secret && (await isSecretOf(kysely, client_id, secret))
    return { client_id, client_secret: isValid ? secret : null }
  })
  if (!found) {
    process.stderr.write('bestow: Nothing runs here; start it with: npx bestow start\n')
    process.exitCode = NOT_RUNNING
    return
  }
  const { client_id, client_secret } = found
  const environment = {
    KAJABI_API_URL: await urlOf(config),
    ...(client_id && { KAJABI_CLIENT_ID: client_id }),
    ...(client_secret && { KAJABI_CLIENT_SECRET: client_secret }),
  }
  if (!client_secret)
    process.stderr.write(
      `bestow: The secret of the key is not known here; a new one: npx bestow keys rotate ${client_id ?? '<id>'}\n`,
    )
  print(
    options,
    environment,
    Object.entries(environment).map(([name, value]) => `${name}=${value}`),
  )
}
