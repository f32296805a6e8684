/**
 * Generates the portal's client from the OpenAPI document of this server, as `api/generated.ts`. Usage:
 * node web/generate-client.ts
 */
import { join } from 'node:path'
import { generate } from 'orval'
import { pino } from 'pino'
import { pages, routes } from '../src/api.ts'
import { systemClock } from '../src/platform/clock/clock.ts'
import { loadConfig } from '../src/platform/config.ts'
import { openDatabase } from '../src/platform/db/database.ts'
import { buildServer } from '../src/platform/http/server.ts'
import { createApp } from '../src/server/create-app.ts'

/** Writes the client; connects to no database. */
export async function generateClient(): Promise<void> {
  await generate({
    input: { target: await openApiDocument() },
    output: {
      target: join(import.meta.dirname, 'api/generated.ts'),
      client: 'fetch',
      mode: 'single',
      override: {
        mutator: { path: join(import.meta.dirname, 'api/request.ts'), name: 'request', extension: '.ts' },
        fetch: { includeHttpResponseReturnType: false },
      },
    },
  })
}

async function openApiDocument(): Promise<Record<string, unknown>> {
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

if (import.meta.main) await generateClient()
