/** Filters by the value of a custom field, for lists of contacts and customers and for conditions. */
import { type RawBuilder, sql } from 'kysely'
import { parseBoolean, parseNumber } from '../../platform/jsonapi/field-types.ts'
import { MATERIALIZE_LIMIT } from '../../platform/jsonapi/load.ts'
import { listed, operatorsOf } from '../../platform/jsonapi/operators.ts'
import { readName } from '../../platform/text/names.ts'
import type { ContactFilter, ContactFilters, FilterValue } from '../contacts/filters/contact-filter.ts'
import { type CustomField, numberOf } from './find-fields.ts'
import { dateOf, isParagraphs, typeOf, type ValueKind } from './value-types.ts'

type Sql = RawBuilder<unknown>

/** A comparison with a value that is there; the row of the value is `v`. */
interface Comparison {
  description: string
  /** @throws Error whose message completes "filter[x] …" */
  where: (value: string, field: CustomField, each?: string[]) => Sql
  /** The one key that a value has, where it is compared with that alone. */
  key?: (value: string, field: CustomField) => Sql
  /** It is a range of an index. */
  isIndexed: boolean
  /** Whether the index of what texts contain finds the few values that this value is compared with. */
  isSearched?: (value: string) => boolean
}

/** Three letters or digits in a row are what the index of texts (pg_trgm) can look up. */
const hasTrigram = (value: string) => /[\p{L}\p{N}]{3}/u.test(value)

/** A value as it would be kept: an e-mail address in any spelling. */
function asKept(value: string, { type, options }: CustomField): string {
  try {
    return typeOf(type).read(isParagraphs(type) ? value.normalize('NFC') : readName(value), options) ?? value
  } catch {
    // Nothing has a value that cannot be kept.
    return value
  }
}

const havingKey = (key: NonNullable<Comparison['key']>): Omit<Comparison, 'description'> => ({
  key,
  where: (value, field) => sql`v.key = ${key(value, field)}`,
  isIndexed: true,
})

const textOperators = operatorsOf.text

const text: Record<string, Comparison> = {
  eq: {
    description: textOperators.eq!.description,
    ...havingKey((value, field) => sql`custom_value_key(${asKept(value, field)}::text)`),
  },
  in: {
    description: textOperators.in!.description,
    where(value, field, each) {
      const kept = listed(value, each).map((one) => asKept(one, field))
      return sql`v.key = any (array(select custom_value_key(one) from unnest(${kept}::text[]) one))`
    },
    isIndexed: true,
  },
  ...Object.fromEntries(
    ['cont', 'start', 'end'].map((name) => [
      name,
      {
        description: textOperators[name]!.description,
        where: (value: string) => textOperators[name]!.where(sql`v.value`, value),
        isIndexed: false,
        isSearched: hasTrigram,
      },
    ]),
  ),
}

const number: Record<string, Comparison> = Object.fromEntries(
  ['eq', 'gt', 'gteq', 'lt', 'lteq'].map((name) => [
    name,
    {
      description: operatorsOf.number[name]!.description,
      where: (value: string) => operatorsOf.number[name]!.where(sql`v.number`, value),
      isIndexed: true,
      // As it is kept: without zeros that mean nothing.
      ...(name === 'eq' && {
        key: (value: string) => sql`custom_value_key(trim_scale(${parseNumber(value)}::numeric)::text)`,
      }),
    },
  ]),
)

function parseDate(value: string): string {
  const date = dateOf(value)
  if (date) return date
  throw new Error('must be a date such as 2026-01-31')
}

const comparedDate = (operator: string, description: string): Comparison => ({
  description,
  where: (value) => sql`v.key ${sql.raw(operator)} ${parseDate(value)}`,
  isIndexed: true,
})

const date: Record<string, Comparison> = {
  eq: { description: 'is this day', ...havingKey((value) => sql`${parseDate(value)}::text`) },
  gt: comparedDate('>', 'is after this day'),
  gteq: comparedDate('>=', 'is this day or after it'),
  lt: comparedDate('<', 'is before this day'),
  lteq: comparedDate('<=', 'is this day or before it'),
}

const flag: Record<string, Comparison> = {
  eq: {
    description: 'is this: true or false',
    ...havingKey((value) => sql`${String(parseBoolean(value))}::text`),
  },
}

const COMPARISONS: Record<ValueKind, Record<string, Comparison>> = { text, number, date, flag }

const VALUES: Record<ValueKind, FilterValue> = { text: 'text', number: 'number', date: 'day', flag: 'flag' }

/** Each is true where the comparison is not, also where there is no value. */
const NEGATIONS: Record<string, string> = { eq: 'not_eq', cont: 'not_cont', in: 'not_in' }

/** Other names that clients give operators. */
const SYNONYMS: Record<string, string> = {
  contains: 'cont',
  i_cont: 'cont',
  gte: 'gteq',
  lte: 'lteq',
}

/**
 * The filters of a custom field by their names: `custom_7`, `custom_7_cont`, `custom_7_null`.
 *
 * Values are compared where an index finds them: see docs/decisions/0016-custom-fields.md.
 */
export function filtersOfField(field: CustomField): ContactFilters {
  const { handle, title, type } = field
  const filters: ContactFilters = {}
  const add = (operator: string, description: string, build: ContactFilter['build'], isSelective = false) => {
    filters[operator === '' ? handle : `${handle}_${operator}`] = {
      description: `${title} ${description}`,
      takes: operator === 'null' ? 'flag' : VALUES[typeOf(type).kind],
      extension: true,
      essential: true,
      isSelective,
      build,
    }
  }
  for (const [operator, comparison] of Object.entries(COMPARISONS[typeOf(type).kind])) {
    const { description, where, key, isIndexed, isSearched } = comparison
    const compare = (value: string, each?: string[]): Compared => {
      const values = valuesOf(field, where(value, field, each), isSearched?.(value))
      return { values, count: key ? countWithKey(field, key(value, field)) : countOf(values) }
    }
    const isTrue: ContactFilter['build'] = (value, contact, _scope, each) => ({
      ...matching(contact, compare(value, each)),
      isIndexed,
    })
    add(operator, description, isTrue, true)
    if (operator === 'eq') add('', description, isTrue, true)
    const negation = NEGATIONS[operator]
    if (negation)
      add(negation, description.replace(/^(is|contains)/, negated), (value, contact, _scope, each) => ({
        ...notMatching(field, contact, compare(value, each)),
        isIndexed,
      }))
  }
  for (const [synonym, operator] of Object.entries(SYNONYMS)) {
    const same = filters[`${handle}_${operator}`]
    if (same) filters[`${handle}_${synonym}`] = same
  }
  add('null', 'is not set: true or false', (value, contact) =>
    parseBoolean(value) ? notSet(field, contact) : set(field, contact),
  )
  return filters
}

/** The names of the operators of a field of this type: of several names of one, the documented one. */
export const operatorNamesOf = (field: CustomField): string[] =>
  Object.keys(filtersOfField(field)).flatMap((filter) => {
    const operator = filter.slice(field.handle.length + 1)
    return operator === '' || operator in SYNONYMS ? [] : [operator]
  })

const negated = (verb: string) => (verb === 'is' ? 'is not' : 'does not contain')

type Contact = Parameters<ContactFilter['build']>[1]

/**
 * The values of a field that meet a condition. A field belongs to one site: its id is enough, and is all that the
 * indexes have. Where texts are searched, the comparison of the id is one that indexes do not support: the planner
 * would read all entries of the field in another index, to combine them with the few that the search finds.
 */
const valuesOf = ({ id }: CustomField, condition: Sql, isSearched = false) =>
  sql`contact_custom_values v where v.field_id ${isSearched ? sql`is not distinct from` : sql`=`} ${id}::bigint and ${condition}`

const exists = (values: Sql, contact: Contact) => sql`
  exists (select from ${values} and v.contact_id = ${contact('id')} and v.site_id = ${contact('site_id')})`

/** Contacts that are deleted have no values. */
const countOf = (values: Sql) => sql`(select count(*) from ${values})`

/** Also of a value that most have, without reading most: see count_with_value.sql. */
const countWithKey = ({ id, siteId, handle }: CustomField, key: Sql) =>
  sql`count_with_value(${siteId}, ${id}, ${numberOf(handle)}, ${key})`

interface Compared {
  /** Those that meet the condition. */
  values: Sql
  count: Sql
}

const matching = (contact: Contact, { values, count }: Compared) => ({
  where: exists(values, contact),
  count: () => sql`select ${count} as count`,
})

const notMatching = (field: CustomField, contact: Contact, { values, count }: Compared) => ({
  where: sql`not ${exists(values, contact)}`,
  count: () => sql`select ${allOf(field)} - ${count} as count`,
})

const allOf = ({ siteId }: CustomField) =>
  sql`(select coalesce(sum(change), 0) from contact_counts where site_id = ${siteId})`

/** Whether there is a value is known without the values: see contacts_without_value.sql. */
const set = (field: CustomField, contact: Contact) => ({
  where: exists(valuesOf(field, sql`true`), contact),
  count: () => sql`select ${allOf(field)} - ${countWithout(field)} as count`,
  isIndexed: true,
})

const notSet = (field: CustomField, contact: Contact) => ({
  where: sql`not ${exists(valuesOf(field, sql`true`), contact)}`,
  count: () => sql`select ${countWithout(field)} as count`,
  isIndexed: true,
  few: sql`${contact('id')} = any (array(
    select contacts_without_value(${field.siteId}, ${numberOf(field.handle)}, ${MATERIALIZE_LIMIT + 1})))`,
})

const countWithout = ({ id, siteId, handle }: CustomField) =>
  sql`count_without_value(${siteId}, ${id}, ${numberOf(handle)})`
