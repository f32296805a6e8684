import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Account, makeAccount } from '../testing/fixtures.ts'
import { connectStripe, startWithStripe, type WithStripe } from '../testing/stripe/connect.ts'
import { type Books, beginCheckout, booksOf, MONTHLY, planOf } from '../testing/stripe/shop.ts'
import { clientOf, type ProviderAccount } from './accounts/provider-account.ts'

let h: WithStripe
let owner: Account
let account: ProviderAccount

beforeAll(async () => {
  h = await startWithStripe()
})
afterAll(() => h.close())

/** A site of its own for each test. */
beforeEach(async () => {
  h.stripe.state.objects.now = Math.floor(Date.now() / 1000)
  owner = await makeAccount(h.app)
  account = await connectStripe({ ...h, client: h.clientWith(owner.token) })
  h.stripe.takeEvents()
})

const books = (): Promise<Books> => booksOf(h, owner)

/** Delivers what has happened, and processes it. @param types only events of these */
async function hear(...types: string[]): Promise<void> {
  const events = h.stripe.takeEvents().filter(({ type }) => types.length === 0 || types.includes(type))
  await h.stripe.deliver(events)
  await h.drain()
}

const eventTypes = async () =>
  (
    await sql<{ type: string }>`select type from events where site_id = ${owner.siteId} order by id`.execute(
      h.app.db,
    )
  ).rows.map(({ type }) => type)

async function buy(given: Parameters<typeof beginCheckout>[2] = {}, payer = {}) {
  const begun = await beginCheckout(h, account, given)
  const session = h.stripe.pay(begun.session, payer)
  return { ...begun, subscription: session.subscription as string }
}

test('a paid checkout is one order, one purchase and one payment, with their events, also for 20 notifications at once', async () => {
  const { session } = await buy()
  const events = h.stripe.takeEvents()
  await Promise.all(Array.from({ length: 20 }, () => h.stripe.deliver(events)))
  await Promise.all([h.drain(), h.drain(), h.drain()])
  expect(await books()).toEqual({
    orders: [{ total: 2900, isFulfilled: true }],
    purchases: [{ type: 'single', isHeld: true, blocks: [] }],
    transactions: ['charge succeeded 2900'],
    subscriptions: [],
    money: 29,
    checkouts: ['paid'],
  })
  const types = await eventTypes()
  for (const type of ['customer_created', 'order_created', 'offer_purchased', 'payment_succeeded'])
    expect([type, types.filter((each) => each === type).length]).toEqual([type, 1])
  const { rows } = await sql`select fee, settlement_amount, settlement_currency, reference from transactions
    where site_id = ${owner.siteId}`.execute(h.app.db)
  expect(rows).toEqual([
    {
      fee: '114',
      settlement_amount: '2900',
      settlement_currency: 'USD',
      reference: h.stripe.chargeOf(session).id,
    },
  ])
})

test('a late "updated" does not revive a subscription that has ended', async () => {
  const { subscription } = await buy(MONTHLY)
  const old = h.stripe.takeEvents()
  h.stripe.cancel(subscription)
  await hear()
  await h.stripe.deliver(old)
  await h.drain()
  expect(await books()).toMatchObject({
    purchases: [{ isHeld: false, blocks: ['canceled'] }],
    subscriptions: [{ status: 'canceled' }],
  })
})

test('what was read before something newer was recorded is dropped', async () => {
  const { subscription } = await buy(MONTHLY)
  await hear()
  // The answer to the first reading is late: the subscription ends meanwhile, and that is recorded first.
  const client = clientOf(h.app, account)
  const { readNotification } = await import('./stripe/read-notification.ts')
  const { nextTicket } = await import('./inbox/tickets.ts')
  const { applyReading } = await import('./apply-reading.ts')
  const { inTransaction } = await import('../platform/db/database.ts')
  const ticket = await nextTicket(h.app.db)
  const before = await readNotification(client, 'customer.subscription.updated', subscription)
  h.stripe.cancel(subscription)
  await hear()
  await inTransaction(h.app.db, (tx) => applyReading(h.app, tx, account, before, ticket))
  expect((await books()).subscriptions).toMatchObject([{ status: 'canceled' }])
})

test('an invoice that is heard of before its checkout is a sale; the checkout then changes nothing', async () => {
  await buy(MONTHLY)
  const events = h.stripe.takeEvents()
  await h.stripe.deliver(events.filter(({ type }) => type === 'invoice.paid'))
  await h.drain()
  const first = await books()
  expect(first).toMatchObject({
    orders: [{ total: 2900, isFulfilled: true }],
    transactions: ['subscribe succeeded 2900'],
    subscriptions: [{ status: 'active' }],
    money: 29,
  })
  await h.stripe.deliver(events)
  await h.drain()
  expect(await books()).toEqual(first)
})

test('an invoice with further lines is one payment of all of them, for the period of the subscription', async () => {
  const { session, subscription } = await buy(MONTHLY)
  await hear()
  h.stripe.renew(subscription)
  const { objects } = h.stripe.state
  const invoice = objects.get('invoice', objects.get('subscription', subscription).latest_invoice)
  const [line] = invoice.lines!.data!
  const today = { start: objects.now, end: objects.now }
  invoice.lines!.data!.push({ ...line, id: 'il_added', amount: 500, period: today, parent: null })
  h.stripe.chargeOf(session).amount = 3400
  await hear()
  const { rows } = await sql`
    select t.amount, t.period_end = s.period_end as is_own_period,
           (select array_agg(p.amount) from transaction_purchases p where p.transaction_id = t.id) as parts
      from transactions t join subscriptions s on s.id = t.subscription_id
     where t.site_id = ${owner.siteId} and t.action = 'subscription_charge'`.execute(h.app.db)
  expect(rows).toEqual([{ amount: '3400', is_own_period: true, parts: ['3400'] }])
})

test('a bank debit is an order without access until the money is there', async () => {
  const { session } = await buy({}, { method: 'bank_debit' })
  await hear()
  expect(await books()).toMatchObject({
    orders: [{ total: 2900, isFulfilled: false }],
    purchases: [],
    transactions: ['charge initialized 2900'],
    money: 0,
    checkouts: ['pending'],
  })
  h.stripe.settle(session, true)
  await hear()
  expect(await books()).toMatchObject({
    orders: [{ isFulfilled: true }],
    purchases: [{ isHeld: true }],
    transactions: ['charge succeeded 2900'],
    money: 29,
    checkouts: ['paid'],
  })
})

test('a bank debit that fails gives no access', async () => {
  const { session } = await buy({}, { method: 'bank_debit' })
  await hear()
  h.stripe.settle(session, false)
  await hear()
  expect(await books()).toMatchObject({
    purchases: [],
    transactions: ['charge failed 2900'],
    checkouts: ['failed'],
  })
})

test('a trial gives access without a transaction; its end is announced once, and then it is paid', async () => {
  const { subscription } = await buy({ ...MONTHLY, trial_days: 2 })
  await hear()
  expect(await books()).toMatchObject({
    purchases: [{ type: 'subscription', isHeld: true }],
    transactions: [],
    subscriptions: [{ status: 'trialing' }],
  })
  h.stripe.announceTrialEnd(subscription)
  await hear()
  h.stripe.announceTrialEnd(subscription)
  await hear()
  expect((await eventTypes()).filter((type) => type === 'trial_ending')).toHaveLength(1)
  h.stripe.renew(subscription)
  await hear()
  expect(await books()).toMatchObject({
    transactions: ['subscription_charge succeeded 2900'],
    subscriptions: [{ status: 'active' }],
  })
})

test.each([
  ['JPY', 1000, 1000],
  ['KWD', 5120, 5120],
  ['HUF', 1000, 1000],
  ['ISK', 1000, 100_000],
])('%s: Stripe is asked for %i as %i, and it is recorded as it was', async (currency, amount, atStripe) => {
  const { session } = await buy({ currency, amount })
  expect(h.stripe.chargeOf(session)).toMatchObject({ amount: atStripe, currency: currency.toLowerCase() })
  await hear()
  expect(await books()).toMatchObject({
    orders: [{ total: amount }],
    transactions: [`charge succeeded ${amount}`],
  })
})

test('refunds of 5 and then 10 are two refunds, and leave access; the rest ends it', async () => {
  const { session } = await buy()
  await hear()
  const charge = h.stripe.chargeOf(session).id
  h.stripe.refund(charge, 500)
  h.stripe.refund(charge, 1000)
  await hear('charge.refunded')
  expect(await books()).toMatchObject({
    purchases: [{ isHeld: true }],
    transactions: ['charge succeeded 2900', 'refund succeeded -1000', 'refund succeeded -500'],
    money: 14,
  })
  h.stripe.refund(charge)
  await hear()
  expect(await books()).toMatchObject({ purchases: [{ isHeld: false, blocks: ['refund'] }], money: 0 })
})

test('a refund that fails later gives access and money back', async () => {
  const { session } = await buy()
  await hear()
  const { id } = h.stripe.refund(h.stripe.chargeOf(session).id)
  await hear()
  expect(await books()).toMatchObject({ purchases: [{ isHeld: false }], money: 0 })
  h.stripe.failRefund(id)
  await hear()
  expect(await books()).toMatchObject({
    purchases: [{ isHeld: true, blocks: [] }],
    transactions: ['charge succeeded 2900', 'refund failed -2900'],
    money: 29,
  })
})

test('an open dispute leaves access, a won one leaves the money as it was', async () => {
  const { session } = await buy()
  await hear()
  const { id } = h.stripe.dispute(h.stripe.chargeOf(session).id)
  await hear()
  expect(await books()).toMatchObject({ purchases: [{ isHeld: true }], money: 0 })
  h.stripe.closeDispute(id, 'won')
  await hear()
  expect(await books()).toMatchObject({
    purchases: [{ isHeld: true, blocks: [] }],
    transactions: ['charge succeeded 2900', 'dispute succeeded -2900', 'dispute succeeded 2900'],
    money: 29,
  })
})

test('a dispute that is lost ends access, and the subscription is canceled at Stripe', async () => {
  const { session, subscription } = await buy(MONTHLY)
  await hear()
  const { id } = h.stripe.dispute(h.stripe.chargeOf(session).id)
  h.stripe.closeDispute(id, 'lost')
  await hear()
  expect(h.stripe.state.objects.get('subscription', subscription).status).toBe('canceled')
  expect(await books()).toMatchObject({
    purchases: [{ isHeld: false }],
    subscriptions: [{ status: 'canceled' }],
    money: 0,
  })
})

test('an inquiry of a bank is no dispute', async () => {
  const { session } = await buy()
  await hear()
  const { id } = h.stripe.dispute(h.stripe.chargeOf(session).id, true)
  await hear()
  h.stripe.closeDispute(id, 'warning_closed')
  await hear()
  expect(await books()).toMatchObject({
    purchases: [{ isHeld: true, blocks: [] }],
    transactions: ['charge succeeded 2900'],
    money: 29,
  })
})

test('each attempt that fails is a row, and a payment later makes it good, also when the failures are heard of last', async () => {
  const { subscription } = await buy(MONTHLY)
  await hear()
  h.stripe.renew(subscription, false)
  const failure = h.stripe.takeEvents()
  await h.stripe.deliver(failure)
  await h.drain()
  expect(await books()).toMatchObject({
    purchases: [{ isHeld: true }],
    transactions: ['subscribe succeeded 2900', 'subscription_charge failed 2900'],
    subscriptions: [{ status: 'past_due', isPastDue: true }],
  })
  expect((await eventTypes()).filter((type) => type === 'payment_overdue')).toHaveLength(1)
  h.stripe.retry(subscription, false)
  h.stripe.retry(subscription, true)
  await hear()
  await h.stripe.deliver(failure)
  await h.drain()
  expect(await books()).toMatchObject({
    purchases: [{ isHeld: true }],
    transactions: [
      'subscribe succeeded 2900',
      'subscription_charge failed 2900',
      'subscription_charge failed 2900',
      'subscription_charge succeeded 2900',
    ],
    subscriptions: [{ status: 'active', isPastDue: false }],
    money: 58,
  })
})

test('a subscription that is canceled in the customer portal shows its end', async () => {
  const { subscription } = await buy(MONTHLY)
  await hear()
  h.stripe.cancelInPortal(subscription)
  await hear()
  expect(await books()).toMatchObject({
    purchases: [{ isHeld: true }],
    subscriptions: [{ status: 'active', isPlannedToEnd: true }],
  })
})

test('a payment plan ends at Stripe with its last payment, and access stays', async () => {
  const { subscription } = await buy(planOf(3))
  await hear()
  const schedule = h.stripe.state.objects.all('subscription_schedule')[0]!
  expect(schedule).toMatchObject({ subscription, end_behavior: 'cancel' })
  h.stripe.renew(subscription)
  await hear()
  expect(h.stripe.state.objects.get('subscription', subscription).status).toBe('active')
  h.stripe.renew(subscription)
  await hear()
  expect(h.stripe.state.objects.get('subscription', subscription).status).toBe('canceled')
  expect(await books()).toMatchObject({
    purchases: [{ type: 'multipay', isHeld: true, blocks: [] }],
    transactions: [
      'subscribe succeeded 2900',
      'subscription_charge succeeded 2900',
      'subscription_charge succeeded 2900',
    ],
    subscriptions: [{ status: 'completed' }],
    money: 87,
  })
})

test('while nothing is heard, the schedule ends a payment plan: no payment more is taken, and access stays', async () => {
  const { subscription } = await buy(planOf(2))
  await hear()
  for (let month = 0; month < 4; month++) h.stripe.renew(subscription)
  await hear('customer.subscription.deleted')
  expect(await books()).toMatchObject({
    purchases: [{ isHeld: true, blocks: [] }],
    transactions: ['subscribe succeeded 2900', 'subscription_charge succeeded 2900'],
    subscriptions: [{ status: 'completed' }],
  })
})

test('the customer of Stripe is the customer here, whatever e-mail was entered there', async () => {
  const { session, email } = await buy({}, { email: 'another@example.com' })
  await hear()
  const { rows } = await sql<{ customer_id: string; email: string }>`
    select p.customer_id, c.email from provider_customers p
      join customers u on u.id = p.customer_id and u.site_id = p.site_id
      join contacts c on c.id = u.contact_id and c.site_id = u.site_id
     where p.site_id = ${owner.siteId}`.execute(h.app.db)
  expect(rows).toMatchObject([{ email }])
  const customer = h.stripe.state.objects.get('checkout.session', session).customer as string
  await buy({ customer, email: 'third@example.com' })
  await hear()
  expect(
    (await sql`select from customers where site_id = ${owner.siteId}`.execute(h.app.db)).rows,
  ).toHaveLength(1)
})

test('what nobody began here is foreign: accepted, and not recorded', async () => {
  const { token } = await buy()
  await sql`delete from checkouts where token = ${token}`.execute(h.app.db)
  await hear()
  const { rows } = await sql<{ outcome: string }>`
    select distinct outcome from provider_events where site_id = ${owner.siteId} and type like 'checkout%'`.execute(
    h.app.db,
  )
  expect(rows).toEqual([{ outcome: 'foreign' }])
  expect(await books()).toMatchObject({ orders: [], transactions: [] })
})

test('tax and discount of Stripe add up to the total of the order', async () => {
  h.stripe.state.taxPercent = 19
  const coupon = {
    id: '1',
    code: 'HALF',
    percent_off: 50,
    amount_off: null,
    duration: 'once',
    months: null,
  } as const
  await buy({ coupon, is_taxed: true })
  h.stripe.state.taxPercent = 0
  await hear()
  const { rows } =
    await sql`select subtotal, discount, tax, total from orders where site_id = ${owner.siteId}`.execute(
      h.app.db,
    )
  expect(rows).toEqual([{ subtotal: '2900', discount: '1450', tax: '276', total: '1726' }])
})

test('a payout names what it consists of', async () => {
  // Of the tests before.
  h.stripe.payOut()
  h.stripe.takeEvents()
  const { session } = await buy()
  h.stripe.refund(h.stripe.chargeOf(session).id, 900)
  await hear()
  h.stripe.payOut()
  await hear()
  const { rows } = await sql`
    select p.status, p.amount - (select sum(net) from payout_entries e where e.payout_id = p.id) as difference,
           (select array_agg(e.type || ' ' || e.amount order by e.amount) from payout_entries e
             where e.payout_id = p.id and e.transaction_id is not null) as settled
      from payouts p where p.site_id = ${owner.siteId}`.execute(h.app.db)
  expect(rows).toEqual([{ status: 'paid', difference: '0', settled: ['refund -900', 'sale 2900'] }])
})

test('what no notification has said is asked for', async () => {
  await buy()
  await sql`update provider_accounts set polled_at = now() - interval '2 hours' where id = ${account.id}`.execute(
    h.app.db,
  )
  await h.drain()
  expect(await books()).toMatchObject({ orders: [{ total: 2900 }], purchases: [{ isHeld: true }] })
})

test('a subscription that was not heard of for a day is read again', async () => {
  const { subscription } = await buy(MONTHLY)
  await hear()
  h.stripe.cancel(subscription)
  h.stripe.takeEvents()
  await sql`update provider_objects set live_seen_at = now() - interval '25 hours' where live_seen_at is not null`.execute(
    h.app.db,
  )
  await h.drain()
  expect((await books()).subscriptions).toMatchObject([{ status: 'canceled' }])
})

test('an account through which subscriptions are paid cannot be disconnected', async () => {
  const { subscription } = await buy(MONTHLY)
  await hear()
  const client = h.clientWith(owner.token)
  const refused = await client.delete(`/v1/provider_accounts/${account.id}`)
  expect([refused.status, refused.body.errors[0].code]).toEqual([422, 'subscriptions_active'])
  h.stripe.cancel(subscription)
  await hear()
  expect((await client.delete(`/v1/provider_accounts/${account.id}`)).status).toBe(200)
})
