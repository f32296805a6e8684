import type { Tx } from '../../platform/db/database.ts'
import { ApiError, jsonPointer, type Path } from '../../platform/jsonapi/errors.ts'
import { isId, withId } from '../../platform/jsonapi/identifiers.ts'
import {
  absence,
  findAbsent,
  findExisting,
  isReferenceType,
  nounOf,
} from '../../platform/references/referable.ts'
import { checkCondition } from './check-condition.ts'
import { type Condition, referencesOf, refused } from './conditions.ts'
import { conditionOf, type FilterObject, pathInto } from './filter-object.ts'

/**
 * Checks what an object of filters says of the site: as checkCondition() does, and that all that it names exists.
 * Segments that it names stay until the transaction ends; anything else may be archived, as in lists: who holds an
 * archived offer still holds it.
 *
 * @param path where it stands in the document
 * @throws ApiError 422 that points at what is wrong
 */
export async function checkFilterObject(
  tx: Tx,
  siteId: string,
  filters: FilterObject,
  path: Path,
): Promise<void> {
  const condition = conditionOf(filters)
  try {
    await checkCondition(tx, siteId, condition, [])
    await checkReferences(tx, siteId, condition)
  } catch (error) {
    const pointer = error instanceof ApiError ? error.source?.pointer : undefined
    if (pointer === undefined) throw error
    const { status, code, message } = error as ApiError
    const place = [...path, ...pathInto(filters, pointer.split('/').slice(1))]
    throw new ApiError(status, code, message, { source: { pointer: jsonPointer(place) } })
  }
}

async function checkReferences(tx: Tx, siteId: string, condition: Condition): Promise<void> {
  const named = referencesOf(condition).flatMap(({ type, ...place }) =>
    isReferenceType(type) ? [{ ...place, type }] : [],
  )
  for (const [type, references] of Map.groupBy(named, (one) => one.type)) {
    if (type === 'segments') {
      const absent = await findAbsent(tx, siteId, references)
      if (absent) throw refused('not_found', `There is no ${absence(type, absent.id)}`, absent.path)
      continue
    }
    const ids = references.map(({ id }) => id).filter(isId)
    const existing = await findExisting(tx, siteId, type, ids)
    const absent = references.find(({ id }) => !existing.has(id))
    if (absent) throw refused('not_found', `There is no ${nounOf(type)} ${withId(absent.id)}`, absent.path)
  }
}
