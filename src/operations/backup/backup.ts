import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../../platform/config.ts'
import type { Connection } from '../../platform/db/database.ts'
import { copyTables, restoreTables } from './table-copies.ts'

/** What a backup consists of. */
const DUMP = 'database.dump'
const TABLES = 'tables'
const UPLOADS = 'uploads'
const KEY = 'secret.key'

type Settings = Pick<Config, 'DATABASE_URL' | 'DATA_DIR' | 'UPLOADS_URL'>

/**
 * Writes a backup to a new folder: the database, with pg_dump where there is one that is new enough; uploads that are
 * in DATA_DIR, and the key that is there. It is complete when the folder has its name.
 *
 * @returns what it has of these
 * @throws Error when the folder exists
 */
export async function backUp(config: Settings, connection: Connection, folder: string): Promise<string[]> {
  if (existsSync(folder)) throw new Error(`${folder} exists: name a folder that does not.`)
  const draft = `${folder}.partial`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { recursive: true, mode: 0o700 })
  const isDumped = config.DATABASE_URL !== null && (await dump(config.DATABASE_URL, join(draft, DUMP)))
  if (!isDumped) await copyTables(connection, join(draft, TABLES))
  // After the database: what it names is there. What was added since does no harm.
  const files = filesOf(config).filter((name) => existsSync(join(config.DATA_DIR, name)))
  for (const name of files) await cp(join(config.DATA_DIR, name), join(draft, name), { recursive: true })
  await rename(draft, folder)
  return [isDumped ? DUMP : TABLES, ...files]
}

/** Whether pg_dump has written it. It is missing, or older than the server: the tables are copied then. */
async function dump(url: string, file: string): Promise<boolean> {
  const options = ['--format=custom', '--no-owner', '--no-privileges']
  if ((await run('pg_dump', [...options, `--file=${file}`, url])) === 0) return true
  // What it has written of it would be restored.
  await rm(file, { force: true })
  return false
}

/**
 * Restores a backup into an empty database, and its files into DATA_DIR.
 *
 * @param open connects to the database after this version has migrated it
 * @throws Error for a database that is not empty
 */
export async function restore(
  config: Settings,
  open: <Result>(work: (connection: Connection) => Promise<Result>) => Promise<Result>,
  folder: string,
): Promise<string[]> {
  if (existsSync(join(folder, DUMP))) await restoreDump(config, join(folder, DUMP))
  else if (existsSync(join(folder, TABLES)))
    await open((connection) => restoreTables(connection, join(folder, TABLES)))
  else throw new Error(`${folder} has no backup that is complete.`)
  const files = filesOf(config).filter((name) => existsSync(join(folder, name)))
  for (const name of files) await cp(join(folder, name), join(config.DATA_DIR, name), { recursive: true })
  return [existsSync(join(folder, DUMP)) ? DUMP : TABLES, ...files]
}

async function restoreDump({ DATABASE_URL: url }: Settings, file: string): Promise<void> {
  if (url === null)
    throw new Error('The backup is a dump by pg_dump: set DATABASE_URL to an empty database of PostgreSQL.')
  const options = ['--single-transaction', '--exit-on-error', '--no-owner', '--no-privileges']
  const code = await run('pg_restore', [...options, `--dbname=${url}`, file])
  if (code === 0) return
  throw new Error(
    code === null
      ? 'The backup is a dump by pg_dump, and pg_restore is not there. Install the client programs of PostgreSQL.'
      : 'pg_restore has failed, see above, and nothing was restored. It must be as new as the server, and the database empty.',
  )
}

/** Those in a store are backed up there; the key of a server in production is a setting. */
const filesOf = ({ UPLOADS_URL, DATABASE_URL }: Settings): string[] => [
  ...(UPLOADS_URL ? [] : [UPLOADS]),
  ...(DATABASE_URL === null ? [KEY] : []),
]

/** The exit code of a program, null when it is not there; what it says goes to standard error. */
const run = (program: string, args: string[]): Promise<number | null> =>
  new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
    child.on('error', () => resolve(null))
    child.on('close', (code) => resolve(code ?? 1))
  })
