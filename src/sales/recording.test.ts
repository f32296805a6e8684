import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { inTx, itemOf, originAt, type RecordedSale, sell } from '../testing/sales.ts'
import { advanceClock } from '../worker/advance-clock.ts'
import { lockPurchase } from './purchases/lock-purchase.ts'
import { saveSubscription } from './subscriptions/save-subscription.ts'
import { lockTransaction } from './transactions/find-transaction.ts'
import { recordDispute } from './transactions/record-dispute.ts'
import { recordPayment } from './transactions/record-payment.ts'
import { recordRefund } from './transactions/record-refund.ts'

let h: Harness
let siteId: string
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
})
afterAll(() => h.close())

const DAY = 86_400_000
const newContact = () => makeContact(h.app, siteId)
const newOffer = (options?: Parameters<typeof makeOffer>[2]) => makeOffer(h.app, siteId, options)
const sale = (contactId: string, items: Parameters<typeof sell>[3], given?: Parameters<typeof sell>[4]) =>
  sell(h.app, siteId, contactId, items, given)

const eventsOf = async (contactId: string) =>
  (
    await h.app.db
      .selectFrom('events')
      .select(['type', 'data'])
      .where('contact_id', '=', contactId)
      .where('type', '<>', 'contact_created')
      .orderBy('id')
      .execute()
  ).map(({ type }) => type)

const purchase = (id: string) =>
  h.app.db.selectFrom('purchases').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

const revenueOf = async ({ customerId }: RecordedSale) =>
  Number(
    (
      await h.app.db
        .selectFrom('customers')
        .select('net_revenue')
        .where('id', '=', customerId)
        .executeTakeFirstOrThrow()
    ).net_revenue,
  )

const held = async ({ customerId }: RecordedSale) =>
  (
    await sql<{ offer_id: string }>`
      select distinct offer_id from holdings where customer_id = ${customerId}
         and (expires_at is null or expires_at > ${h.app.clock.now()}) order by 1`.execute(h.app.db)
  ).rows.map(({ offer_id }) => offer_id)

const refund = (transactionId: string, amount: number, given: object = {}) =>
  inTx(h.app, async (tx) => {
    const charge = await lockTransaction(tx, siteId, { id: transactionId })
    const { now } = originAt(h.app)
    return recordRefund(
      tx,
      charge!,
      { state: 'succeeded', reference: null, amount, occurred_at: now, ...given },
      originAt(h.app),
    )
  })

test('a sale makes a customer who holds what was bought, with an order, a payment and each event once', async () => {
  const contactId = await newContact()
  const offers = [await newOffer(), await newOffer()]
  const sold = await sale(contactId, [itemOf(h.app, offers[0]!, 2900), itemOf(h.app, offers[1]!, 100)])

  expect(sold).toMatchObject({ isNew: true, purchaseIds: [expect.any(String), expect.any(String)] })
  expect(await held(sold)).toEqual(offers)
  expect(await revenueOf(sold)).toBe(30)
  expect(await eventsOf(contactId)).toEqual([
    'customer_created',
    'order_created',
    'offer_purchased',
    'offer_purchased',
    'payment_succeeded',
  ])
})

test('the numbers of orders rise for each site', async () => {
  const offerId = await newOffer()
  const numbers = []
  for (let index = 0; index < 3; index++) {
    const { orderId } = await sale(await newContact(), [itemOf(h.app, offerId, 100)])
    const order = await h.app.db
      .selectFrom('orders')
      .select('number')
      .where('id', '=', orderId)
      .executeTakeFirstOrThrow()
    numbers.push(Number(order.number))
  }
  expect(numbers).toEqual([numbers[0], numbers[0]! + 1, numbers[0]! + 2])
})

test('twenty notifications of one sale at once record one order, one purchase and each event once', async () => {
  const [contactId, offerId] = [await newContact(), await newOffer()]
  const sales = await Promise.all(
    Array.from({ length: 20 }, () =>
      sale(contactId, [itemOf(h.app, offerId, 500)], {
        provider: 'shop',
        reference: 'same',
        payment: { state: 'succeeded', reference: 'ch_same' },
      }),
    ),
  )
  expect(new Set(sales.map(({ orderId }) => orderId)).size).toBe(1)
  expect(sales.filter(({ isNew }) => isNew)).toHaveLength(1)
  expect(await eventsOf(contactId)).toEqual([
    'customer_created',
    'order_created',
    'offer_purchased',
    'payment_succeeded',
  ])
})

test('an order waits for a pending payment: access comes with it, and with it the welcome', async () => {
  const [contactId, offerId] = [await newContact(), await newOffer()]
  const items = [itemOf(h.app, offerId, 500)]
  const names = { provider: 'shop', reference: 'sepa' }
  const pending = await sale(contactId, items, {
    ...names,
    payment: { state: 'initialized', reference: 'pi_1' },
  })
  expect(await held(pending)).toEqual([])
  expect(pending.purchaseIds).toEqual([])
  expect(await revenueOf(pending)).toBe(0)

  const paid = await sale(contactId, items, { ...names, payment: { state: 'succeeded', reference: 'ch_1' } })
  expect(paid).toMatchObject({
    orderId: pending.orderId,
    transactionId: pending.transactionId,
    isNew: false,
  })
  expect(await held(paid)).toEqual([offerId])
  expect(await revenueOf(paid)).toBe(5)
  expect(await eventsOf(contactId)).toEqual([
    'customer_created',
    'order_created',
    'welcome_email_requested',
    'offer_purchased',
    'payment_succeeded',
  ])
  await sale(contactId, items, { ...names, payment: { state: 'succeeded', reference: 'ch_1' } })
  expect(await eventsOf(contactId)).toHaveLength(5)
})

test('a pending payment that fails gives no access', async () => {
  const [contactId, offerId] = [await newContact(), await newOffer()]
  const names = { provider: 'shop', reference: 'sepa-2' }
  const items = [itemOf(h.app, offerId, 500)]
  await sale(contactId, items, { ...names, payment: { state: 'initialized', reference: 'pi_2' } })
  const failed = await sale(contactId, items, {
    ...names,
    payment: { state: 'failed', reference: 'pi_2', failure: 'debit_not_authorized' },
  })
  expect(await held(failed)).toEqual([])
  expect(await eventsOf(contactId)).toEqual(['customer_created', 'order_created', 'payment_failed'])
})

test('a partial refund leaves access, a full one ends it, and one that fails later restores it', async () => {
  const [contactId, offerId] = [await newContact(), await newOffer()]
  const sold = await sale(contactId, [itemOf(h.app, offerId, 2900)], { provider: 'shop' })
  await refund(sold.transactionId!, 500, { reference: 're_1' })
  await refund(sold.transactionId!, 500, { reference: 're_1' })
  expect(await revenueOf(sold)).toBe(24)
  expect(await held(sold)).toEqual([offerId])

  await refund(sold.transactionId!, 2400, { reference: 're_2' })
  expect(await revenueOf(sold)).toBe(0)
  expect(await held(sold)).toEqual([])
  expect(await purchase(sold.purchaseIds[0]!)).toMatchObject({ deactivation_reason: 'refund' })

  await refund(sold.transactionId!, 2400, { reference: 're_2', state: 'failed', failure: 'expired_card' })
  expect(await revenueOf(sold)).toBe(24)
  expect(await held(sold)).toEqual([offerId])
  expect((await eventsOf(contactId)).slice(4)).toEqual([
    'payment_refunded',
    'payment_refunded',
    'purchase_deactivated',
    'purchase_reactivated',
  ])
})

test('of a bundle, the refund of one item leaves the other; one without items is divided', async () => {
  const contactId = await newContact()
  const offers = [await newOffer(), await newOffer(), await newOffer()]
  const sold = await sale(
    contactId,
    offers.map((id) => itemOf(h.app, id, 1000)),
  )
  await refund(sold.transactionId!, 1000, {
    parts: [{ purchase_id: sold.purchaseIds[0]!, amount: 1000 }],
  })
  expect(await held(sold)).toEqual(offers.slice(1))
  await refund(sold.transactionId!, 1001)
  const parts = await sql<{ amount: string }>`
    select sum(amount) as amount from transaction_purchases where purchase_id = any (${sold.purchaseIds}::bigint[])
     group by purchase_id order by purchase_id`.execute(h.app.db)
  expect(parts.rows.map(({ amount }) => Number(amount))).toEqual([0, 499, 500])
  expect(await held(sold)).toEqual(offers.slice(1))
})

test('an open dispute leaves access, a lost one ends it, and a won one restores it', async () => {
  const [contactId, offerId] = [await newContact(), await newOffer()]
  const sold = await sale(contactId, [itemOf(h.app, offerId, 2900)])
  const dispute = (status: string, movements: [string, number][]) =>
    inTx(h.app, async (tx) =>
      recordDispute(
        tx,
        (await lockTransaction(tx, siteId, { id: sold.transactionId! }))!,
        {
          reference: 'dp_1',
          amount: 2900,
          status,
          reason: 'fraudulent',
          opened_at: h.app.clock.now(),
          movements: movements.map(([reference, amount]) => ({
            reference,
            amount,
            occurred_at: h.app.clock.now(),
          })),
        },
        originAt(h.app),
      ),
    )
  await dispute('warning_needs_response', [])
  await dispute('needs_response', [['txn_1', -2900]])
  expect(await held(sold)).toEqual([offerId])
  expect(await revenueOf(sold)).toBe(0)
  expect(await dispute('lost', [['txn_1', -2900]])).toEqual({ isLost: true })
  expect(await held(sold)).toEqual([])
  await dispute('won', [
    ['txn_1', -2900],
    ['txn_2', 2900],
  ])
  expect(await held(sold)).toEqual([offerId])
  expect(await revenueOf(sold)).toBe(29)
})

test('access goes on for the grace period after a failed payment, then ends, and returns with a payment', async () => {
  const [contactId, offerId] = [await newContact(), await newOffer()]
  const sold = await sale(contactId, [itemOf(h.app, offerId, 2900, 'subscription')])
  const failedAt = h.app.clock.now()
  const save = (state: object) =>
    inTx(h.app, async (tx) =>
      saveSubscription(
        tx,
        await lockPurchase(tx, [siteId], sold.purchaseIds[0]!),
        state as never,
        originAt(h.app),
      ),
    )
  await save({ status: 'past_due', past_due_since: failedAt })
  expect((await purchase(sold.purchaseIds[0]!)).settle_at).toEqual(new Date(failedAt.getTime() + 21 * DAY))
  await advanceClock(h.app, 20 * DAY)
  expect(await held(sold)).toEqual([offerId])
  await advanceClock(h.app, 2 * DAY)
  expect(await held(sold)).toEqual([])
  expect(await purchase(sold.purchaseIds[0]!)).toMatchObject({ deactivation_reason: 'failed_payment' })

  await inTx(h.app, async (tx) => {
    const locked = await lockPurchase(tx, [siteId], sold.purchaseIds[0]!)
    const { now } = originAt(h.app)
    await recordPayment(
      tx,
      locked,
      {
        action: 'subscription_charge',
        state: 'succeeded',
        provider: 'manual',
        reference: null,
        provider_account_id: null,
        amount: 2900,
        tax: 0,
        period_start: now,
        period_end: new Date(now.getTime() + 30 * DAY),
        occurred_at: now,
      },
      originAt(h.app),
    )
  })
  await save({ status: 'active', past_due_since: null })
  expect(await held(sold)).toEqual([offerId])
  expect(await revenueOf(sold)).toBe(58)
})

test('a planned end is shown ahead; a subscription that was canceled is never active again', async () => {
  const [contactId, offerId] = [await newContact(), await newOffer()]
  const sold = await sale(contactId, [itemOf(h.app, offerId, 2900, 'subscription')])
  const save = (state: object, ticket?: string) =>
    inTx(h.app, async (tx) =>
      saveSubscription(
        tx,
        await lockPurchase(tx, [siteId], sold.purchaseIds[0]!),
        state as never,
        originAt(h.app),
        ticket,
      ),
    )
  const endsAt = new Date(h.app.clock.now().getTime() + 10 * DAY)
  await save({ cancel_at: endsAt }, '5')
  expect(await purchase(sold.purchaseIds[0]!)).toMatchObject({ deactivated_at: endsAt, closed_at: null })
  expect(await held(sold)).toEqual([offerId])
  expect(await save({ status: 'canceled' }, '7')).toBe(true)
  expect(await held(sold)).toEqual([])
  expect(await save({ status: 'active' }, '6')).toBe(false)
  await save({ status: 'active' }, '8')
  expect(await held(sold)).toEqual([])
})

test('a payment plan that is complete keeps its access', async () => {
  const [contactId, offerId] = [await newContact(), await newOffer()]
  const sold = await sale(contactId, [itemOf(h.app, offerId, 2500, 'multipay', 4)])
  await inTx(h.app, async (tx) =>
    saveSubscription(
      tx,
      await lockPurchase(tx, [siteId], sold.purchaseIds[0]!),
      { status: 'completed' },
      originAt(h.app),
    ),
  )
  expect(await held(sold)).toEqual([offerId])
})
