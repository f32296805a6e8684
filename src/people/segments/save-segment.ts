/** What creating and changing a segment checks, besides its attributes. */
import { isDeepStrictEqual } from 'node:util'
import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import { invalidAttribute, type Values } from '../../platform/jsonapi/read-attributes.ts'
import type { Row } from '../../platform/jsonapi/resource.ts'
import type { Writing } from '../../platform/records/records.ts'
import { assertRestorable, cannotRestore } from '../../platform/references/restorable.ts'
import { commaSeparated } from '../../platform/text/comma-separated.ts'
import { countAll } from '../contacts/check-condition.ts'
import { checkFilterObject } from '../contacts/check-filter-object.ts'
import { type Condition, MOST_FILTERS, segmentsIn } from '../contacts/conditions.ts'
import { contacts } from '../contacts/contacts.resource.ts'
import { conditionsOfSegments } from '../contacts/expand-condition.ts'
import { conditionOf, type FilterObject } from '../contacts/filter-object.ts'
import { customFieldsOf } from '../custom-fields/find-fields.ts'
import { isHandle } from '../custom-fields/read-values.ts'
import { segmentsNamingSegments } from './find-segments.ts'

export const MOST_COLUMNS = 100

interface SegmentValues {
  filter?: FilterObject
  sort?: string | null
  columns?: string[] | null
}

/**
 * Checks what a request says of a segment. A filter that stays as it is may name what has been archived since.
 *
 * @throws ApiError 422 for what the site lacks, and for segments that would contain each other
 */
export async function completeSegment(
  values: Values,
  segment: Row | null,
  { tx }: Writing,
  siteId: string | null,
): Promise<Values> {
  const { filter, sort, columns } = values as SegmentValues
  if (filter && !isDeepStrictEqual(filter, segment?.filter))
    await checkFilter(tx, siteId!, segment?.id ?? null, filter)
  const names = sort ? commaSeparated(sort).map((word) => word.replace(/^-/, '')) : []
  await checkNames(tx, siteId!, 'sort', 'Contacts cannot be sorted by', names, contacts.sorts)
  const shown = { ...contacts.attributes, ...contacts.relationships }
  await checkNames(tx, siteId!, 'columns', 'Contacts have no', columns ?? [], shown)
  return values
}

/**
 * The segments that one names may have been archived, and may have become larger, while it was archived.
 *
 * @throws ApiError 422
 */
export async function checkRestored({ id, site_id, filter }: Row, { tx }: Writing): Promise<void> {
  const condition = conditionOf(filter as FilterObject)
  await lockSegments(tx, site_id)
  await assertRestorable(tx, site_id, 'segments', segmentsIn(condition))
  const segments = await conditionsOfSegments(tx, site_id, condition)
  if (countAll(condition, segments) > MOST_FILTERS)
    throw cannotRestore(
      'too_long',
      `Its filters are more than ${MOST_FILTERS} with those of the segments that they name.`,
    )
  await checkUsers(tx, site_id, id, condition)
}

async function checkFilter(tx: Tx, siteId: string, id: string | null, filter: FilterObject): Promise<void> {
  const condition = conditionOf(filter)
  await lockSegments(tx, siteId)
  await checkFilterObject(tx, siteId, filter, ['data', 'attributes', 'filter'])
  if (id !== null) await checkUsers(tx, siteId, id, condition)
}

/** Two that begin to name each other at once would not see it. */
const lockSegments = (tx: Tx, siteId: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended('segments ' || ${siteId}::text, 0))`.execute(tx)

/** @throws ApiError 422 when a segment would contain itself, or one that names it would become too large */
async function checkUsers(tx: Tx, siteId: string, id: string, condition: Condition): Promise<void> {
  const below = await conditionsOfSegments(tx, siteId, condition)
  if (below.has(id))
    throw invalidAttribute(
      'filter',
      'cycle',
      'names a segment that contains this one, directly or through others',
    )
  for (const user of await segmentsNamingSegments(tx, siteId)) {
    const named = conditionOf(user.filter)
    const segments = await conditionsOfSegments(tx, siteId, named)
    if (!segments.has(id)) continue
    const changed = new Map([...segments, ...below, [id, condition] as const])
    if (countAll(named, changed) > MOST_FILTERS) {
      const problem = `has too many filters for the segment "${user.name}" (${user.id}), which names this one and may have at most ${MOST_FILTERS} with those of the segments that it names`
      throw invalidAttribute('filter', 'too_long', problem)
    }
  }
}

async function checkNames(
  tx: Tx,
  siteId: string,
  attribute: 'sort' | 'columns',
  problem: string,
  names: string[],
  known: object,
): Promise<void> {
  const others = names.filter((name) => !Object.hasOwn(known, name))
  if (others.length === 0) return
  const handles = others.some(isHandle)
    ? (await customFieldsOf(tx, [siteId])).map(({ handle }) => handle)
    : []
  const absent = others.find((name) => !handles.includes(name))
  if (absent === undefined) return
  const all = [...Object.keys(known), ...handles].join(', ')
  throw invalidAttribute(attribute, 'invalid', `is invalid. ${problem} "${absent}"; use ${all}`)
}
