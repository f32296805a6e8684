/** Which parameters a request may have: those that the schema of its route declares, under any of their names. */
import { badRequest } from '../jsonapi/errors.ts'
import { type Ignored, type QueryParameters, unknownParameter } from '../jsonapi/query.ts'
import { NAMES_LIKE } from '../jsonapi/site-attributes.ts'
import { refusalOfDryRun } from './dry-run.ts'
import type { Route } from './route.ts'

/** Other names of parameters, tried one by one where a route does not declare the name itself. */
const SYNONYMS: [RegExp, string][] = [
  [/^page\[limit\]$/, 'page[size]'],
  [/_gte\]$/, '_gteq]'],
  [/_lte\]$/, '_lteq]'],
  [/_i_cont\]$/, '_cont]'],
  [/_(i_)?cont\]$/, '_contains]'],
  [/_contains\]$/, '_cont]'],
  [/_eq\]$/, ']'],
  [/_in\]$/, '_eq]'],
  [/\]$/, '_eq]'],
]

interface Read {
  /** Under the names that the route declares. */
  parameters: QueryParameters
  /** What the route does not declare. */
  unknown: Ignored[]
}

/**
 * Makes the one check of parameters that every route has.
 *
 * @returns a function that throws ApiError 400 for a filter that an operation without a counterpart at Kajabi does
 *   not know: there, no client can have a reason to send it; and for a dry run of an operation that has none
 */
export function parameterReader(route: Route): (given: QueryParameters) => Read {
  const { properties = {} } = (route.query ?? {}) as { properties?: Record<string, Record<string, string>> }
  const declared = new Set(Object.keys(properties))
  const patterns = Object.values(properties).flatMap(({ [NAMES_LIKE]: names }) =>
    names ? [new RegExp(names, 'i')] : [],
  )
  const hasFields = [...declared].some((name) => name.startsWith('fields['))
  // Which types there are is known to parseQuery().
  const isDeclared = (name: string) =>
    declared.has(name) ||
    (hasFields && name.startsWith('fields[')) ||
    patterns.some((pattern) => pattern.test(name))
  const nameOf = (name: string) =>
    isDeclared(name) ? name : SYNONYMS.map(([other, ours]) => name.replace(other, ours)).find(isDeclared)

  return (given) => {
    const read: Read = { parameters: Object.create(null), unknown: [] }
    for (const [full, value] of Object.entries(given)) {
      const [, name = full, brackets = ''] = /^(.*\])(\[\])$/.exec(full) ?? []
      const known = nameOf(name)
      if (known) {
        refuseZeroByte(full, value)
        read.parameters[known + brackets] = value
      } else if (!isHarmless(route, name)) {
        if (route.extension && /^filters?\b/.test(name)) throw unknownFilter(name, declared)
        const refusal = refusalOfDryRun(full)
        if (refusal && route.method !== 'GET') throw refusal
        read.unknown.push(unknownParameter(full))
      }
    }
    return read
  }
}

function refuseZeroByte(parameter: string, value: string | string[]): void {
  if (![value].flat().some((text) => text.includes('\0'))) return
  const code = parameter.startsWith('filter') ? 'invalid_filter' : 'invalid_request'
  throw badRequest(code, `${parameter} contains a zero byte.`, { parameter })
}

/** Clients send filter[site_id] wherever they read. */
const isHarmless = ({ method }: Route, name: string) => method === 'GET' && name === 'filter[site_id]'

function unknownFilter(parameter: string, declared: Set<string>) {
  const filters = [...declared].filter((name) => name.startsWith('filter['))
  const known =
    filters.length > 0 ? `Use one of ${filters.join(', ')}.` : 'Leave it out; there are no filters here.'
  return badRequest('unknown_filter', `There is no ${parameter} here. ${known}`, { parameter })
}
