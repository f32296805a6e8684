import type { Db, Tx } from '../../platform/db/database.ts'

/** The contact that a customer of a site is; null when it was deleted. */
export async function contactOfCustomer(
  db: Db | Tx,
  siteId: string,
  customerId: string,
): Promise<string | null> {
  const row = await db
    .selectFrom('customers as u')
    .innerJoin('contacts as c', (join) =>
      join.onRef('c.id', '=', 'u.contact_id').onRef('c.site_id', '=', 'u.site_id'),
    )
    .select('c.id')
    .where('u.id', '=', customerId)
    .where('u.site_id', '=', siteId)
    .where('c.deleted_at', 'is', null)
    .executeTakeFirst()
  return row?.id ?? null
}
