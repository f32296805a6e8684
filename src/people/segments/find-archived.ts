import type { Db, Tx } from '../../platform/db/database.ts'
import { jsonPointer } from '../../platform/jsonapi/errors.ts'
import { findNameable, isReferenceType, nounOf } from '../../platform/references/referable.ts'
import { filtersIn, handleIn, isOfCustomField, referencesOf } from '../contacts/conditions.ts'
import { conditionOf, type FilterObject, pathInto } from '../contacts/filter-object.ts'
import { allCustomFieldsOf, customFieldsOf } from '../custom-fields/find-fields.ts'
import { SINGULAR } from '../custom-fields/read-values.ts'
import { segmentsById } from './find-segments.ts'

interface Archived {
  type: string
  id: string
  /** Into the document of the segment. */
  pointer: string
}

/** What the filters of a segment name that has been archived since. */
export async function findArchived(db: Db | Tx, siteId: string, filter: FilterObject): Promise<Archived[]> {
  const named = referencesOf(conditionOf(filter)).map(({ path, ...each }) => ({
    ...each,
    pointer: jsonPointer(['data', 'attributes', 'filter', ...pathInto(filter, path)]),
  }))
  const archived: Archived[] = []
  for (const [type, each] of Map.groupBy(named, (one) => one.type)) {
    if (!isReferenceType(type)) continue
    const ids = each.map(({ id }) => id)
    const nameable = await findNameable(db, siteId, type, ids)
    archived.push(...each.filter(({ id }) => !nameable.has(id)))
  }
  return [...archived, ...(await archivedFields(db, siteId, filter))]
}

/** A sentence about what a segment names that has been archived since; undefined: there is nothing. */
export async function warningOfArchived(
  db: Db | Tx,
  siteId: string,
  segmentId: string,
): Promise<string | undefined> {
  const [segment] = await segmentsById(db, siteId, [segmentId])
  const archived = segment ? await findArchived(db, siteId, segment.filter) : []
  if (archived.length === 0) return undefined
  const named = new Set(
    archived.map(({ type, id }) => `the ${isReferenceType(type) ? nounOf(type) : SINGULAR} ${id}`),
  )
  return `The segment ${segmentId} names what is archived: ${[...named].join(', ')}.`
}

async function archivedFields(db: Db | Tx, siteId: string, filter: FilterObject): Promise<Archived[]> {
  const used = filtersIn(conditionOf(filter)).filter((one) => isOfCustomField(one.filter))
  if (used.length === 0) return []
  const active = new Set((await customFieldsOf(db, [siteId])).map(({ id }) => id))
  const fields = (await allCustomFieldsOf(db, [siteId])).filter(({ id }) => !active.has(id))
  return used.flatMap(({ filter: name, path }) => {
    const field = fields.find(({ handle }) => handle === handleIn(name))
    if (!field) return []
    const place = pathInto(filter, [...path, 'filter'])
    return [
      {
        type: 'custom_fields',
        id: field.id,
        pointer: jsonPointer(['data', 'attributes', 'filter', ...place]),
      },
    ]
  })
}
