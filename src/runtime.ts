import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { type App, createApp } from './app.ts'
import { MovableClock, systemClock } from './clock/clock.ts'
import { type Config, loadConfig, type Mode } from './config.ts'
import { type Connection, openDatabase } from './db/database.ts'
import { AlreadyRunningError, type Attachment, attach } from './db/embedded/attachment.ts'
import { migrate } from './db/migrate.ts'
import { smtpMailer } from './emails/mailer.ts'
import { createJobs, prepareJobs } from './jobs/jobs.ts'

export interface Runtime {
  app: App
  /** How the database is reached, for who needs a connection of their own. */
  connection: Connection
  /** Lets go of everything, in order; stops the embedded database when nobody else uses it. */
  close: () => Promise<void>
}

export interface RuntimeOptions {
  /** What this process is, as others see it: "start", "serve", "grant". */
  role: string
  mode: Mode
  /** Only one process may do this on a data folder. */
  serving?: boolean
}

/** Reads the configuration, finds or starts the database, brings it up to date and makes an App of it. */
export async function openRuntime({ role, mode, serving }: RuntimeOptions): Promise<Runtime> {
  const config = loadConfig(mode)
  const log = pino({ level: config.LOG_LEVEL }, pino.destination(2))
  const secretKey = config.SECRET_KEY ?? (await developmentKey(config.DATA_DIR))
  const embedded = config.DATABASE_URL === null ? await attachEmbedded(config, role, serving) : null
  const connection = config.DATABASE_URL ?? embedded!.connection
  const database = openDatabase(connection, {
    size: config.DATABASE_POOL,
    name: `bestow ${role}`,
    onError: (error) => log.warn({ err: error }, 'a database connection broke'),
  })
  const mailer = config.SMTP_URL === null ? null : smtpMailer(config.SMTP_URL)
  const clock = mode === 'development' ? new MovableClock() : systemClock
  const close = async () => {
    mailer?.close()
    await database.close()
    await embedded?.release()
  }
  try {
    const app = createApp({ config, log, clock, database, secretKey, mailer })
    await migrateAll(app)
    if (clock instanceof MovableClock) await clock.refresh(app.db)
    return { app, connection, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Brings our tables and those of pg-boss up to date. Returns the names of our migrations that ran. */
export async function migrateAll(app: App): Promise<string[]> {
  const ran = await migrate(app.db)
  const jobs = createJobs(app.pool, {
    supervise: false,
    onError: (error) => app.log.warn({ err: error }, 'jobs'),
  })
  await jobs.start()
  await prepareJobs(jobs)
  await jobs.stop({ close: false, graceful: false })
  return ran
}

async function attachEmbedded(config: Config, role: string, serving?: boolean): Promise<Attachment> {
  const url = `http://${config.HOST}:${config.PORT}`
  try {
    return await attach(config.DATA_DIR, {
      name: `bestow ${role}, process ${process.pid}, ${url}`.slice(0, 63),
      serving,
    })
  } catch (error) {
    if (!(error instanceof AlreadyRunningError)) throw error
    throw new Error(
      `Bestow runs already on ${config.DATA_DIR} (${error.message}). Stop it first, or set another DATA_DIR.`,
    )
  }
}

/** The key of a development server: made once and kept, so that tokens outlive a restart. */
async function developmentKey(dataDir: string): Promise<string> {
  const file = join(dataDir, 'secret.key')
  await mkdir(dataDir, { recursive: true, mode: 0o711 })
  // Of two processes that find none, one makes it and both read that one.
  await writeFile(file, `${randomBytes(32).toString('base64')}\n`, { flag: 'wx', mode: 0o600 }).catch(
    (error) => {
      if (error.code !== 'EEXIST') throw error
    },
  )
  return (await readFile(file, 'utf8')).trim()
}
