/**
 * Sales that two sources have: the API of another server, and a file that it exported. Neither has the ids of the other,
 * so the same sale is found by who bought what, and when.
 */
import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import type { LockedPurchase } from '../purchases/lock-purchase.ts'
import { lockSubscription } from '../subscriptions/save-subscription.ts'

/** The provider of what was sold elsewhere: its references are the ids in files. */
export const KAJABI = 'kajabi'

/** Sources differ in when a subscription began: with its order, or with its first payment. */
const SAME_DAY = sql`interval '1 day'`
const SAME_MOMENT = sql`interval '1 minute'`

/**
 * Gives the subscription of a contact to an offer, which began about then and has no reference, the one of a file.
 *
 * @returns its purchase, locked; null: there is none
 */
export async function nameSubscription(
  tx: Tx,
  siteId: string,
  { contactId, offerId, startedAt }: { contactId: string; offerId: string; startedAt: Date },
  reference: string,
  now: Date,
): Promise<LockedPurchase | null> {
  const { rows } = await sql<{ id: string }>`
    select s.id from subscriptions s
      join purchases p on p.id = s.purchase_id and p.site_id = s.site_id
      join customers c on c.id = s.customer_id and c.site_id = s.site_id and c.deleted_at is null
     where c.contact_id = ${contactId} and s.site_id = ${siteId} and p.offer_id = ${offerId}
       and s.provider = ${KAJABI} and s.reference is null
       and s.started_at between ${startedAt}::timestamptz - ${SAME_DAY} and ${startedAt}::timestamptz + ${SAME_DAY}
     order by abs(extract(epoch from s.started_at - ${startedAt}::timestamptz)), s.id limit 1`.execute(tx)
  const [found] = rows
  const purchase = found ? await lockSubscription(tx, siteId, found) : null
  if (purchase === null || purchase.subscription!.reference !== null) return null
  await tx
    .updateTable('subscriptions')
    .set({ reference, updated_at: now })
    .where('id', '=', purchase.subscription!.id)
    .where('site_id', '=', siteId)
    .execute()
  return purchase
}

export type SoughtPayment = ({ customerId: string } | { contactId: string }) & {
  /** Null: of any. */
  offerId: string | null
  /** Less than 0: a refund. */
  amount: number
  currency: string
  occurredAt: Date
}

/** A payment or refund of this amount at this moment. @param isOfFile whether a file named it, or another source did */
export async function findSamePayment(
  tx: Tx,
  siteId: string,
  { offerId, amount, currency, occurredAt, ...who }: SoughtPayment,
  { isOfFile }: { isOfFile: boolean },
): Promise<string | null> {
  const isTheirs =
    'customerId' in who
      ? sql`t.customer_id = ${who.customerId}`
      : sql`t.customer_id in (select id from customers where contact_id = ${who.contactId} and site_id = ${siteId})`
  const { rows } = await sql<{ id: string }>`
    select t.id from transactions t
     where ${isTheirs} and t.site_id = ${siteId} and t.amount = ${amount} and t.currency = ${currency}
       and (${offerId}::bigint is null or t.offer_id is null or t.offer_id = ${offerId}::bigint)
       and (t.provider = ${KAJABI} and t.reference is not null) = ${isOfFile}
       and t.occurred_at between ${occurredAt}::timestamptz - ${SAME_MOMENT} and ${occurredAt}::timestamptz + ${SAME_MOMENT}
     order by abs(extract(epoch from t.occurred_at - ${occurredAt}::timestamptz)), t.id limit 1`.execute(tx)
  return rows[0]?.id ?? null
}

interface SoughtOrder {
  customerId: string
  offerId: string
  currency: string
  orderedAt: Date
}

/** An order of this one offer about then, which a file had: see orderOfFile(). */
export async function findOrderOfFile(
  tx: Tx,
  siteId: string,
  { customerId, offerId, currency, orderedAt }: SoughtOrder,
): Promise<{ orderId: string; itemIds: string[] } | null> {
  const { rows } = await sql<{ orderId: string; itemId: string }>`
    select o.id as "orderId", i.id as "itemId" from orders o
      join order_items i on i.order_id = o.id and i.site_id = o.site_id
     where o.customer_id = ${customerId} and o.site_id = ${siteId} and o.currency = ${currency}
       and i.offer_id = ${offerId} and o.provider = ${KAJABI}
       and (starts_with(o.reference, ${orderOfFile('subscriptions', '')})
            or starts_with(o.reference, ${orderOfFile('transactions', '')}))
       and o.ordered_at between ${orderedAt}::timestamptz - ${SAME_DAY} and ${orderedAt}::timestamptz + ${SAME_DAY}
     order by abs(extract(epoch from o.ordered_at - ${orderedAt}::timestamptz)), o.id limit 1`.execute(tx)
  const [found] = rows
  return found ? { orderId: found.orderId, itemIds: [found.itemId] } : null
}

/** The reference of an order that a row of a file is. */
export const orderOfFile = (kind: 'subscriptions' | 'transactions', id: string): string =>
  `${kind === 'subscriptions' ? 'subscription' : 'transaction'} ${id}`

/** The purchase of an item of an order, which a file had; null: there is none. */
export async function findPurchaseOfItem(tx: Tx, siteId: string, itemId: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select id from purchases where order_item_id = ${itemId} and site_id = ${siteId}`.execute(tx)
  return rows[0]?.id ?? null
}
