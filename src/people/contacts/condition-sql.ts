/** Conditions as SQL: one meaning, in the two forms that suit a list and a few given contacts. */
import { type RawBuilder, sql } from 'kysely'
import { anyOf, type Db, type Tx } from '../../platform/db/database.ts'
import type { Scope } from '../../platform/jsonapi/resource.ts'
import { allCustomFieldsOf } from '../custom-fields/find-fields.ts'
import { filtersOfFields } from './check-condition.ts'
import { type Condition, isOfCustomField } from './conditions.ts'
import { conditionFilters } from './contact-filters.ts'
import { type Expanded, expandCondition, filtersOfExpanded } from './expand-condition.ts'
import { type ContactFilters, columnsOf } from './filters/contact-filter.ts'
import { SEGMENT_FILTERS } from './filters/segment-filters.ts'

type Sql = RawBuilder<unknown>

/** What is known of a condition before it becomes SQL, and of whom it is asked. */
interface Question {
  filters: ContactFilters
  siteId: string
  /** Of the contacts in the query. */
  alias: string
  scope: Scope
  /** All contacts that meet it are wanted, not which of some. */
  isSearch: boolean
}

/** Which of these contacts of a site meet a condition; those that are deleted do not. */
export async function matchingContacts(
  tx: Tx,
  siteId: string,
  contactIds: string[],
  condition: Condition,
  scope: Scope,
): Promise<Set<string>> {
  const isMet = await conditionMet(tx, siteId, condition, 'k', scope)
  // "offset 0" keeps the planner from making a join of each filter: with fifty, finding an order takes it seconds.
  const { rows } = await sql<{ id: string }>`
    select id
      from (select k.id, ${isMet} as is_met from contacts k
             where k.id = ${anyOf(contactIds)} and k.site_id = ${siteId} and k.deleted_at is null
            offset 0) checked
     where is_met`.execute(tx)
  return new Set(rows.map(({ id }) => id))
}

/**
 * SQL for whether a contact in a query meets a condition.
 *
 * @param alias of the contacts in the query
 */
export async function conditionMet(
  db: Db | Tx,
  siteId: string,
  condition: Condition,
  alias: string,
  scope: Scope,
): Promise<Sql> {
  const expanded = await expandCondition(db, siteId, condition)
  return meets(expanded, {
    filters: await filtersFor(db, siteId, expanded),
    siteId,
    alias,
    scope,
    isSearch: false,
  })
}

/** The filters that a condition names, by their names. */
export const filtersNamedIn = async (
  db: Db | Tx,
  siteId: string,
  condition: Condition,
): Promise<ContactFilters> => ({ ...(await filtersFor(db, siteId, condition)), ...SEGMENT_FILTERS })

/**
 * The condition of a query for all contacts of a site that meet a condition.
 *
 * @param alias of the contacts in the query
 */
export async function listCondition(
  db: Db | Tx,
  siteId: string,
  condition: Condition,
  alias: string,
  scope: Scope,
): Promise<Sql> {
  const expanded = await expandCondition(db, siteId, condition)
  return finds(expanded, {
    filters: await filtersFor(db, siteId, expanded),
    siteId,
    alias,
    scope,
    isSearch: true,
  })
}

/** Custom fields that are archived continue to work: an automation cannot be seen to stop meeting its condition. */
const filtersFor = async (db: Db | Tx, siteId: string, condition: Expanded): Promise<ContactFilters> =>
  filtersOfExpanded(condition).some(({ filter }) => isOfCustomField(filter))
    ? { ...conditionFilters, ...filtersOfFields(await allCustomFieldsOf(db, [siteId])) }
    : conditionFilters

/** For contacts that are at hand: each is looked at. */
function meets(condition: Expanded, question: Question): Sql {
  if ('filter' in condition) return filterSql(condition, question)
  if ('not' in condition) return sql`not ${meets(condition.not, question)}`
  const isAll = 'all' in condition
  return joined(
    isAll,
    (isAll ? condition.all : condition.any).map((part) => meets(part, question)),
  )
}

/**
 * For a search. An `or` would have every contact of the site be looked at; where an index finds the few who meet each
 * part, they are collected from all parts instead.
 */
function finds(condition: Expanded, question: Question): Sql {
  if ('all' in condition)
    return joined(
      true,
      condition.all.map((part) => finds(part, question)),
    )
  if (!('any' in condition) || !isFoundByIndex(condition, question)) return meets(condition, question)
  const { siteId, alias } = question
  const contact = columnsOf(alias)
  const each = condition.any.map(
    (part) => sql`
      select ${contact('id')} from contacts ${sql.ref(alias)}
       where ${contact('site_id')} = ${siteId}::bigint and ${contact('deleted_at')} is null
         and ${contact('created_at')} > '-infinity' and ${finds(part, question)}`,
  )
  return sql`${contact('id')} in (${sql.join(each, sql` union all `)})`
}

function isFoundByIndex(condition: Expanded, question: Question): boolean {
  const isFound = (part: Expanded) => isFoundByIndex(part, question)
  if ('filter' in condition) return question.filters[condition.filter]!.isSelective === true
  if ('not' in condition) return false
  return 'all' in condition ? condition.all.some(isFound) : condition.any.every(isFound)
}

function filterSql({ filter, value }: { filter: string; value: string }, question: Question): Sql {
  const { filters, alias, scope, isSearch } = question
  const { where, whereOfGiven = where } = filters[filter]!.build(value, columnsOf(alias), scope)
  return sql`(${isSearch ? where : whereOfGiven})`
}

function joined(isAll: boolean, parts: Sql[]): Sql {
  if (parts.length === 0) return isAll ? sql`true` : sql`false`
  return sql`(${sql.join(parts, isAll ? sql` and ` : sql` or `)})`
}
