import { join } from 'node:path'
import { generateClient } from '../../bin/generate-client.ts'

/** The client of the package, generated again when the API has changed. */
export async function loadClient(): Promise<typeof import('../client/index.ts')> {
  await generateClient(join(import.meta.dirname, '../client'))
  return import('../client/index.ts')
}
