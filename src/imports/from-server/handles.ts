/** Handles of custom fields: that of a field can be another one here. */
import { allCustomFieldsOf, type CustomField, freeHandle } from '../../people/custom-fields/find-fields.ts'
import type { Fresh, PageRun } from './page-run.ts'
import type { WantedRecord } from './put-records.ts'
import type { SourceRow } from './source.ts'

/** In the ledger: the custom fields here, by site and handle there. */
const HANDLES = 'custom_field_handles'

/** Records which custom fields here those of a page are, so that lists that follow find them by handle. */
export async function noteHandles(run: PageRun, siteId: string, rows: SourceRow[]): Promise<void> {
  const targets = await run.targets(
    'custom_fields',
    rows.map(({ id }) => id),
  )
  const noted = rows.flatMap(({ id, attributes: { handle } }) =>
    targets.has(id) ? [{ id: `${siteId}/${handle}`, targetId: targets.get(id)! }] : [],
  )
  await run.note(HANDLES, noted, 'unchanged')
}

/** The custom fields of a site, also those that are archived, by their handles on the other server. */
export async function fieldsByHandleThere(run: PageRun, siteId: string): Promise<Map<string, CustomField>> {
  const noted = await run.options.ledger.findBeginning(run.tx, HANDLES, `${siteId}/`)
  const fields = new Map((await allCustomFieldsOf(run.tx, [siteId])).map((field) => [field.id, field]))
  return new Map(
    noted.flatMap(({ sourceId, targetId }) => {
      const field = fields.get(targetId)
      return field ? [[sourceId.slice(siteId.length + 1), field] as const] : []
    }),
  )
}

/** Gives new fields whose handle another field here has one that is free here and on the other server. */
export async function withFreeHandles(
  run: PageRun,
  siteId: string,
  fresh: Fresh<WantedRecord>[],
  rows: SourceRow[],
): Promise<Fresh<WantedRecord>[]> {
  const here = new Set((await allCustomFieldsOf(run.tx, [siteId])).map(({ handle }) => handle))
  const used = new Set([...here, ...rows.map(({ attributes }) => String(attributes.handle))])
  return fresh.map((one) => {
    const { wanted, targetId } = one
    if (targetId !== null || !here.has(String(wanted.attributes.handle))) return one
    const handle = freeHandle(used)
    used.add(handle)
    return { ...one, wanted: { ...wanted, attributes: { ...wanted.attributes, handle } } }
  })
}
