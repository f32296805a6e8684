import type { Db, Tx } from '../db/database.ts'
import { badRequest } from './errors.ts'
import type { QueryParameters } from './query.ts'
import type { Filter, Resource, Scope } from './resource.ts'

/**
 * Looks up what the parameters of a list mean, before they are read. Those that it does not have cost nothing.
 *
 * @param scope of the sites of the list
 * @returns the resource for parseQuery(): with these filters as if they were its own
 * @throws ApiError
 */
export async function withLookedUpFilters(
  db: Db | Tx,
  resource: Resource,
  parameters: QueryParameters,
  scope: Scope,
): Promise<Resource> {
  const found: Record<string, Filter> = {}
  for (const [name, { find, ...filter }] of Object.entries(resource.lookedUpFilters ?? {})) {
    const parameter = `filter[${name}]`
    const given = parameters[parameter] ?? parameters[`${parameter}[]`]
    if (given === undefined) continue
    const value = [given].flat().join(',').trim()
    if (value === '') throw badRequest('invalid_filter', `${parameter} is empty.`, { parameter })
    const built = await find(db, value, scope, parameter)
    found[name] = { ...filter, build: () => built }
  }
  return Object.keys(found).length > 0
    ? { ...resource, filters: { ...resource.filters, ...found } }
    : resource
}
