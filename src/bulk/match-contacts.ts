import { type RawBuilder, sql } from 'kysely'
import { contacts } from '../people/contacts/contacts.resource.ts'
import type { Tx } from '../platform/db/database.ts'
import { ApiError, jsonPointer, unprocessable } from '../platform/jsonapi/errors.ts'
import { listCondition, narrowToSite } from '../platform/jsonapi/load.ts'
import { parseQuery } from '../platform/jsonapi/query.ts'
import type { LoadScope } from '../platform/jsonapi/resources.ts'
import { filtersOf, withSiteAttributes } from '../platform/jsonapi/site-attributes.ts'

const FILTER = ['data', 'attributes', 'filter']

/**
 * SQL that selects the ids of the contacts of a site that match a filter, with the names and values that
 * `GET /v1/contacts` has as `filter[…]`. An object is a value as JSON. Unlike there, an unknown filter is refused: it
 * would be applied to everybody.
 *
 * @throws ApiError that points at the filter
 */
export async function matchingContacts(
  tx: Tx,
  filter: Record<string, unknown>,
  siteId: string,
  scope: LoadScope,
): Promise<RawBuilder<unknown>> {
  const parameters = Object.fromEntries(
    Object.entries(filter).map(([name, value]) => [`filter[${name}]`, textOf(name, value)]),
  )
  const siteScope = { ...scope, siteIds: [siteId] }
  try {
    const known = await withSiteAttributes(tx, contacts, parameters, siteScope)
    assertKnown(filter, filtersOf(known.siteAttributes?.[contacts.type]))
    const query = parseQuery(contacts, parameters, known)
    const narrowed = await narrowToSite(tx, contacts, query, siteScope)
    return sql`select r.id from ${contacts.from} where ${listCondition(contacts, query, narrowed)}`
  } catch (error) {
    throw pointingAtFilter(error)
  }
}

function textOf(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.join(',')
  if (typeof value === 'object' && value !== null) return JSON.stringify(value)
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value)
  throw unprocessable('invalid_filter', `The filter ${name} has no value`, jsonPointer([...FILTER, name]))
}

function assertKnown(filter: Record<string, unknown>, ofSite: object): void {
  const unknown = Object.keys(filter).find(
    (name) => !Object.hasOwn(contacts.filters, name) && !Object.hasOwn(ofSite, name),
  )
  if (unknown === undefined || contacts.siteAttributes!.pattern.test(unknown)) return
  throw unprocessable(
    'unknown_filter',
    `There is no filter ${unknown} of contacts. Use those of GET /v1/contacts`,
    jsonPointer([...FILTER, unknown]),
  )
}

/** The same error, in the words of a document. */
function pointingAtFilter(error: unknown): unknown {
  if (!(error instanceof ApiError) || error.source?.parameter === undefined) return error
  const [, name = ''] = /^filter\[(.*)\]$/.exec(error.source.parameter) ?? []
  const status = error.status === 404 ? 404 : 422
  return new ApiError(status, error.code, error.message, {
    source: { pointer: jsonPointer([...FILTER, name]) },
  })
}
