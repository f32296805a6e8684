import { anyOf, type Tx } from '../../platform/db/database.ts'

/** The customers that contacts of a site are, by the contact; none for who is no customer. */
export async function customersOf(
  tx: Tx,
  siteId: string,
  contactIds: string[],
): Promise<Map<string, string>> {
  if (contactIds.length === 0) return new Map()
  const rows = await tx
    .selectFrom('customers')
    .select(['id', 'contact_id'])
    .where('contact_id', '=', anyOf(contactIds))
    .where('site_id', '=', siteId)
    .where('deleted_at', 'is', null)
    .execute()
  return new Map(rows.map(({ id, contact_id }) => [contact_id, id]))
}
