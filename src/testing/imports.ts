import { importTask } from '../imports/process-imports.ts'
import type { Client } from './client.ts'
import { unique } from './fixtures.ts'
import type { Harness } from './harness.ts'

/** The form of a new import. */
export function importForm(file: string | Uint8Array, fields: Record<string, string> = {}): FormData {
  const form = new FormData()
  form.append('kind', fields.kind ?? 'contacts')
  for (const [name, value] of Object.entries(fields)) if (name !== 'kind') form.append(name, value)
  form.append('file', new Blob([file as BlobPart]), 'file.csv')
  return form
}

/** Processes every import that is pending, and nothing else. */
export async function processImports(h: Harness): Promise<void> {
  while ((await importTask.run(h.app, () => {})) > 0);
}

/** A row as the API shows it, as far as tests compare it. */
export interface ShownImportRow {
  line: number
  status: string
  code: string | null
  column: string | null
  detail: string | null
  contactId: string | null
  // biome-ignore lint/suspicious/noExplicitAny: of any kind
  result: any
}

/** The rows of an import, at most 500. */
export async function importRowsOf(client: Client, id: string, query = ''): Promise<ShownImportRow[]> {
  const { body } = await client.get(`/v1/imports/${id}/rows?page[size]=500${query}`)
  return body.data.map(
    // biome-ignore lint/suspicious/noExplicitAny: as above
    ({ attributes, relationships }: any) => ({
      line: attributes.line,
      status: attributes.status,
      code: attributes.code,
      column: attributes.column,
      detail: attributes.detail,
      contactId: relationships.contact.data?.id ?? null,
      result: attributes.result,
    }),
  )
}

/** Imports a file, and returns the import with its rows. */
export async function runImport(
  h: Harness,
  file: string | Uint8Array,
  fields: Record<string, string> = {},
  client: Client = h.client,
) {
  const created = await client.post('/v1/imports', importForm(file, fields))
  if (created.status !== 202) throw new Error(`${created.status}: ${JSON.stringify(created.body)}`)
  await processImports(h)
  const { id } = created.body.data
  const job = (await client.get(`/v1/imports/${id}`)).body.data.attributes
  return { id, job, rows: await importRowsOf(client, id) }
}

/** An import that waits to be started, on the only site of a client. @returns its id */
export async function makeHeldImport(client: Client): Promise<string> {
  const file = `Email,Name\nheld${unique()}@example.com,Ada\n`
  const { status, body } = await client.post('/v1/imports', importForm(file, { hold: 'true' }))
  if (status !== 202) throw new Error(JSON.stringify(body))
  return body.data.id
}
