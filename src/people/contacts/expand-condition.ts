import type { Db, Tx } from '../../platform/db/database.ts'
import { segmentsById } from '../segments/find-segments.ts'
import { type Condition, type FilterCondition, segmentsIn } from './conditions.ts'
import { conditionOf } from './filter-object.ts'

/** A condition that names no segments. `all` of nothing is met by everybody, `any` of nothing by nobody. */
export type Expanded = { all: Expanded[] } | { any: Expanded[] } | { not: Expanded } | FilterCondition

/** Replaces the segments that a condition names, and those that they name, by their filters. */
export async function expandCondition(db: Db | Tx, siteId: string, condition: Condition): Promise<Expanded> {
  return replaceSegments(condition, await conditionsOfSegments(db, siteId, condition))
}

/** The conditions of all segments that a condition comes to name, by their ids. Those that there are not are left out. */
export async function conditionsOfSegments(
  db: Db | Tx,
  siteId: string,
  condition: Condition,
): Promise<Map<string, Condition>> {
  const found = new Map<string, Condition>()
  let wanted = segmentsIn(condition)
  while (wanted.length > 0) {
    const segments = await segmentsById(db, siteId, wanted)
    for (const { id, filter } of segments) found.set(id, conditionOf(filter))
    wanted = segments.flatMap(({ id }) => segmentsIn(found.get(id)!)).filter((id) => !found.has(id))
  }
  return found
}

/** A segment that there is not has no contacts. */
function replaceSegments(condition: Condition, segments: Map<string, Condition>): Expanded {
  const replace = (part: Condition) => replaceSegments(part, segments)
  if ('all' in condition) return { all: condition.all.map(replace) }
  if ('any' in condition) return { any: condition.any.map(replace) }
  const { filter, value } = condition
  if (filter === 'segment_id') return replace(segments.get(value) ?? { any: [] })
  if (filter === 'not_segment_id') return { not: replace(segments.get(value) ?? { any: [] }) }
  return condition
}

/** The filters of an expanded condition. */
export function filtersOfExpanded(condition: Expanded): FilterCondition[] {
  if ('filter' in condition) return [condition]
  if ('not' in condition) return filtersOfExpanded(condition.not)
  return ('all' in condition ? condition.all : condition.any).flatMap(filtersOfExpanded)
}
