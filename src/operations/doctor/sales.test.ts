/** The invariants of sales: each finds what breaks it, and nothing in a database that was only used. */
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { sixthDueToday } from '../../../test/depth.ts'
import { MovableClock } from '../../platform/clock/clock.ts'
import { type Database, openDatabase } from '../../platform/db/database.ts'
import { lockPurchase } from '../../sales/purchases/lock-purchase.ts'
import { cancelSubscription } from '../../sales/subscriptions/cancel-subscription.ts'
import { lockTransaction } from '../../sales/transactions/find-transaction.ts'
import { recordRefund } from '../../sales/transactions/record-refund.ts'
import { makeContact, makeOffer } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { inTx, itemOf, originAt, sell } from '../../testing/sales.ts'
import { createDatabase } from '../../testing/test-database.ts'
import { examine } from './examine.ts'

let h: Harness
/** What `h.app` is, on a copy of its database for each test. */
let app: Harness['app']
let template: string
let copy: Database

beforeAll(async () => {
  h = await startHarness()
  await sellAll()
  template = await h.toTemplate()
})
beforeEach(async () => {
  copy = openDatabase(await createDatabase(template), { size: 5, name: 'bestow test' })
  app = { ...h.app, clock: new MovableClock(), db: copy.kysely, pool: copy.pool }
})
afterEach(() => copy.close())

/** A bundle of which a part is refunded, a purchase that is refunded in full, a subscription that is canceled, a free one. */
async function sellAll(): Promise<void> {
  const { siteId } = h.account
  const offers = [await makeOffer(h.app, siteId), await makeOffer(h.app, siteId)]
  const contact = () => makeContact(h.app, siteId)
  const origin = originAt(h.app)
  const refund = (id: string, amount: number) =>
    inTx(h.app, async (tx) => {
      const charge = (await lockTransaction(tx, siteId, { id }))!
      const refunded = { state: 'succeeded', reference: null, amount, occurred_at: origin.now } as const
      await recordRefund(tx, charge, refunded, origin)
    })
  const bundle = offers.map((id) => itemOf(h.app, id, 1000))
  await refund((await sell(h.app, siteId, await contact(), bundle)).transactionId!, 300)
  const [offerId] = offers
  await refund(
    (await sell(h.app, siteId, await contact(), [itemOf(h.app, offerId!, 500)])).transactionId!,
    500,
  )
  const paying = [itemOf(h.app, offerId!, 700, 'subscription')]
  const subscription = await sell(h.app, siteId, await contact(), paying)
  await sell(h.app, siteId, await contact(), [itemOf(h.app, offerId!, 0)])
  await inTx(h.app, async (tx) =>
    cancelSubscription(tx, await lockPurchase(tx, [siteId], subscription.purchaseIds[0]!), origin),
  )
  await h.drain()
}

const violated = async () =>
  (await examine(app)).filter(({ violations }) => violations !== 0).map(({ name }) => name)

test('sales that were only recorded violate nothing', async () => {
  expect(await violated()).toEqual([])
})

const bundle = '(select min(id) from orders)'
const paidBack = `(select min(purchase_id) from purchase_blocks where cause = 'refund')`

/** A name of a finding, and what causes it. */
const FAULTS: [string, string][] = [
  [
    'order_total',
    `update order_items set subtotal = subtotal + 1, total = total + 1 where order_id = ${bundle}`,
  ],
  ['order_fulfilled', `update orders set fulfilled_at = null where id = ${bundle}`],
  ['order_fulfilled', `delete from purchases where order_id = ${bundle}`],
  ['transaction_owner', `update transactions set customer_id = customer_id + 1 where order_id = ${bundle}`],
  ['transaction_owner', `update transactions set parent_id = null where action = 'refund'`],
  ['transaction_parts', `update transaction_purchases set amount = amount + 1 where amount > 0`],
  [
    'captured_twice',
    `insert into transactions (site_id, customer_id, order_id, action, state, provider, amount, currency, occurred_at, created_at, updated_at)
     select site_id, customer_id, order_id, action, state, provider, amount, currency, occurred_at, created_at, updated_at
       from transactions where order_id = ${bundle} and amount > 0`,
  ],
  ['refunded_too_much', `update transactions set amount = -99999 where action = 'refund'`],
  ['purchase_cause', `update transactions set state = 'failed' where order_id = ${bundle} and amount > 0`],
  [
    'purchase_state',
    `update purchases set deactivated_at = null, deactivation_reason = null, closed_at = null`,
  ],
  ['purchase_blocks', `update purchase_blocks set since = since - interval '1 day' where cause = 'refund'`],
  ['purchase_blocks', `delete from purchase_blocks where purchase_id = ${paidBack}`],
  ['payment_status', `update purchases set payment_status = 'paid'`],
  ['purchase_stuck', `update purchases set settle_at = now() - interval '2 minutes' where closed_at is null`],
  ['purchase_of_nobody', `update customers set deleted_at = now()`],
  ['subscription_purchase', 'delete from subscriptions'],
  ['net_revenue', 'update customers set net_revenue = net_revenue + 0.01'],
  ['order_event', `delete from events where type = 'order_created'`],
  ['order_event', `delete from events where type = 'offer_purchased'`],
  ['order_event', `delete from events where type = 'payment_succeeded'`],
]

test.each(sixthDueToday(FAULTS))('planted fault: %s is found (%s)', async (name, fault) => {
  await app.pool.query(fault)
  expect(await violated()).toContain(name)
})
