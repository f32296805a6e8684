import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'

/**
 * The latest purchase of an offer by a contact at a provider, and whether it has a subscription; null: there is none.
 * Subscriptions come first, and of these those that are paid in the currency.
 */
export async function findPurchase(
  tx: Tx,
  siteId: string,
  {
    contactId,
    offerId,
    provider,
    currency,
  }: { contactId: string; offerId: string; provider: string; currency: string },
): Promise<{ id: string; isRecurring: boolean } | null> {
  const { rows } = await sql<{ id: string; isRecurring: boolean }>`
    select p.id, s.id is not null as "isRecurring"
      from customers c
      join purchases p on p.customer_id = c.id and p.site_id = c.site_id
      join orders o on o.id = p.order_id and o.site_id = p.site_id
      left join subscriptions s on s.purchase_id = p.id and s.site_id = p.site_id
     where c.contact_id = ${contactId} and c.site_id = ${siteId} and p.offer_id = ${offerId} and o.provider = ${provider}
     order by s.id is not null desc, p.currency = ${currency} desc, p.created_at desc, p.id desc limit 1`.execute(
    tx,
  )
  return rows[0] ?? null
}
