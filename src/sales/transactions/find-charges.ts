import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'

/**
 * Payments of a contact at a provider that have succeeded, the latest before a time first: those that a refund can be of.
 *
 * @param offerId of what was paid; null: anything
 */
export async function findCharges(
  tx: Tx,
  siteId: string,
  { contactId, offerId, provider }: { contactId: string; offerId: string | null; provider: string },
  before: Date,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select t.id
      from customers c join transactions t on t.customer_id = c.id and t.site_id = c.site_id
     where c.contact_id = ${contactId} and c.site_id = ${siteId} and t.provider = ${provider}
       and t.action in ('charge', 'subscribe', 'subscription_charge') and t.state = 'succeeded'
       and t.occurred_at <= ${before} and (${offerId}::bigint is null or t.offer_id is null or t.offer_id = ${offerId})
     order by t.occurred_at desc, t.id desc limit 100`.execute(tx)
  return rows.map(({ id }) => id)
}
