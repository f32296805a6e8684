import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import { recordEvent } from '../platform/events/events.ts'
import { type Merge, type Merging, twoCustomers } from '../platform/merging.ts'

/** Grants move to the other customer. Of an offer that both hold, one grant stays, with the earlier start and the later end. */
export const grantsMerging: Merging = {
  name: 'grants',
  async move(tx, merge) {
    const { siteId, from, now } = merge
    if (from.customerId === null) return 0
    const customers = twoCustomers(merge)
    // They stay with the customer, who is the other contact from then on.
    if (!customers) return countGrants(tx, siteId, from.customerId)
    // What has expired is not held.
    for (const customerId of [customers.from, customers.into])
      await sql`select close_expired_grants(${siteId}::bigint, ${customerId}::bigint, ${now}::timestamptz)`.execute(
        tx,
      )
    await endDuplicates(tx, merge, customers)
    const { numUpdatedRows } = await tx
      .updateTable('offer_grants')
      .set({ customer_id: customers.into })
      .where('site_id', '=', siteId)
      .where('customer_id', '=', customers.from)
      .executeTakeFirst()
    return Number(numUpdatedRows)
  },
}

async function countGrants(tx: Tx, siteId: string, customerId: string): Promise<number> {
  const { count } = await tx
    .selectFrom('offer_grants')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('site_id', '=', siteId)
    .where('customer_id', '=', customerId)
    .executeTakeFirstOrThrow()
  return Number(count)
}

async function endDuplicates(tx: Tx, merge: Merge, customers: { from: string; into: string }): Promise<void> {
  const { siteId, into, actor, now } = merge
  const { rows } = await sql<{ grant_id: string; into_id: string; offer_id: string }>`
    with pairs as (
      select f.id as from_id, t.id as into_id, f.offer_id, f.starts_at, f.expires_at, f.ending_notice_at, f.redeemed_at,
             coalesce(f.expires_at, 'infinity') > coalesce(t.expires_at, 'infinity') as is_later
        from offer_grants f
        join offer_grants t on t.site_id = f.site_id and t.customer_id = ${customers.into}
                           and t.offer_id = f.offer_id and t.revoked_at is null
       where f.site_id = ${siteId} and f.customer_id = ${customers.from} and f.revoked_at is null
    ), ended as (
      update offer_grants g set revoked_at = ${now}, revoked_by = ${actor}, revoke_reason = 'merged'
        from pairs p where g.id = p.from_id and g.site_id = ${siteId}
    ), kept as (
      update offer_grants g
         set starts_at = least(g.starts_at, p.starts_at),
             expires_at = case when p.is_later then p.expires_at else g.expires_at end,
             ending_notice_at = case when p.is_later then p.ending_notice_at else g.ending_notice_at end,
             redeemed_at = least(g.redeemed_at, p.redeemed_at)
        from pairs p where g.id = p.into_id and g.site_id = ${siteId}
    )
    select from_id as grant_id, into_id, offer_id from pairs order by from_id`.execute(tx)
  for (const { grant_id: grantId, into_id: into_grant_id, offer_id: offerId } of rows) {
    const about = { siteId, contactId: into.contactId, customerId: customers.into, offerId, grantId }
    await recordEvent(tx, 'grant_merged', about, { into_grant_id }, merge)
  }
}
