import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { pages, routes } from '../api.ts'
import { smtpMailer } from '../emails/mailer.ts'
import type { App } from '../platform/app.ts'
import { MovableClock } from '../platform/clock/clock.ts'
import { settings as knownSettings, loadConfig } from '../platform/config.ts'
import { type Connection, type Database, openDatabase } from '../platform/db/database.ts'
import { buildServer } from '../platform/http/server.ts'
import { createApp } from '../server/create-app.ts'
import { readTime } from '../test-controls/read-members.ts'
import { begin } from '../test-controls/reset.ts'
import { startWorker, type Worker } from '../worker/worker.ts'
import type { ServerOptions, StartedServer } from './server-options.ts'
import { copyTemplate, databaseOn, dropDatabases } from './template.ts'

/** What each server has a part of. */
export interface Place {
  postgres: Connection
  template: string
  /** Where their uploads are. */
  folder: string
}

/** A server that listens, with an empty database, and that nobody uses yet. */
export interface ReadyServer {
  app: App
  server: FastifyInstance
  url: string
  database: Database
  name: string
  folder: string
}

export interface RunningServer {
  started: StartedServer
  stop: () => Promise<void>
}

/** Quick, and alone: nothing reaches other machines. */
const SETTINGS = {
  LOG_LEVEL: 'error',
  PASSWORD_COST: '10',
  RATE_LIMIT: '0',
  // Nobody answers there.
  STRIPE_API_URL: 'http://127.0.0.1:9',
}

/** What makes one server differ from another; the kit decides it. */
const OWN_SETTINGS = [
  'DATABASE_POOL',
  'DATABASE_URL',
  'DATA_DIR',
  'HOST',
  'METRICS_PORT',
  'PORT',
  'SECRET_KEY',
  'SECRET_KEY_PREVIOUS',
]

/** @throws Error that says what is wrong with the options of a server */
export function checkOptions({ now, settings = {} }: ServerOptions): void {
  if (now !== undefined) readTime(now)
  for (const name of Object.keys(settings)) {
    const base = name.replace(/_FILE$/, '')
    if (!Object.hasOwn(knownSettings, base))
      throw new Error(`There is no setting "${name}"; docs/settings.md lists the settings.`)
    if (OWN_SETTINGS.includes(base)) throw new Error(`The test kit decides the setting ${base} itself.`)
  }
  loadConfig('development', { ...SETTINGS, ...settings })
}

/** @param settings that checkOptions() has accepted */
export async function makeServer(place: Place, settings: Record<string, string> = {}): Promise<ReadyServer> {
  const secretKey = randomBytes(32).toString('base64')
  const folderOf = (name: string) => join(place.folder, 'servers', name)
  const name = await copyTemplate(place.postgres, place.template)
  const folder = folderOf(name)
  const config = loadConfig('development', { ...SETTINGS, DATA_DIR: folder, ...settings })
  const database = openDatabase(databaseOn(place.postgres, name), { size: 5, name: 'bestow test server' })
  const app = createApp({
    config,
    log: pino({ level: config.LOG_LEVEL }, pino.destination(2)),
    clock: new MovableClock(),
    database,
    secretKey,
    mailer: config.SMTP_URL === null ? null : smtpMailer(config.SMTP_URL),
    mailDomains: null,
  })
  const server = await buildServer(app, routes, pages)
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  app.publicUrl = config.PUBLIC_URL ?? url
  return { app, server, url, database, name, folder }
}

/** Gives a server an account and lets it work. */
export async function useServer(
  place: Place,
  ready: ReadyServer,
  { now, demo }: ServerOptions,
): Promise<RunningServer> {
  const { app, name: id, url } = ready
  const { client_id, client_secret } = await begin(app, {
    now: now === undefined ? undefined : readTime(now),
    demo,
  })
  const worker = startWorker(app)
  return {
    started: { id, url, client_id, client_secret: client_secret! },
    stop: () => endServer(place, ready, worker),
  }
}

/** Ends a server and removes what it has kept. */
export async function endServer(place: Place, ready: ReadyServer, worker?: Worker): Promise<void> {
  const { app, server, database, name, folder } = ready
  server.server.closeAllConnections()
  await worker?.stop()
  app.mailer?.close()
  await server.close()
  await database.close()
  await dropDatabases(place.postgres, [name])
  await rm(folder, { recursive: true, force: true })
}
