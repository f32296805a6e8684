/** For tests: another server on the database of a harness, with other settings. */
import { pino } from 'pino'
import { pages, routes } from '../api.ts'
import { systemClock } from '../platform/clock/clock.ts'
import { loadConfig, type SettingName } from '../platform/config.ts'
import { openDatabase } from '../platform/db/database.ts'
import { buildServer } from '../platform/http/server.ts'
import { createApp } from '../server/create-app.ts'
import type { Harness } from './harness.ts'

export interface SecondServer {
  url: string
  close: () => Promise<void>
}

/** @param settings in place of those of the harness */
export async function serveAgain(
  h: Harness,
  settings: Partial<Record<SettingName, string>>,
): Promise<SecondServer> {
  const secretKey = h.app.config.SECRET_KEY!
  const config = loadConfig('development', { SECRET_KEY: secretKey, LOG_LEVEL: 'fatal', ...settings })
  const database = openDatabase(h.connection, { size: 10, name: 'bestow second' })
  const app = createApp({
    config,
    log: pino({ level: 'fatal' }),
    clock: systemClock,
    database,
    secretKey,
    mailer: null,
    mailDomains: null,
  })
  const server = await buildServer(app, routes, pages)
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    url,
    close: async () => {
      await server.close()
      await database.close()
    },
  }
}
