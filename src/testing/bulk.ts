import { bulkTask } from '../bulk/process-jobs.ts'
import type { Client, Reply } from './client.ts'
import type { Harness } from './harness.ts'

/** The document of a new bulk job. */
export const bulkBody = (attributes: object, meta?: object) => ({
  data: { type: 'bulk_jobs', attributes },
  ...(meta && { meta }),
})

/** A row as the API shows it, as far as tests compare it. */
export interface ShownRow {
  status: string
  code: string | null
  detail: string | null
  email: string | null
  contactId: string | null
  // biome-ignore lint/suspicious/noExplicitAny: of any kind
  result: any
}

/** Processes every row that is pending, and nothing else. */
export async function processBulk(h: Harness): Promise<void> {
  while ((await bulkTask.run(h.app, () => {})) > 0);
}

/** The rows of a job, at most 500. */
export async function rowsOf(client: Client, jobId: string, query = ''): Promise<ShownRow[]> {
  const { body } = await client.get(`/v1/bulk_jobs/${jobId}/rows?page[size]=500${query}`)
  return body.data.map(
    ({ attributes, relationships }: { attributes: ShownRow; relationships: Relationships }) => ({
      status: attributes.status,
      code: attributes.code,
      detail: attributes.detail,
      email: attributes.email,
      contactId: relationships.contact.data?.id ?? null,
      result: attributes.result,
    }),
  )
}

interface Relationships {
  contact: { data: { id: string } | null }
}

/** Creates a job, processes it, and returns it with its rows. */
export async function runBulk(
  h: Harness,
  kind: string,
  attributes: object,
  meta?: object,
): Promise<{ created: Reply; id: string; job: Record<string, unknown>; rows: ShownRow[] }> {
  const created = await h.client.post(`/v1/bulk/${kind}`, bulkBody(attributes, meta))
  if (created.status !== 202) throw new Error(`${created.status}: ${JSON.stringify(created.body)}`)
  await processBulk(h)
  const { id } = created.body.data
  const job = (await h.client.get(`/v1/bulk_jobs/${id}`)).body.data.attributes
  return { created, id, job, rows: await rowsOf(h.client, id) }
}
