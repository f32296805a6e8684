/** Why a contact meets a condition or does not: each of its filters, with what was found. */
import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/database.ts'
import type { Scope } from '../../platform/jsonapi/resource.ts'
import { type Name, namesOf } from '../../platform/references/names-of.ts'
import { isReferenceType } from '../../platform/references/referable.ts'
import { conditionMet, filtersNamedIn } from './condition-sql.ts'
import { type Condition, type FilterCondition, filtersIn, partsOf } from './conditions.ts'
import type { ContactFilter, ContactFilters } from './filters/contact-filter.ts'
import { foundBy, isRecorded } from './filters/found-values.ts'
import { isOfSegment } from './filters/segment-filters.ts'
import { listedIds } from './filters/tag-filters.ts'

/** What a contact has in the place that a filter looks at. */
export type FoundValue = string[] | string | number | boolean | null

/** A condition as parseCondition() reads it, and beside each part whether it is met. */
export type ExplainedCondition =
  | { is_met: boolean; all: ExplainedCondition[] }
  | { is_met: boolean; any: ExplainedCondition[] }
  | (FilterCondition & {
      is_met: boolean
      found: FoundValue
      /** Whether there is data that the filter looks at. */
      is_recorded: boolean
      sentence: string
    })

/**
 * Explains a condition for a contact that is not deleted.
 *
 * @returns null when the site has no such contact
 */
export async function explainCondition(
  tx: Db | Tx,
  siteId: string,
  contactId: string,
  condition: Condition,
  now: Date,
): Promise<ExplainedCondition | null> {
  const filters = await filtersNamedIn(tx, siteId, condition)
  const used = filtersIn(condition, [])
  const scope: Scope = { siteIds: [siteId], now, baseUrl: '' }
  const looks: RawBuilder<unknown>[] = []
  for (const { filter, value } of used)
    looks.push(looking(await conditionMet(tx, siteId, { filter, value }, 'k', scope), filter, scope))
  const { rows } = await sql<{ looks: Look[] }>`
    select to_jsonb(array[${sql.join(looks)}]) as looks from contacts k
     where k.id = ${contactId} and k.site_id = ${siteId} and k.deleted_at is null`.execute(tx)
  if (!rows[0]) return null
  const nameOf = await namesOf(
    tx,
    siteId,
    used.flatMap((each) => namedBy(filters, each)),
  )
  const explained = used.map((each, index) =>
    explain(filters[each.filter]!, each, rows[0]!.looks[index]!, nameOf),
  )
  return assemble(condition, explained[Symbol.iterator]())
}

interface Look {
  is_met: boolean
  found: FoundValue
}

const column = (name: string) => sql.ref(`k.${name}`)

const looking = (isMet: RawBuilder<unknown>, filter: string, scope: Scope): RawBuilder<unknown> => sql`
  jsonb_build_object('is_met', coalesce(${isMet}, false),
                     'found', ${foundBy(filter, column, scope)})`

function namedBy(filters: ContactFilters, { filter, value }: FilterCondition): Name[] {
  const { refersTo: type, isList } = filters[filter]!
  if (!type || !isReferenceType(type)) return []
  return (isList ? listedIds(value) : [value]).map((id) => ({ type, id }))
}

function explain(
  filter: ContactFilter,
  { filter: name, value }: FilterCondition,
  look: Look,
  nameOf: (name: Name) => string,
) {
  const { is_met } = look
  const found = isOfSegment(name) ? is_met === (name === 'segment_id') : look.found
  const wanted =
    namedBy({ [name]: filter }, { filter: name, value })
      .map(nameOf)
      .join(', ') || value
  const asked = filter.description.replace(/: true or false.*$/, '')
  const question = asked.includes('N days')
    ? asked.replace('N days', `${value} days`)
    : `${asked} (${wanted})`
  const is_recorded = isRecorded(name)
  const answer = is_recorded ? `Found: ${inWords(found)}.` : 'This is not recorded.'
  const sentence = `${question}: ${is_met ? 'yes' : 'no'}. ${answer}`
  return { filter: name, value, is_met, found, is_recorded, sentence }
}

const inWords = (found: FoundValue): string =>
  Array.isArray(found)
    ? found.join(', ') || 'none'
    : found === null || found === ''
      ? 'nothing'
      : String(found)

/** The condition again, with its filters in their order replaced by what explains them. */
function assemble(condition: Condition, explained: Iterator<ExplainedCondition>): ExplainedCondition {
  if ('filter' in condition) return explained.next().value
  const { name, parts } = partsOf(condition)
  const inside = parts.map((part) => assemble(part, explained))
  return name === 'all'
    ? { is_met: inside.every(({ is_met }) => is_met), all: inside }
    : { is_met: inside.some(({ is_met }) => is_met), any: inside }
}

/** The sentences of the filters because of which a condition is not met. */
export function unmetSentences(condition: ExplainedCondition): string[] {
  if (condition.is_met) return []
  if ('all' in condition) return condition.all.flatMap(unmetSentences)
  if ('any' in condition) return condition.any.flatMap(unmetSentences)
  return [condition.sentence]
}
