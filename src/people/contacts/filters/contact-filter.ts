import { type RawBuilder, sql } from 'kysely'
import { daysBefore, parseDays } from '../../../platform/jsonapi/field-types.ts'
import type { Filter, FilterSql, Scope } from '../../../platform/jsonapi/resource.ts'

type Sql = RawBuilder<unknown>

/** A column of the contact, whatever the alias of its table. */
export type Column = (name: string) => Sql

/** What the value of a filter is: for `id` and `ids` those of resources, for `days` a number of days until now. */
export const VALUE_KINDS = ['text', 'number', 'days', 'flag', 'time', 'day', 'id', 'ids'] as const

export type FilterValue = (typeof VALUE_KINDS)[number]

/** A filter of lists, which conditions of automations are made of too. */
export interface ContactFilter {
  description: string
  /** Left out: ids where it refers to resources, otherwise a text. */
  takes?: FilterValue
  /** Not in the Kajabi document. */
  extension?: boolean
  /** Stays with EXTENSIONS=off: a client whose filter is ignored would act on the wrong person. */
  essential?: boolean
  /** The value is the id of this type of resource. */
  refersTo?: string
  /** The value is several ids, separated by commas. */
  isList?: boolean
  /** Where few contacts match, an index finds them. */
  isSelective?: boolean
  /**
   * @param each the values of `filter[x][]`, which can contain commas
   * @throws Error whose message completes "filter[x] …" when the value makes no sense
   */
  build: (value: string, contact: Column, scope: Scope, each?: string[]) => ContactFilterSql
}

/** A filter as SQL. */
export interface ContactFilterSql extends FilterSql {
  /** In the place of `where` for a few contacts that are given, where another form reads less. */
  whereOfGiven?: Sql
}

export type ContactFilters = Record<string, ContactFilter>

/** The columns of the contact with this alias. */
export const columnsOf =
  (alias: string): Column =>
  (name) =>
    sql.ref(`${alias}.${name}`)

/**
 * The filter of a list in whose `from` the contact has this alias. Unknown ids in a list of ids count as ids that no
 * contact has.
 */
export function listFilter(
  { build, isList, isSelective: _, takes: __, refersTo, ...filter }: ContactFilter,
  alias: string,
): Filter {
  return {
    ...filter,
    ...(!isList && { refersTo }),
    build: (value, scope, each) => build(value, columnsOf(alias), scope, each),
  }
}

/** Whether the contact is a customer who meets the condition; the customer's columns are those of `cu`. */
export const isCustomer = (contact: Column, condition: Sql) => sql`
  exists (select from customers cu
           where cu.site_id = ${contact('site_id')} and cu.contact_id = ${contact('id')} and ${condition})`

/** The time since which something was "in the last so many days". */
export const since = (value: string, { now }: Scope): Date => daysBefore(now, parseDays(value))

export const takenBy = ({ takes, refersTo, isList }: ContactFilter): FilterValue =>
  takes ?? (refersTo ? (isList ? 'ids' : 'id') : 'text')
