/** Filters that follow from what can be compared of a resource: `filter[<name>_<operator>]`. */
import { type RawBuilder, sql } from 'kysely'
import { emailFragment } from '../text/email-address.ts'
import { containing, isoTime, parseBoolean, parseChoice, parseNumber } from './field-types.ts'
import { isId, readId } from './identifiers.ts'
import { pick } from './pick.ts'
import type { Compared, Filter, Kind } from './resource.ts'
import { parseTime } from './times.ts'

type Column = RawBuilder<unknown>

interface Operator {
  /** Completes "<name> …". */
  description: string
  where: (column: Column, value: string, each?: string[]) => RawBuilder<unknown>
}

/** More than a page can show. */
const MOST_VALUES = 500

/** The values that a value lists, or that `filter[x][]` has. @throws Error when these are none, or too many */
export function listed(value: string, each: string[] = value.split(',')): string[] {
  const values = each.map((one) => one.trim())
  if (values.length > MOST_VALUES || values.includes(''))
    throw new Error(`must be 1 to ${MOST_VALUES} values, separated by commas or in several filter[…][]`)
  return values
}

const starting = (value: string) => containing(value).slice(1)
const ending = (value: string) => containing(value).slice(0, -1)

/** What is null contains nothing and equals nothing, so the negations are true of it. */
const text: Record<string, Operator> = {
  eq: { description: 'is exactly this', where: (column, value) => sql`${column} = ${value}` },
  not_eq: { description: 'is not this', where: (column, value) => sql`${column} is distinct from ${value}` },
  cont: { description: 'contains this', where: (column, value) => sql`${column} ilike ${containing(value)}` },
  not_cont: {
    description: 'does not contain this',
    where: (column, value) => sql`(${column} ilike ${containing(value)}) is not true`,
  },
  start: {
    description: 'begins with this',
    where: (column, value) => sql`${column} ilike ${starting(value)}`,
  },
  end: { description: 'ends with this', where: (column, value) => sql`${column} ilike ${ending(value)}` },
  in: {
    description: 'is one of these, separated by commas',
    where: (column, value, each) => sql`${column} = any (${listed(value, each)}::text[])`,
  },
  not_in: {
    description: 'is none of these, separated by commas',
    where: (column, value, each) => sql`(${column} = any (${listed(value, each)}::text[])) is not true`,
  },
}

/** An address contains no comma, so that a list can be read piece by piece. */
const addressesIn = (value: string) => value.split(',').map(emailFragment).join(',')

/** As for texts; addresses are read as they are wherever one is given. */
const email: Record<string, Operator> = Object.fromEntries(
  Object.entries(text).map(([name, { description, where }]): [string, Operator] => [
    name,
    { description, where: (column, value) => where(column, addressesIn(value)) },
  ]),
)

const comparedNumber = (operator: string, description: string): Operator => ({
  description,
  where: (column, value) => sql`${column} ${sql.raw(operator)} ${parseNumber(value)}::numeric`,
})

const number: Record<string, Operator> = {
  eq: comparedNumber('=', 'is this'),
  not_eq: comparedNumber('is distinct from', 'is not this'),
  gt: comparedNumber('>', 'is greater than this'),
  gteq: comparedNumber('>=', 'is this or greater'),
  lt: comparedNumber('<', 'is less than this'),
  lteq: comparedNumber('<=', 'is this or less'),
}

/**
 * Times are shown to the millisecond and may be stored finer: "after" what was shown begins with the next
 * millisecond, so that who goes on from there does not meet the same row again.
 */
const following = (time: Date) => new Date(time.getTime() + 1)

const time: Record<string, Operator> = {
  gt: {
    description: 'is after this time',
    where: (column, value) => sql`${column} >= ${following(parseTime(value))}`,
  },
  gteq: {
    description: 'is this time or after it',
    where: (column, value) => sql`${column} >= ${parseTime(value)}`,
  },
  lt: { description: 'is before this time', where: (column, value) => sql`${column} < ${parseTime(value)}` },
  lteq: {
    description: 'is this time or before it',
    where: (column, value) => sql`${column} < ${following(parseTime(value))}`,
  },
}

function parseId(value: string): string {
  if (isId(value)) return value
  throw new Error(value === '' ? 'is empty; it must be an id' : 'must be an id, which is a whole number')
}

const comparedId = (operator: string, description: string): Operator => ({
  description,
  where: (column, value) => sql`${column} ${sql.raw(operator)} ${parseId(value)}::bigint`,
})

const id: Record<string, Operator> = {
  eq: {
    description: 'is one of these, separated by commas',
    where: (column, value) => sql`${column} = any (${listed(value).map((given) => readId(given))}::bigint[])`,
  },
  gt: comparedId('>', 'is greater than this'),
  gteq: comparedId('>=', 'is this or greater'),
  lt: comparedId('<', 'is less than this'),
  lteq: comparedId('<=', 'is this or less'),
}

const nullness: Operator = {
  description: 'is not set: true or false',
  where: (column, value) => (parseBoolean(value) ? sql`${column} is null` : sql`${column} is not null`),
}

export const operatorsOf: Record<Kind, Record<string, Operator>> = { text, email, number, time, id }

/** As for texts; a whole value is one of the words. */
function word(choices: readonly string[]): Record<string, Operator> {
  const check = (value: string) => void parseChoice(value, choices)
  const checked = (name: string, read: (value: string, each?: string[]) => void): Operator => ({
    description: `${text[name]!.description}: ${choices.join(', ')}`,
    where(column, value, each) {
      read(value, each)
      return text[name]!.where(column, value, each)
    },
  })
  const checkEach = (value: string, each?: string[]) => listed(value, each).forEach(check)
  return {
    ...text,
    eq: checked('eq', check),
    not_eq: checked('not_eq', check),
    in: checked('in', checkEach),
    not_in: checked('not_in', checkEach),
  }
}

/** The filters that compare one column, by their names. Kajabi documents few of them. */
export const comparisons = (
  name: string,
  column: Column,
  kind: Compared,
  { nullable = false }: { nullable?: boolean } = {},
): Record<string, Filter> => {
  const operators = typeof kind === 'string' ? operatorsOf[kind] : word(kind)
  return filtersOf(name, column, { ...operators, ...(nullable && { null: nullness }) }, true)
}

const filtersOf = (
  name: string,
  column: Column,
  operators: Record<string, Operator>,
  extension: boolean,
): Record<string, Filter> =>
  Object.fromEntries(
    Object.entries(operators).map(([operator, { description, where }]): [string, Filter] => [
      `${name}_${operator}`,
      {
        description: `${name} ${description}`,
        ...(extension && { extension }),
        build: (value, _scope, each) => ({ where: where(column, value, each) }),
      },
    ]),
  )

const comparedText = (operator: string, description: string): Operator => ({
  description,
  where: (column, value) => sql`${column} ${sql.raw(operator)} ${value}`,
})

/** What Kajabi calls gteq elsewhere is gte in its documents about content and purchases. */
const shortNames = ({ gteq: gte, lteq: lte }: Record<string, Operator>) => ({ gte: gte!, lte: lte! })

const textOfTime = (name: string): Operator => ({
  description: `${text[name]!.description}, as a text such as 2026-01-31T09:30:00.000Z`,
  where: (column, value) => text[name]!.where(isoTime(column), value),
})

const textOfNumber = (name: string): Operator => ({
  description: `${text[name]!.description}, in digits`,
  where: (column, value) => text[name]!.where(sql`${column}::text`, value),
})

const numbersIn = (value: string, each?: string[]) => listed(value, each).map(parseNumber)

const amongNumbers: Record<string, Operator> = {
  in: {
    description: 'is one of these, separated by commas',
    where: (column, value, each) => sql`${column} = any (${numbersIn(value, each)}::numeric[])`,
  },
  not_in: {
    description: 'is none of these, separated by commas',
    where: (column, value, each) => sql`(${column} = any (${numbersIn(value, each)}::numeric[])) is not true`,
  },
}

const isTime = (column: Column, value: string) =>
  sql`(${column} >= ${parseTime(value)} and ${column} < ${following(parseTime(value))})`

/** Of a list of texts, whether one of them is as the filter says; the negations, that none is. */
const anyText = (name: string): Operator => {
  const { description, where } = text[name.replace('not_', '')]!
  const isNegated = name.startsWith('not_')
  return {
    description: `has ${isNegated ? 'none' : 'one'} that ${description}`,
    where: (column, value) =>
      sql`${isNegated ? sql`not` : sql``} exists (select from unnest(${column}) one where ${where(sql`one`, value)})`,
  }
}

const named = (names: string[], operator: (name: string) => Operator) =>
  Object.fromEntries(names.map((name) => [name, operator(name)]))

const OF_TEXTS = ['eq', 'not_eq', 'cont', 'not_cont', 'start', 'end']
const PARTS = ['cont', 'not_cont', 'start', 'end']

const inAlphabet: Record<string, Operator> = {
  gt: comparedText('>', 'comes after this in the alphabet'),
  gteq: comparedText('>=', 'is this or comes after it in the alphabet'),
  lt: comparedText('<', 'comes before this in the alphabet'),
  lteq: comparedText('<=', 'is this or comes before it in the alphabet'),
}

const isFlag = (column: Column, value: string) => sql`${column} = ${parseBoolean(value)}`

/** What Kajabi documents for all attributes of a resource alike, whatever they are. */
const documentedOf: Record<'text' | 'texts' | 'number' | 'flag' | 'time', Record<string, Operator>> = {
  text: {
    ...text,
    // Upper and lower case are the same to all of these.
    i_cont: text.cont!,
    ...inAlphabet,
    ...shortNames(inAlphabet),
  },
  number: { ...number, ...shortNames(number), ...amongNumbers, ...named(PARTS, textOfNumber) },
  flag: {
    eq: { description: 'is this: true or false', where: isFlag },
    not_eq: {
      description: 'is not this: true or false',
      where: (column, value) => sql`not ${isFlag(column, value)}`,
    },
  },
  texts: named(OF_TEXTS, anyText),
  time: {
    ...time,
    ...shortNames(time),
    ...named(PARTS, textOfTime),
    eq: { description: 'is this time', where: isTime },
    not_eq: {
      description: 'is not this time',
      where: (column, value) => sql`${isTime(column, value)} is not true`,
    },
  },
}

type Documented = keyof typeof documentedOf

/**
 * The filters of a resource for which Kajabi documents a list of attributes and one of operators.
 *
 * @param columns the kind of each; with its expression, where that is not the column of its name
 */
export const documentedComparisons = (
  columns: Record<string, Documented | [Documented, Column]>,
  operators: string[],
): Record<string, Filter> =>
  Object.assign(
    {},
    ...Object.entries(columns).map(([name, described]) => {
      const [kind, column] = Array.isArray(described) ? described : [described, sql.ref(`r.${name}`)]
      const known = pick(documentedOf[kind], (operator) => operators.includes(operator))
      return filtersOf(name, column, known, false)
    }),
  )

/** Whether a column is null, where Kajabi documents that filter. */
export const documentedNull = (name: string, column: Column): Record<string, Filter> =>
  filtersOf(name, column, { null: nullness }, false)
