/**
 * Generates the portal's client from the OpenAPI document of this server, as `api/generated.ts`. Usage:
 * node web/generate-client.ts
 */
import { join } from 'node:path'
import { generate } from 'orval'
import { openApiDocument } from '../src/server/openapi-document.ts'

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

if (import.meta.main) await generateClient()
