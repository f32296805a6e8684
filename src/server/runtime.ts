import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { access, constants, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Logger, pino } from 'pino'
import { smtpMailer } from '../emails/mailer.ts'
import type { App } from '../platform/app.ts'
import { MovableClock, systemClock } from '../platform/clock/clock.ts'
import { type Config, loadConfig, type Mode } from '../platform/config.ts'
import { type Connection, isUnavailable, openDatabase } from '../platform/db/database.ts'
import { AlreadyRunningError, type Attachment, attach } from '../platform/db/embedded/attachment.ts'
import { isCurrent, migrate, unknownMigrations } from '../platform/db/migrate.ts'
import { mailDomainsOf } from '../platform/mail-domains.ts'
import { VERSION } from '../platform/version.ts'
import { createApp } from './create-app.ts'

export interface Runtime {
  app: App
  /** How the database is reached, for who needs a connection of their own. */
  connection: Connection
  /** Names of the migrations that ran just now. */
  migrated: string[]
  /** Shuts everything down in order; stops the embedded database when no other process uses it. */
  close: () => Promise<void>
}

export interface RuntimeOptions {
  /** What this process is, as others see it: "start", "serve", "grant". */
  role: string
  mode: Mode
  /** Only one process may do this on a data folder. */
  serving?: boolean
}

/** What still runs when the pool is to end gets this long. */
const POOL_END_MS = 500

/** Reads the configuration, finds or starts the database, brings it up to date and makes an App of it. */
export async function openRuntime({ role, mode, serving }: RuntimeOptions): Promise<Runtime> {
  const config = loadConfig(mode)
  const log = pino({ level: config.LOG_LEVEL }, pino.destination(2))
  const isEmbedded = config.DATABASE_URL === null
  if (isEmbedded) await prepareFolder(config.DATA_DIR)
  const secretKey = config.SECRET_KEY ?? (await developmentKey(config.DATA_DIR, isEmbedded || serving))
  const embedded = isEmbedded ? await attachEmbedded(config, log, role, serving) : null
  const connection = config.DATABASE_URL ?? embedded!.connection
  const database = openDatabase(connection, {
    size: config.DATABASE_POOL,
    name: `bestow ${role} ${VERSION}, process ${process.pid}`,
    // Not the error itself: it carries the whole connection with it.
    keepsOne: ['start', 'serve', 'worker'].includes(role),
    onError: ({ message }) => log.warn({ reason: message }, 'a database connection broke'),
  })
  const mailer = config.SMTP_URL === null ? null : smtpMailer(config.SMTP_URL)
  const clock = mode === 'development' ? new MovableClock() : systemClock
  const close = async () => {
    mailer?.close()
    await Promise.race([database.close(), sleep(POOL_END_MS, undefined, { ref: false })])
    await embedded?.release()
  }
  try {
    const app = createApp({
      config,
      log,
      clock,
      database,
      secretKey,
      mailer,
      mailDomains: mailDomainsOf(config),
    })
    const { migrated, unknown } = await migrateAll(connection)
    if (unknown.length > 0) log.info({ migrations: unknown }, 'the database was migrated by a newer version')
    if (clock instanceof MovableClock) await clock.refresh(app.db)
    return { app, connection, migrated, close }
  } catch (error) {
    await close()
    throw isEmbedded ? error : explainDatabase(error)
  }
}

/**
 * Brings our tables up to date, one process after the other: tables that are made "if not exists" by two at once
 * fail in one of them. A process that finds nothing to do does not wait: it may start while a newer version migrates.
 *
 * @returns the names of the migrations that ran, and of those that only a newer version has
 */
export async function migrateAll(connection: Connection): Promise<{ migrated: string[]; unknown: string[] }> {
  // Connections of its own: a migration may take longer than any request.
  const { kysely, pool, close } = openDatabase(connection, {
    size: 4,
    name: 'bestow migrate',
    isPatient: true,
  })
  try {
    if (await isCurrent(kysely)) return { migrated: [], unknown: await unknownMigrations(kysely) }
    const lock = await pool.connect()
    try {
      await lock.query(`select pg_advisory_lock(hashtext('bestow migrate'))`)
      return { migrated: await migrate(kysely), unknown: [] }
    } finally {
      // Ends the connection, and the lock with it.
      lock.release(true)
    }
  } finally {
    await close()
  }
}

async function prepareFolder(dataDir: string): Promise<void> {
  try {
    await makeFolder(dataDir)
    await access(dataDir, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new Error(`DATA_DIR ${dataDir} cannot be used: ${(error as Error).message}`, { cause: error })
  }
}

/** Like `mkdir` with `recursive`, which never ends in a folder where nothing can be made, such as /proc. */
async function makeFolder(folder: string): Promise<void> {
  if (existsSync(folder)) return
  await makeFolder(dirname(folder))
  await mkdir(folder, { mode: 0o711 }).catch((error) => {
    if (error.code !== 'EEXIST') throw error
  })
}

/** Wrong address, user, password or database: all of it is written in DATABASE_URL. */
function explainDatabase(error: unknown): unknown {
  const { code = '', message } = error as { code?: string; message: string }
  if (!isUnavailable(error) && !/^(28|3D)/.test(code)) return error
  return new Error(`DATABASE_URL does not point to a usable database: ${message || code}`, { cause: error })
}

async function attachEmbedded(
  config: Config,
  log: Logger,
  role: string,
  serving?: boolean,
): Promise<Attachment> {
  const address = config.PORT === 0 ? '' : `, http://${config.HOST}:${config.PORT}`
  try {
    return await attach(config.DATA_DIR, {
      name: `bestow ${role}, process ${process.pid}${address}`.slice(0, 63),
      serving,
      onTrouble: (error) => log.error({ err: error }, 'the embedded database is away, will be tried again'),
      onLost(error) {
        log.fatal({ err: error }, 'another server has taken over the data folder')
        process.exitCode = 1
        process.kill(process.pid, 'SIGTERM')
      },
    })
  } catch (error) {
    if (!(error instanceof AlreadyRunningError)) throw error
    throw new Error(
      `Bestow runs already on ${config.DATA_DIR} (${error.message}). Stop it first, or set another DATA_DIR.`,
    )
  }
}

/**
 * The key of a development server: made once and kept, so that tokens outlive a restart. A command on
 * somebody else's database makes none; it signs nothing that would have to last.
 */
async function developmentKey(dataDir: string, mayKeep = false): Promise<string> {
  const file = join(dataDir, 'secret.key')
  const kept = () => readFile(file, 'utf8').then((text) => text.trim() || null, whenMissing)
  const key = await kept()
  if (key !== null) return key
  const fresh = randomBytes(32).toString('base64')
  if (!mayKeep) return fresh
  // Written aside and then named: a start that is killed leaves no half a key, and of two the first wins.
  const draft = `${file}.${process.pid}`
  await prepareFolder(dataDir)
  await writeFile(draft, `${fresh}\n`, { mode: 0o600 })
  await link(draft, file).catch(async (error) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(draft, { force: true })
  return (await kept())!
}

function whenMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
  throw error
}
