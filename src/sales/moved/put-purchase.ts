import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import { type Origin, recordEvent } from '../../platform/events/events.ts'
import { eventReferences } from '../event-references.ts'
import { deactivatePurchase, reactivatePurchase } from '../purchases/deactivate-purchase.ts'
import { type LockedPurchase, lockPurchase } from '../purchases/lock-purchase.ts'
import { settlePurchases } from '../settle/settle-purchases.ts'
import type { Interval, PaymentType, SubscriptionStatus } from '../states.ts'
import { isFinal, saveSubscription } from '../subscriptions/save-subscription.ts'
import { findOrderOfFile, findPurchaseOfItem } from './find-same.ts'
import { type Destination, idFor } from './moved-sale.ts'
import { putOrder } from './put-order.ts'

export interface MovedSubscription {
  status: SubscriptionStatus
  interval: Interval
  intervalCount: number
  paymentsTotal: number | null
  trialEndsAt: Date | null
  periodEnd: Date | null
  cancelAt: Date | null
}

export interface MovedPurchase {
  id: string | null
  /** What another server calls it. */
  sourceId: string
  customerId: string
  offerId: string
  /** Null: it does not say which. */
  orderId: string | null
  paymentType: PaymentType
  /** Of each regular payment. */
  amount: number
  currency: string
  quantity: number
  couponCode: string | null
  optIn: boolean
  extra: object
  source: string | null
  referrer: string | null
  cardholderName: string | null
  billingAddressZip: string | null
  isTest: boolean
  provider: string
  effectiveStartAt: Date
  createdAt: Date
  updatedAt: Date
  /** When access ends or has ended; null: it does not. */
  deactivatedAt: Date | null
  deactivationReason: string | null
  /** Of the payment types subscription and multipay. */
  subscription: MovedSubscription | null
}

/** Whose blocks stand in for those that follow from refunds and disputes, which are moved later. */
const STAND_IN = 'import'

/**
 * Records a purchase as it was at another server, with its subscription: it gives the same access, until the same time.
 * It belongs to the item of its order that has no purchase yet, or to an order of its own. One that came from a file is
 * made as it is there.
 */
export async function putPurchase(
  tx: Tx,
  destination: Destination,
  purchase: MovedPurchase,
  origin: Origin,
): Promise<{ id: string; isNew: boolean }> {
  const { siteId } = destination
  const known = await findOfFile(tx, siteId, purchase)
  if (known !== null) {
    await updateMovedPurchase(tx, siteId, known, purchase, origin)
    return { id: known, isNew: false }
  }
  const item = (await findItem(tx, siteId, purchase)) ?? (await makeItem(tx, destination, purchase, origin))
  const id = await insert(tx, destination, purchase, item, origin.now)
  if (purchase.subscription)
    await insertSubscription(tx, siteId, id, purchase, purchase.subscription, origin.now)
  await insertBlock(tx, siteId, id, purchase, origin)
  await settlePurchases(tx, siteId, [id], origin)
  const locked = await lockPurchase(tx, [siteId], id)
  if (isActive(purchase, origin.now) && locked.closed_at !== null)
    await reactivatePurchase(tx, locked, origin)
  await recordEvent(
    tx,
    'offer_purchased',
    eventReferences(locked),
    { purchase_id: id, order_id: item.order_id, transaction_id: null },
    origin,
  )
  return { id, isNew: true }
}

async function findOfFile(
  tx: Tx,
  siteId: string,
  { customerId, offerId, currency, effectiveStartAt }: MovedPurchase,
): Promise<string | null> {
  const order = await findOrderOfFile(tx, siteId, {
    customerId,
    offerId,
    currency,
    orderedAt: effectiveStartAt,
  })
  return order && findPurchaseOfItem(tx, siteId, order.itemIds[0]!)
}

/** Makes a purchase that was moved as it is there now: its subscription, and whether it gives access. */
export async function updateMovedPurchase(
  tx: Tx,
  siteId: string,
  id: string,
  { subscription, amount, deactivatedAt, ...purchase }: MovedPurchase,
  origin: Origin,
): Promise<void> {
  const locked = await lockPurchase(tx, [siteId], id)
  if (subscription && locked.subscription) {
    const { status, interval, intervalCount, paymentsTotal, trialEndsAt, periodEnd, cancelAt } = subscription
    await saveSubscription(
      tx,
      locked,
      {
        status,
        amount,
        interval,
        interval_count: intervalCount,
        payments_total: paymentsTotal,
        trial_ends_at: trialEndsAt,
        ...(periodEnd && { period_end: periodEnd }),
        cancel_at: cancelAt,
        ...(['active', 'trialing'].includes(status) && { past_due_since: null }),
        ...(isFinal(status) && { ended_at: deactivatedAt ?? purchase.updatedAt }),
      },
      origin,
    )
  }
  const now = await lockPurchase(tx, [siteId], id)
  if (isSameEnd(now, deactivatedAt)) return
  if (deactivatedAt === null) return reactivatePurchase(tx, now, origin, 'whole')
  if (now.deactivated_at === null || now.deactivated_at > deactivatedAt)
    return deactivatePurchase(tx, now, deactivatedAt, origin)
  // It has ended here and there.
  if (now.closed_at === null || deactivatedAt <= origin.now) return
  await reactivatePurchase(tx, now, origin)
  const open = await lockPurchase(tx, [siteId], id)
  if (!isSameEnd(open, deactivatedAt)) await deactivatePurchase(tx, open, deactivatedAt, origin)
}

const isSameEnd = ({ deactivated_at }: LockedPurchase, end: Date | null) =>
  deactivated_at?.getTime() === end?.getTime()

const isActive = ({ deactivatedAt }: MovedPurchase, now: Date) =>
  deactivatedAt === null || deactivatedAt > now

interface Item {
  id: string
  order_id: string
}

async function findItem(
  tx: Tx,
  siteId: string,
  { customerId, offerId, orderId, currency, createdAt }: MovedPurchase,
): Promise<Item | null> {
  const { rows } = await sql<Item>`
    select i.id, i.order_id from order_items i
      join orders o on o.id = i.order_id and o.site_id = i.site_id
     where i.customer_id = ${customerId} and i.site_id = ${siteId} and i.offer_id = ${offerId} and i.currency = ${currency}
       and (${orderId}::bigint is null or i.order_id = ${orderId}::bigint)
       and not exists (select from purchases p where p.order_item_id = i.id and p.site_id = i.site_id)
     order by abs(extract(epoch from o.ordered_at - ${createdAt}::timestamptz)), i.id
     limit 1`.execute(tx)
  const [item] = rows
  if (!item) return null
  await sql`
    update orders set fulfilled_at = ${createdAt}
     where id = ${item.order_id} and site_id = ${siteId} and fulfilled_at is null`.execute(tx)
  return item
}

/** The other server does not show its order. */
async function makeItem(
  tx: Tx,
  destination: Destination,
  purchase: MovedPurchase,
  origin: Origin,
): Promise<Item> {
  const { customerId, offerId, currency, quantity, createdAt, amount, provider, isTest } = purchase
  const { rows } = await sql<{ title: string }>`
    select title from offers where id = ${offerId} and site_id = ${destination.siteId}`.execute(tx)
  const amounts = { subtotal: amount, discount: 0, tax: 0, total: amount }
  const { orderId, itemIds } = await putOrder(
    tx,
    destination,
    {
      id: null,
      number: null,
      customerId,
      currency,
      provider,
      reference: `purchase ${purchase.sourceId}`,
      isTest,
      orderedAt: createdAt,
      fulfilledAt: createdAt,
      createdAt,
      items: [{ id: null, offerId, title: rows[0]!.title, quantity, createdAt, ...amounts }],
    },
    origin,
  )
  return { id: itemIds[0]!, order_id: orderId }
}

async function insert(
  tx: Tx,
  destination: Destination,
  p: MovedPurchase,
  item: Item,
  now: Date,
): Promise<string> {
  const id = await idFor(tx, 'purchases', destination, p.id)
  const { rows } = await sql<{ id: string }>`
    insert into purchases (site_id, id, order_id, order_item_id, customer_id, offer_id, payment_type, amount, currency,
                           quantity, coupon_code, opt_in, extra, source, referrer, cardholder_name, billing_address_zip,
                           is_test, effective_start_at, created_at, updated_at)
    values (${destination.siteId}, ${id}, ${item.order_id}, ${item.id}, ${p.customerId}, ${p.offerId}, ${p.paymentType},
            ${p.amount}, ${p.currency}, ${p.quantity}, ${p.couponCode}, ${p.optIn}, ${JSON.stringify(p.extra)}::jsonb,
            ${p.source}, ${p.referrer}, ${p.cardholderName}, ${p.billingAddressZip}, ${p.isTest}, ${p.effectiveStartAt},
            ${p.createdAt}, ${now})
    returning id`.execute(tx)
  return rows[0]!.id
}

/** The times of its state are those from which the end of the purchase follows: see facts_against.sql. */
async function insertSubscription(
  tx: Tx,
  siteId: string,
  purchaseId: string,
  { customerId, provider, isTest, currency, amount, createdAt, updatedAt, ...purchase }: MovedPurchase,
  s: MovedSubscription,
  now: Date,
): Promise<void> {
  const { deactivatedAt, deactivationReason: reason } = purchase
  const plannedEnd = s.cancelAt ?? (!isFinal(s.status) && reason === 'canceled' ? deactivatedAt : null)
  // Its planned end has come since it was read.
  const isOver = !isFinal(s.status) && plannedEnd !== null && plannedEnd <= now
  const status = isOver ? 'canceled' : s.status
  const endedAt = isOver
    ? plannedEnd
    : !isFinal(status)
      ? null
      : reason === 'canceled' && deactivatedAt
        ? deactivatedAt
        : updatedAt
  const failedSince = reason === 'failed_payment' ? deactivatedAt : null
  const statusSince = ['unpaid', 'paused'].includes(status) ? (failedSince ?? updatedAt) : createdAt
  await sql`
    with inserted as (
      insert into subscriptions (site_id, purchase_id, customer_id, provider, reference, is_test, status, status_since,
                                 currency, amount, tax, interval, interval_count, payments_total, started_at, trial_ends_at,
                                 period_start, period_end, cancel_at, past_due_since, ended_at, created_at, updated_at)
      select ${siteId}, ${purchaseId}, ${customerId}, ${provider}, null, ${isTest}, ${status}, ${statusSince},
             ${currency}, ${amount}, 0, ${s.interval}, ${s.intervalCount}, ${s.paymentsTotal}, ${purchase.effectiveStartAt},
             ${s.trialEndsAt}, null, ${s.periodEnd}, ${plannedEnd},
             case when ${status} = 'past_due'
                  then ${failedSince}::timestamptz - make_interval(days => t.payment_grace_days) end,
             ${endedAt}, ${createdAt}, ${now}
        from sites t where t.id = ${siteId}
      returning *
    )
    insert into subscription_states (site_id, subscription_id, since, status, amount, tax, interval, interval_count)
    select site_id, id, status_since, status, amount, tax, interval, interval_count from inserted`.execute(tx)
}

/** Ends that follow from a subscription are not written: they are settled. */
async function insertBlock(
  tx: Tx,
  siteId: string,
  purchaseId: string,
  { deactivatedAt, deactivationReason: reason, subscription }: MovedPurchase,
  { actor, now }: Origin,
): Promise<void> {
  const follows = subscription !== null && (reason === 'canceled' || reason === 'failed_payment')
  if (deactivatedAt === null || follows) return
  const cause = reason === 'expired' ? 'expired' : 'deactivated'
  const by = reason === 'refund' || reason === 'dispute' ? STAND_IN : actor
  await sql`
    insert into purchase_blocks (site_id, purchase_id, cause, since, actor, created_at)
    values (${siteId}, ${purchaseId}, ${cause}, ${deactivatedAt}, ${by}, ${now})`.execute(tx)
}

/** Removes stand-ins of purchases whose refunds and disputes have been moved, and settles them. */
export async function settleMoved(
  tx: Tx,
  siteId: string,
  purchaseIds: string[],
  origin: Origin,
): Promise<void> {
  const ids = [...new Set(purchaseIds)]
  const before = await statesOf(tx, siteId, ids)
  await settlePurchases(tx, siteId, ids, origin)
  const { rows } = await sql<{ id: string }>`
    delete from purchase_blocks b
     where b.site_id = ${siteId} and b.purchase_id = any (${ids}::bigint[]) and b.cause = 'deactivated'
       and b.actor = ${STAND_IN} and exists (
         select from purchase_blocks o
          where o.site_id = b.site_id and o.purchase_id = b.purchase_id and o.cause in ('refund', 'dispute')
            and o.waived_at is null and o.since <= b.since)
    returning b.purchase_id as id`.execute(tx)
  await settlePurchases(
    tx,
    siteId,
    rows.map(({ id }) => id),
    origin,
  )
  // What gives access there although it was paid back was reactivated there.
  for (const [id, isClosed] of await statesOf(tx, siteId, ids))
    if (isClosed && before.get(id) === false)
      await reactivatePurchase(tx, await lockPurchase(tx, [siteId], id), origin)
}

/** Whether purchases are closed, by their ids. */
async function statesOf(tx: Tx, siteId: string, ids: string[]): Promise<Map<string, boolean>> {
  const { rows } = await sql<{ id: string; is_closed: boolean }>`
    select id, closed_at is not null as is_closed from purchases
     where id = any (${ids}::bigint[]) and site_id = ${siteId}`.execute(tx)
  return new Map(rows.map(({ id, is_closed }) => [id, is_closed]))
}
