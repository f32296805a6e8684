/** What a list of contacts is filtered by, as the builder edits it and as the address and segments have it. */
import type { Search } from '../../../parts/search.ts'
import type { Rule } from './fields.ts'

/** A condition that is nested deeper than the builder shows; it can be removed as a whole. */
export interface Nested {
  nested: object
}

export interface Group<Part = Rule | Nested> {
  match: 'all' | 'any'
  parts: Part[]
}

/** The whole filter: rules, and groups of rules one level deep. */
export type Filter = Group<Part>

export type Part = Rule | Group | Nested

export const isRule = (part: Part): part is Rule => 'filter' in part
export const isGroup = (part: Part): part is Group => 'match' in part

export const EVERYBODY: Filter = { match: 'all', parts: [] }

/** The condition of the API, as `filter[where]` has it. */
type Condition = { all: Condition[] } | { any: Condition[] } | { filter: string; value: unknown }

/** What the address filters by, without what is searched for. */
export function filterIn(search: Search): Filter {
  const plain = Object.entries(search).flatMap(([name, value]): Rule[] => {
    const [, filter] = /^filter\[(\w+)\]$/.exec(name) ?? []
    return filter && !['where', 'search'].includes(filter) ? [{ filter, value }] : []
  })
  return joined(plain, parsed(search['filter[where]']))
}

/** The filter of a segment, and what it searches for. */
export function filterOfSegment(given: Record<string, unknown>): { filter: Filter; search?: string } {
  const { where, search, ...plain } = given
  const rules = Object.entries(plain).map(([filter, value]): Rule => ({ filter, value: String(value) }))
  return {
    filter: joined(rules, where as Condition | undefined),
    ...(search !== undefined && { search: String(search) }),
  }
}

/** Parameters of the address: those of the filter replace all that filter now. */
export function toAddress(filter: Filter, search: Search): Partial<Search> {
  const others = Object.keys(search).filter((name) => /^filter\[(?!search\])/.test(name))
  const condition = conditionOf(filter)
  return {
    ...Object.fromEntries(others.map((name) => [name, undefined])),
    'filter[where]': condition && JSON.stringify(condition),
    'page[number]': undefined,
  }
}

/** As segments and bulk jobs name contacts. */
export function toFilterObject(filter: Filter, search: string | undefined): Record<string, unknown> {
  const where = conditionOf(filter)
  return { ...(search && { search }), ...(where && { where }) }
}

/** The condition of the API; undefined: everybody meets it. Rules without a value are not part of it. */
export function conditionOf(filter: Filter): Condition | undefined {
  const parts = filter.parts.flatMap((part) => conditionOfPart(part) ?? [])
  return parts.length === 0 ? undefined : filter.match === 'all' ? { all: parts } : { any: parts }
}

/** Whether a rule has no value yet. */
export const hasEmptyRule = ({ parts }: { parts: Part[] }): boolean =>
  parts.some((part) => (isGroup(part) ? hasEmptyRule(part) : isRule(part) && part.value === ''))

function conditionOfPart(part: Part): Condition | undefined {
  if (isGroup(part)) return conditionOf(part)
  if ('nested' in part) return part.nested as Condition
  return part.value === '' ? undefined : { filter: part.filter, value: part.value }
}

function joined(rules: Rule[], where: Condition | undefined): Filter {
  if (!where) return { match: 'all', parts: rules }
  const filter = filterOf(where)
  if (rules.length === 0) return filter
  if (filter.match === 'all') return { match: 'all', parts: [...rules, ...filter.parts] }
  return { match: 'all', parts: [...rules, ...partOf(where)] }
}

function parsed(text: string | undefined): Condition | undefined {
  if (!text) return undefined
  try {
    const condition = JSON.parse(text)
    return typeof condition === 'object' && condition !== null ? condition : undefined
  } catch {
    // The API says what is wrong with it.
    return undefined
  }
}

function filterOf(condition: Condition): Filter {
  if ('filter' in condition) return { match: 'all', parts: [ruleOf(condition)] }
  const { match, parts } = partsOf(condition)
  return { match, parts: parts.flatMap(partOf) }
}

function partOf(condition: Condition): Part[] {
  if ('filter' in condition) return [ruleOf(condition)]
  const { match, parts } = partsOf(condition)
  const within = parts.map((part) => ('filter' in part ? ruleOf(part) : { nested: part }))
  return [{ match, parts: within }]
}

const ruleOf = ({ filter, value }: Extract<Condition, { filter: string }>): Rule => ({
  filter,
  value: String(value),
})

const partsOf = (condition: Exclude<Condition, { filter: string }>): Group<Condition> =>
  'all' in condition
    ? { match: 'all', parts: condition.all ?? [] }
    : { match: 'any', parts: condition.any ?? [] }
