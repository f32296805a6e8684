/** Requests to the API that have Stripe do something: it is done there first, once, or nothing changes. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Account, makeAccount, makeKey } from '../testing/fixtures.ts'
import { connectStripe, startWithStripe, type WithStripe } from '../testing/stripe/connect.ts'
import { beginCheckout, booksOf, MONTHLY } from '../testing/stripe/shop.ts'
import { advanceClock } from '../worker/advance-clock.ts'
import type { ProviderAccount } from './accounts/provider-account.ts'

let h: WithStripe
let owner: Account
let account: ProviderAccount
beforeAll(async () => {
  h = await startWithStripe()
})
afterAll(() => h.close())
beforeEach(async () => {
  owner = await makeAccount(h.app)
  account = await connectStripe({ ...h, client: h.clientWith(owner.token) })
})

const api = () => h.clientWith(owner.token)
const books = () => booksOf(h, owner)

async function hear() {
  await h.stripe.deliver(h.stripe.takeEvents())
  await h.drain()
}

async function buy(given: Parameters<typeof beginCheckout>[2] = {}) {
  const { session } = await beginCheckout(h, account, given)
  const { subscription } = h.stripe.pay(session)
  await hear()
  const [purchase] = (await api().get('/v1/purchases?include=order')).body.data
  const orderId = purchase.relationships.order.data.id as string
  return {
    purchaseId: purchase.id as string,
    orderId,
    charge: h.stripe.chargeOf(session),
    subscription: subscription as string,
  }
}

const refund = (orderId: string, amount_in_cents?: number, key?: string) =>
  api().post(
    `/v1/orders/${orderId}/refunds`,
    { data: { type: 'transactions', attributes: amount_in_cents === undefined ? {} : { amount_in_cents } } },
    key === undefined ? {} : { 'idempotency-key': key },
  )

const refundsAtStripe = () =>
  h.stripe.seen.filter(({ method, path }) => method === 'POST' && path === '/v1/refunds')

test('a subscription is canceled at Stripe first, and then access ends; one that has ended stays so', async () => {
  const { purchaseId, subscription } = await buy(MONTHLY)
  const path = `/v1/purchases/${purchaseId}/cancel_subscription`
  h.stripe.faults.next.push('cut', 'cut')
  expect(await api().post(path)).toMatchObject({ status: 503 })
  expect(await books()).toMatchObject({
    subscriptions: [{ status: 'active' }],
    purchases: [{ isHeld: true }],
  })
  expect((await api().post(path)).status).toBe(200)
  expect(h.stripe.state.objects.get('subscription', subscription).status).toBe('canceled')
  expect(await books()).toMatchObject({
    subscriptions: [{ status: 'canceled' }],
    purchases: [{ isHeld: false }],
  })
  expect((await api().post(path)).status).toBe(200)
  await hear()
  expect(await books()).toMatchObject({
    subscriptions: [{ status: 'canceled' }],
    transactions: ['subscribe succeeded 2900'],
  })
})

test('what Stripe refuses is 422 with its reason, and nothing changes', async () => {
  const { purchaseId, orderId, charge } = await buy()
  h.stripe.refund(charge.id, 2000)
  const before = await books()
  // No notification has said yet that only 9 are left.
  const refused = await refund(orderId, 1500)
  expect([refused.status, refused.body.errors[0]]).toMatchObject([
    422,
    { code: 'provider_refused', detail: expect.stringContaining('Stripe refuses: Refund amount (1500)') },
  ])
  expect(await books()).toEqual(before)
  expect((await api().post(`/v1/purchases/${purchaseId}/cancel_subscription`)).body.errors[0].code).toBe(
    'no_subscription',
  )
})

test('a refund is paid back by Stripe once for a key, and its notification adds nothing', async () => {
  const { orderId, charge } = await buy()
  const first = await refund(orderId, 900, 'refund-1')
  const again = await refund(orderId, 900, 'refund-1')
  expect([first.status, again.status]).toEqual([201, 201])
  await hear()
  expect(h.stripe.state.objects.get('charge', charge.id).amount_refunded).toBe(900)
  expect(await books()).toMatchObject({ money: 20, purchases: [{ isHeld: true }] })
  expect((await refund(orderId, undefined, 'refund-2')).status).toBe(201)
  // Nothing is left, and its repetition is answered all the same.
  const replayed = await refund(orderId, undefined, 'refund-2')
  expect([replayed.status, replayed.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
  await hear()
  expect(h.stripe.state.objects.get('charge', charge.id).amount_refunded).toBe(2900)
  expect(await books()).toMatchObject({
    money: 0,
    purchases: [{ isHeld: false, blocks: ['refund'] }],
    transactions: ['charge succeeded 2900', 'refund succeeded -2000', 'refund succeeded -900'],
  })
})

test('a request that is refused pays nothing back', async () => {
  const { orderId } = await buy()
  const path = `/v1/orders/${orderId}/refunds`
  const before = refundsAtStripe().length
  const { token } = await makeKey(h.app, owner, ['manage:orders'])
  const send = (attributes: object, query = '', id?: string) =>
    h.clientWith(token).post(path + query, { data: { type: 'transactions', ...(id && { id }), attributes } })
  const answers = [
    await send({ refunded_at: '2999-01-01' }),
    await send({ refunded_at: '2001-01-01' }),
    await send({ amont_in_cents: 1 }),
    await send({ provider_reference: 're_1' }),
    await send({}, '', '7'),
    // The key may not see customers.
    await send({}, '?include=customer'),
  ]
  expect(answers.map(({ status }) => status)).toEqual([422, 422, 422, 422, 403, 403])
  expect(answers[3]!.body.errors[0]).toMatchObject({
    code: 'charged_by_provider',
    source: { pointer: '/data/attributes/provider_reference' },
  })
  expect(refundsAtStripe()).toHaveLength(before)
})

test('what is disputed is not paid back as well: at most what was captured, less refunds and disputes', async () => {
  const { orderId, charge } = await buy()
  h.stripe.refund(charge.id, 900)
  const dispute = h.stripe.dispute(charge.id)
  await hear()
  const before = refundsAtStripe().length
  const refused = await refund(orderId, 1)
  expect([refused.status, refused.body.errors[0].code]).toEqual([422, 'not_refundable'])
  expect(refundsAtStripe()).toHaveLength(before)
  h.stripe.closeDispute(dispute.id, 'won')
  await hear()
  expect((await refund(orderId, 2001)).status).toBe(422)
  expect((await refund(orderId, 2000)).status).toBe(201)
  await hear()
  expect(await books()).toMatchObject({ money: 0, purchases: [{ isHeld: false }] })
})

// Last in this file: the clock stays where it is moved.
test('after a failed payment, access goes on for 20 days of 21, has ended at 22, and comes back with the payment', async () => {
  const { subscription } = await buy(MONTHLY)
  h.stripe.renew(subscription, false)
  await hear()
  const failedAt = new Date(h.stripe.state.objects.now * 1000)
  const moveTo = (days: number) =>
    advanceClock(h.app, failedAt.getTime() + days * 86_400_000 - h.app.clock.now().getTime())
  await moveTo(20)
  expect(await books()).toMatchObject({ subscriptions: [{ isPastDue: true }], purchases: [{ isHeld: true }] })
  await moveTo(22)
  expect((await books()).purchases).toMatchObject([{ isHeld: false, blocks: ['failed_payment'] }])
  h.stripe.retry(subscription, true)
  await hear()
  expect(await books()).toMatchObject({
    subscriptions: [{ status: 'active', isPastDue: false }],
    purchases: [{ isHeld: true, blocks: [] }],
  })
})
