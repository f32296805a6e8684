import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { App } from '../../platform/app.ts'
import { type Db, inTransaction, type Tx } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { ApiError, notFound, unprocessable } from '../../platform/jsonapi/errors.ts'
import { readId, withId } from '../../platform/jsonapi/identifiers.ts'
import { readTimeAfter } from '../given-time.ts'
import type { PaymentProvider } from '../provider.ts'
import type { TransactionState } from '../states.ts'
import { type FoundTransaction, lockTransaction, partsOf } from './find-transaction.ts'
import { type Refundable, readRefundable, recordRefund } from './record-refund.ts'

/** What a request says of a refund. */
export interface GivenRefund {
  amount_in_cents?: number
  items?: { order_item_id: string | number; amount_in_cents?: number }[]
  provider_reference?: string
  refunded_at?: string
}

/** The charge that is refunded: by its own id, or as that of an order. */
export interface Charged {
  parent: 'orders' | 'transactions'
  id: string
}

/** A refund that is made: how much of what, and when. */
interface PlannedRefund {
  charge: FoundTransaction
  amount: number
  parts: RefundedPart[] | undefined
  refundedAt: Date
}

interface RefundedPart {
  purchase_id: string
  amount: number
}

/** What a provider has paid back. */
export interface MadeRefund {
  reference: string
  state: TransactionState
}

/**
 * Has a connected provider pay back, before it is recorded; null: no provider takes part, the money was paid back
 * elsewhere.
 *
 * @param key of the request; the same one pays back once
 * @throws ApiError as refundPayment()
 */
export async function refundAtProvider(
  app: App,
  siteIds: string[],
  charged: Charged,
  given: GivenRefund,
  provider: PaymentProvider,
  key: string = randomUUID(),
): Promise<MadeRefund | null> {
  const now = app.clock.now()
  const planned = await inTransaction(app.db, async (tx) => {
    const known = await findKnown(tx, siteIds, charged, given, given.provider_reference ?? null)
    return known === null ? plan(tx, siteIds, charged, given, now) : null
  })
  if (planned === null) return null
  const { charge, amount } = planned
  if (charge.provider_account_id === null || charge.reference === null) return null
  if (given.provider_reference !== undefined)
    throw unprocessable(
      'charged_by_provider',
      `${charge.provider} pays this back, and names the refund. Leave out provider_reference; an Idempotency-Key makes sure that it is paid back once`,
      REFERENCE,
    )
  return provider.refund(app, {
    siteId: charge.site_id,
    provider: charge.provider,
    accountId: charge.provider_account_id,
    chargeReference: charge.reference,
    amount,
    currency: charge.currency,
    key,
  })
}

/**
 * Records a refund.
 *
 * @param made by the provider; null: the money was paid back elsewhere
 * @returns the id of the transaction
 * @throws ApiError 404 for the charge, the order or an item; 422 for more than is left, and for what cannot be paid back
 */
export async function refundPayment(
  tx: Tx,
  siteIds: string[],
  charged: Charged,
  given: GivenRefund,
  made: MadeRefund | null,
  origin: Origin,
): Promise<{ id: string; isNew: boolean }> {
  const reference = made?.reference ?? given.provider_reference ?? null
  const known = await findKnown(tx, siteIds, charged, made ? null : given, reference)
  if (known && made === null) return { id: known, isNew: false }
  const planned = await plan(tx, siteIds, charged, given, origin.now, known !== null)
  const { charge, amount, parts, refundedAt } = planned
  const { id } = await recordRefund(
    tx,
    charge,
    {
      state: made?.state ?? 'succeeded',
      reference,
      amount,
      ...(parts && { parts }),
      occurred_at: refundedAt,
    },
    origin,
  )
  return { id, isNew: known === null }
}

const REFERENCE = '/data/attributes/provider_reference'

/**
 * A refund of the charge with this reference, which was recorded before.
 *
 * @param given null: the provider has said what it has paid back
 * @throws ApiError 422 when the reference is that of something else, or of another amount
 */
async function findKnown(
  tx: Tx,
  siteIds: string[],
  charged: Charged,
  given: GivenRefund | null,
  reference: string | null,
): Promise<string | null> {
  if (reference === null) return null
  const charge = await findCharge(tx, siteIds, charged)
  const refund = await lockTransaction(tx, charge.site_id, { provider: charge.provider, reference })
  if (!refund) return null
  if (refund.action !== 'refund' || refund.parent_id !== charge.id)
    throw unprocessable('taken', `The transaction ${refund.id} has this reference`, REFERENCE)
  if (given === null || (await isSameRefund(tx, charge, refund, given))) return refund.id
  throw unprocessable(
    'taken',
    `The refund ${refund.id} has this reference, with another amount: ${-refund.amount}. Use another provider_reference for another refund`,
    REFERENCE,
  )
}

/** Whether a request asks for what a refund has paid back. What it leaves out is what was left at the time. */
async function isSameRefund(
  tx: Tx,
  charge: FoundTransaction,
  refund: FoundTransaction,
  { amount_in_cents: amount, items }: GivenRefund,
): Promise<boolean> {
  if (amount !== undefined) return amount === -refund.amount
  if (items === undefined) return refund.state === 'failed' || (await readRefundable(tx, charge)).amount <= 0
  const parts = await partsOf(tx, charge.site_id, refund.id)
  const purchases = await purchasesOfItems(tx, charge, items)
  return (
    parts.length === items.length &&
    items.every(({ order_item_id, amount_in_cents }) => {
      const part = parts.find(({ purchase_id }) => purchase_id === purchases.get(readId(order_item_id)))
      return part !== undefined && (amount_in_cents === undefined || amount_in_cents === -part.amount)
    })
  )
}

/** @param isPaid it has been paid back already: what is left is not asked */
async function plan(
  tx: Tx,
  siteIds: string[],
  charged: Charged,
  given: GivenRefund,
  now: Date,
  isPaid = false,
): Promise<PlannedRefund> {
  const charge = await findCharge(tx, siteIds, charged)
  if (charge.state !== 'succeeded' || charge.amount <= 0 || !CHARGES.includes(charge.action))
    throw new ApiError(
      422,
      'not_refundable',
      `The transaction ${charge.id} is no payment that succeeded, and cannot be paid back.`,
    )
  if (given.items && given.amount_in_cents !== undefined)
    throw unprocessable(
      'contradiction',
      'Give amount_in_cents, or items with what is paid back of each',
      '/data/attributes/amount_in_cents',
    )
  const refundedAt = readTimeAfter(
    given.refunded_at,
    'refunded_at',
    { now, zone: charge.time_zone },
    {
      paidAt: charge.occurred_at,
      what: 'the payment',
    },
  )
  const refundable = await readRefundable(tx, charge)
  const parts = given.items && (await partsOfItems(tx, charge, refundable, given.items))
  const amount =
    parts?.reduce((sum, part) => sum + part.amount, 0) ??
    given.amount_in_cents ??
    Math.max(refundable.amount, 0)
  if (!isPaid && (amount > refundable.amount || amount <= 0))
    throw unprocessable(
      'not_refundable',
      `At most ${Math.max(refundable.amount, 0)} of the payment can be paid back: what was paid, less what was refunded or is disputed`,
      given.items
        ? '/data/attributes/items'
        : given.amount_in_cents === undefined
          ? '/data'
          : '/data/attributes/amount_in_cents',
    )
  return { charge, amount, parts, refundedAt }
}

const CHARGES = ['charge', 'subscribe', 'subscription_charge']

/**
 * Each item with what is left of it, or a part of that.
 *
 * @throws ApiError 404 for an item that is none of the payment; 422 for one that is named twice, and for too much
 */
async function partsOfItems(
  tx: Tx,
  charge: FoundTransaction,
  refundable: Refundable,
  items: NonNullable<GivenRefund['items']>,
): Promise<RefundedPart[]> {
  const purchases = await purchasesOfItems(tx, charge, items)
  return items.map(({ order_item_id, amount_in_cents }, index) => {
    const path = `/data/attributes/items/${index}`
    const purchaseId = purchases.get(readId(order_item_id))
    const left = refundable.parts.find(({ purchase_id }) => purchase_id === purchaseId)
    if (purchaseId === undefined || !left)
      throw notFound(`The payment is not for an item ${withId(String(order_item_id))}.`, {
        pointer: `${path}/order_item_id`,
      })
    if (items.findIndex((one) => readId(one.order_item_id) === readId(order_item_id)) < index)
      throw unprocessable('duplicate', 'Name each item once, with what is paid back of it in all', path)
    const amount = amount_in_cents ?? left.amount
    if (amount <= left.amount && amount > 0) return { purchase_id: purchaseId, amount }
    throw unprocessable(
      'not_refundable',
      `At most ${Math.max(left.amount, 0)} of this item can be paid back`,
      amount_in_cents === undefined ? path : `${path}/amount_in_cents`,
    )
  })
}

/** The purchases that were made of items, by the ids of these. */
async function purchasesOfItems(
  tx: Tx,
  charge: FoundTransaction,
  items: NonNullable<GivenRefund['items']>,
): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; order_item_id: string }>`
    select p.id, p.order_item_id from purchases p
     where p.order_item_id = any (${items.map(({ order_item_id }) => readId(order_item_id))}::bigint[])
       and p.site_id = ${charge.site_id}`.execute(tx)
  return new Map(rows.map(({ id, order_item_id }) => [order_item_id, id]))
}

/** @throws ApiError 404; 422 for an order for which nothing was paid */
async function findCharge(tx: Tx, siteIds: string[], { parent, id }: Charged): Promise<FoundTransaction> {
  const found = parent === 'transactions' ? await byId(tx, siteIds, id) : await ofOrder(tx, siteIds, id)
  const charge = found && (await lockTransaction(tx, found.site_id, { id: found.id }))
  if (charge) return charge
  if (parent === 'transactions') throw notFound(`There is no transaction ${withId(id)}.`)
  const order = await tx
    .selectFrom('orders')
    .select('id')
    .where('id', '=', readId(id))
    .where('site_id', 'in', siteIds)
    .executeTakeFirst()
  if (!order) throw notFound(`There is no order ${withId(id)}.`)
  throw new ApiError(
    422,
    'not_refundable',
    `Nothing was paid for the order ${order.id}, and nothing can be paid back. Deactivate its purchases to end access.`,
  )
}

const byId = (db: Db | Tx, siteIds: string[], id: string) =>
  db
    .selectFrom('transactions')
    .select(['site_id', 'id'])
    .where('id', '=', readId(id))
    .where('site_id', 'in', siteIds)
    .executeTakeFirst()

const ofOrder = (db: Db | Tx, siteIds: string[], id: string) =>
  db
    .selectFrom('transactions')
    .select(['site_id', 'id'])
    .where('order_id', '=', readId(id))
    .where('site_id', 'in', siteIds)
    .where('action', 'in', CHARGES)
    .orderBy(sql`(state = 'succeeded')`, 'desc')
    .orderBy('id')
    .executeTakeFirst()
