import { type RawBuilder, sql } from 'kysely'
import { checkFilterObject } from '../people/contacts/check-filter-object.ts'
import { listCondition } from '../people/contacts/condition-sql.ts'
import { contacts } from '../people/contacts/contacts.resource.ts'
import { conditionOf, parseFilterObject } from '../people/contacts/filter-object.ts'
import type { Tx } from '../platform/db/database.ts'
import { listCondition as listed } from '../platform/jsonapi/load.ts'
import type { LoadScope } from '../platform/jsonapi/resources.ts'

const FILTER = ['data', 'attributes', 'filter']

/**
 * SQL that selects the ids of the contacts of a site that match a filter, as segments have it: with the names and
 * values that `GET /v1/contacts` has as `filter[…]`. Unlike there, an unknown filter is refused: it would be applied to
 * everybody.
 *
 * @throws ApiError 422 that points at the filter
 */
export async function matchingContacts(
  tx: Tx,
  filter: Record<string, unknown>,
  siteId: string,
  scope: LoadScope,
): Promise<RawBuilder<unknown>> {
  const filters = parseFilterObject(filter, FILTER)
  await checkFilterObject(tx, siteId, filters, FILTER)
  const siteScope = { ...scope, siteIds: [siteId] }
  const where = await listCondition(tx, siteId, conditionOf(filters), 'r', siteScope)
  return sql`select r.id from ${contacts.from} where ${listed(contacts, { filters: [{ where }] }, siteScope)}`
}
