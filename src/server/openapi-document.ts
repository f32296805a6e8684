import { pino } from 'pino'
import { pages, routes } from '../api.ts'
import { systemClock } from '../platform/clock/clock.ts'
import { loadConfig } from '../platform/config.ts'
import { openDatabase } from '../platform/db/database.ts'
import { buildServer } from '../platform/http/server.ts'
import { createApp } from './create-app.ts'

/** The OpenAPI document of a development server with the default settings. Connects to no database. */
export async function openApiDocument(): Promise<Record<string, unknown>> {
  const config = loadConfig('development', {})
  const database = openDatabase('postgres://127.0.0.1/none', { size: 1, name: 'none', onError: () => {} })
  const app = createApp({
    config,
    log: pino({ level: 'silent' }),
    clock: systemClock,
    database,
    secretKey: 'signs nothing',
    mailer: null,
    mailDomains: null,
  })
  const server = await buildServer(app, routes, pages)
  await server.ready()
  const document = server.swagger() as unknown as Record<string, unknown>
  await server.close()
  await database.close()
  return structuredClone(document)
}
