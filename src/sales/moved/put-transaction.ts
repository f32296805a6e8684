import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import { type Origin, recordEvent } from '../../platform/events/events.ts'
import { divide } from '../divide.ts'
import type { TransactionState } from '../states.ts'
import { findSamePayment } from './find-same.ts'
import { type Destination, idFor } from './moved-sale.ts'
import { settleMoved } from './put-purchase.ts'

export interface MovedTransaction {
  id: string | null
  customerId: string
  offerId: string | null
  /** Null: it does not say which. */
  orderId: string | null
  /** What it pays for, or pays back. */
  purchaseIds: string[]
  action: string
  state: TransactionState
  paymentType: string | null
  provider: string
  /** At the provider. */
  reference: string | null
  isTest: boolean
  amount: number
  tax: number
  currency: string
  fee: number | null
  settlementAmount: number | null
  settlementFee: number | null
  settlementCurrency: string | null
  occurredAt: Date
}

interface Paid {
  id: string
  contact_id: string
  order_id: string
  amount: string
  subscription_id: string | null
}

/** The charge of a refund is found when all transactions have been moved: see linkRefunds(). */
const PAYING = ['charge', 'subscribe', 'subscription_charge']

/**
 * Records a transaction as it was at another server, with what each purchase has of it.
 *
 * @returns its id; null: it pays for nothing that is here
 */
export async function putTransaction(
  tx: Tx,
  destination: Destination,
  t: MovedTransaction,
  origin: Origin,
): Promise<string | null> {
  const { siteId } = destination
  const known =
    (await findByReference(tx, siteId, t)) ?? (await findSamePayment(tx, siteId, t, { isOfFile: true }))
  if (known !== null) return known
  const paid = await readPaid(tx, siteId, t)
  if (paid.length === 0) return null
  const orderId = await orderOf(tx, siteId, t, paid)
  const subscriptionId = paid.length === 1 ? paid[0]!.subscription_id : null
  const id = await idFor(tx, 'transactions', destination, t.id)
  const { rows } = await sql<{ id: string }>`
    insert into transactions (site_id, id, customer_id, order_id, subscription_id, offer_id, action, state, payment_type,
                              provider, reference, is_test, amount, tax, currency, fee, settlement_amount, settlement_fee,
                              settlement_currency, occurred_at, created_at, updated_at)
    values (${siteId}, ${id}, ${t.customerId}, ${orderId}, ${subscriptionId}, ${t.offerId}, ${t.action}, ${t.state},
            ${t.paymentType}, ${t.provider}, ${t.reference}, ${t.isTest}, ${t.amount}, ${t.tax}, ${t.currency}, ${t.fee},
            ${t.settlementAmount}, ${t.settlementFee}, ${t.settlementCurrency}, ${t.occurredAt}, ${t.occurredAt},
            ${origin.now})
    returning id`.execute(tx)
  const transactionId = rows[0]!.id
  await insertShares(tx, siteId, transactionId, t, paid)
  const purchaseIds = paid.map((one) => one.id)
  await settleMoved(tx, siteId, purchaseIds, origin)
  if (t.state === 'succeeded' && t.amount > 0 && PAYING.includes(t.action))
    await recordEvent(
      tx,
      'payment_succeeded',
      { siteId, contactId: paid[0]!.contact_id, customerId: t.customerId, offerId: t.offerId },
      { transaction_id: transactionId, order_id: orderId, purchase_ids: purchaseIds },
      origin,
    )
  return transactionId
}

async function findByReference(
  tx: Tx,
  siteId: string,
  { provider, reference }: MovedTransaction,
): Promise<string | null> {
  if (reference === null) return null
  const { rows } = await sql<{ id: string }>`
    select id from transactions
     where reference = ${reference} and provider = ${provider} and site_id = ${siteId}`.execute(tx)
  return rows[0]?.id ?? null
}

async function readPaid(tx: Tx, siteId: string, t: MovedTransaction): Promise<Paid[]> {
  const { rows } = await sql<Paid>`
    select p.id, p.order_id, p.amount, c.contact_id,
           (select s.id from subscriptions s where s.purchase_id = p.id and s.site_id = p.site_id) as subscription_id
      from purchases p join customers c on c.id = p.customer_id and c.site_id = p.site_id
     where p.id = any (${t.purchaseIds}::bigint[]) and p.site_id = ${siteId} and p.customer_id = ${t.customerId}
       and p.currency = ${t.currency}
     order by p.id`.execute(tx)
  return rows
}

/** An order is paid by one payment; those of later periods belong to none. */
async function orderOf(
  tx: Tx,
  siteId: string,
  { orderId, action, amount }: MovedTransaction,
  paid: Paid[],
): Promise<string | null> {
  const order = orderId ?? (action === 'charge' || action === 'subscribe' ? paid[0]!.order_id : null)
  if (order === null || !PAYING.includes(action)) return orderId
  const { rows } = await sql`
    select from orders o
     where o.id = ${order} and o.site_id = ${siteId}
       and (o.total = 0 or o.total >= ${amount} + (
         select coalesce(sum(t.amount), 0) from transactions t
          where t.order_id = o.id and t.site_id = o.site_id and t.state = 'succeeded'
            and t.action = any (${PAYING}::text[])))`.execute(tx)
  return rows.length > 0 ? order : null
}

async function insertShares(
  tx: Tx,
  siteId: string,
  transactionId: string,
  { amount, tax }: MovedTransaction,
  paid: Paid[],
): Promise<void> {
  const weights = paid.map((one) => Number(one.amount))
  const [amounts, taxes] = [divide(amount, weights), divide(tax, weights)]
  await tx
    .insertInto('transaction_purchases')
    .values(
      paid.map(({ id }, index) => ({
        site_id: siteId,
        transaction_id: transactionId,
        purchase_id: id,
        amount: amounts[index]!,
        tax: taxes[index]!,
      })),
    )
    .execute()
}

/**
 * Finds for each refund and dispute that was moved to a site the payment that it is of: the latest of the same purchases
 * before it of which so much is left.
 */
export async function linkRefunds(tx: Tx, siteId: string, origin: Origin): Promise<void> {
  const { rows: refunds } = await sql<{ id: string }>`
    select t.id from transactions t
     where t.site_id = ${siteId} and t.action in ('refund', 'dispute') and t.parent_id is null
     order by t.occurred_at, t.id`.execute(tx)
  for (const { id } of refunds)
    await sql`
      update transactions t set parent_id = (
               select c.id from transaction_purchases tp
                 join transactions c on c.id = tp.transaction_id and c.site_id = tp.site_id
                where tp.site_id = t.site_id and tp.purchase_id in (
                        select own.purchase_id from transaction_purchases own
                         where own.transaction_id = t.id and own.site_id = t.site_id)
                  and c.action = any (${PAYING}::text[]) and c.state = 'succeeded'
                order by c.occurred_at <= t.occurred_at desc, (c.amount + t.amount + (
                           select coalesce(sum(o.amount), 0) from transactions o
                            where o.parent_id = c.id and o.site_id = c.site_id and o.action = 'refund') >= 0) desc,
                         c.occurred_at desc, c.id desc
                limit 1)
       where t.id = ${id} and t.site_id = ${siteId}`.execute(tx)
  const ids = refunds.map(({ id }) => id)
  // Also those that came with a payment that was paid back.
  const { rows: purchases } = await sql<{ id: string }>`
    select distinct tp.purchase_id as id
      from transactions t
      join transaction_purchases tp on tp.transaction_id in (t.id, t.parent_id) and tp.site_id = t.site_id
     where t.id = any (${ids}::bigint[]) and t.site_id = ${siteId}`.execute(tx)
  await settleMoved(
    tx,
    siteId,
    purchases.map(({ id }) => id),
    origin,
  )
}
