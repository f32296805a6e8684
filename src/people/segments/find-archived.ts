import type { Db } from '../../platform/db/database.ts'
import { jsonPointer } from '../../platform/jsonapi/errors.ts'
import { findNameable, isReferenceType } from '../../platform/references/referable.ts'
import { filtersIn, handleIn, isOfCustomField, referencesOf } from '../contacts/conditions.ts'
import { conditionOf, type FilterObject, pathInto } from '../contacts/filter-object.ts'
import { allCustomFieldsOf, customFieldsOf } from '../custom-fields/find-fields.ts'

interface Archived {
  type: string
  id: string
  /** Into the document of the segment. */
  pointer: string
}

/** What the filters of a segment name that has been archived since. */
export async function findArchived(db: Db, siteId: string, filter: FilterObject): Promise<Archived[]> {
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

async function archivedFields(db: Db, siteId: string, filter: FilterObject): Promise<Archived[]> {
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
