import type { Db, Tx } from '../../platform/db/database.ts'
import type { Path } from '../../platform/jsonapi/errors.ts'
import { type CustomField, customFieldsOf } from '../custom-fields/find-fields.ts'
import { absentField } from '../custom-fields/read-values.ts'
import { filtersOfField } from '../custom-fields/value-filters.ts'
import {
  type Condition,
  checkValue,
  countFilters,
  filtersIn,
  handleIn,
  isOfCustomField,
  MOST_FILTERS,
  refused,
  segmentsIn,
} from './conditions.ts'
import { conditionsOfSegments } from './expand-condition.ts'
import type { ContactFilters } from './filters/contact-filter.ts'

/**
 * Checks what a condition that parseCondition() has read says of the site: its filters by custom fields, and how many
 * filters it has together with those of the segments that it names. That what it names exists is not seen here.
 *
 * @param path where it stands in the document
 * @throws ApiError 422 that points at what is wrong; for a field that the site lacks, it lists those that there are
 */
export async function checkCondition(
  db: Db | Tx,
  siteId: string,
  condition: Condition,
  path: Path,
): Promise<void> {
  await checkCustomFields(db, siteId, condition, path)
  if (segmentsIn(condition).length === 0) return
  if (countAll(condition, await conditionsOfSegments(db, siteId, condition)) > MOST_FILTERS) {
    const sentence = `A condition may have at most ${MOST_FILTERS} filters, with those of the segments that it names`
    throw refused('too_long', sentence, path)
  }
}

async function checkCustomFields(
  db: Db | Tx,
  siteId: string,
  condition: Condition,
  path: Path,
): Promise<void> {
  const used = filtersIn(condition, path).filter(({ filter }) => isOfCustomField(filter))
  if (used.length === 0) return
  const fields = await customFieldsOf(db, [siteId])
  const filters = filtersOfFields(fields)
  for (const { path: place, ...one } of used) {
    const { filter } = one
    if (Object.hasOwn(filters, filter)) checkValue(filters, one, [...place, 'value'])
    else {
      const field = fields.find(({ handle }) => handle === handleIn(filter))
      if (!field) throw absentField(handleIn(filter), fields, [...place, 'filter'])
      const known = Object.keys(filtersOfField(field)).join(', ')
      throw refused(
        'unknown_filter',
        `There is no filter of contacts with the name "${filter}". Those of ${field.handle} are ${known}`,
        [...place, 'filter'],
      )
    }
  }
}

/** The filters of these custom fields by their names. */
export const filtersOfFields = (fields: CustomField[]): ContactFilters =>
  Object.assign({}, ...fields.map(filtersOfField))

/**
 * The number of filters of a condition, with those of its segments.
 *
 * @param segments their conditions by their ids, those that they name included
 */
export function countAll(condition: Condition, segments: Map<string, Condition>): number {
  const sizes = new Map<string, number>()
  const sizeOf = (id: string): number => {
    // Also for one that names itself; see save-segment.ts, which refuses it.
    if (!sizes.has(id)) {
      sizes.set(id, 1)
      const named = segments.get(id)
      if (named) sizes.set(id, count(named))
    }
    return sizes.get(id)!
  }
  const count = (one: Condition) =>
    segmentsIn(one).reduce((sum, id) => sum + sizeOf(id) - 1, countFilters(one))
  return count(condition)
}
