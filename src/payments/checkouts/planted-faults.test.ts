/** Shows that what is checked of checkouts and free claims depends on keys, uniqueness and locks: without them it fails. */
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { dueToday } from '../../../test/depth.ts'
import { faultTrigger } from '../../../test/fault-trigger.ts'
import { readOfferForSale } from '../../catalogue/offers/read-for-sale.ts'
import { findCoupon } from '../../sales/coupons/find-coupon.ts'
import { makeContact, makeOffer, unique } from '../../testing/fixtures.ts'
import { connectStripe, startWithStripe, type WithStripe } from '../../testing/stripe/connect.ts'
import type { ProviderAccount } from '../accounts/provider-account.ts'
import { readNow } from '../read-now.ts'
import { beginCheckout, type WantedPurchase } from './begin-checkout.ts'
import { claimFree } from './claim-free.ts'

/** How many do the same at once. */
const TOGETHER = 8
/** A race is not lost each time. */
const ROUNDS = 10

let h: WithStripe
let account: ProviderAccount
const opened: Server[] = []
afterEach(async () => {
  await h.close()
  for (const server of opened.splice(0)) server.close()
})

async function start(settings: Record<string, string> = {}): Promise<void> {
  h = await startWithStripe({ settings })
  account = await connectStripe(h)
  h.stripe.takeEvents()
}

const times = <Result>(make: () => Promise<Result>) => Promise.all(Array.from({ length: TOGETHER }, make))

async function wanted(given: Partial<WantedPurchase> & { price?: number } = {}): Promise<WantedPurchase> {
  const { siteId } = h.account
  const { price = 2900, ...others } = given
  const id = await makeOffer(h.app, siteId, {
    price_in_cents: price,
    payment_type: price === 0 ? 'free' : 'single',
  } as object)
  const { rows } = await h.app.pool.query('select token from offers where id = $1', [id])
  return {
    siteId,
    offer: (await readOfferForSale(h.app.db, siteId, rows[0].token))!,
    coupon: null,
    email: `buyer${unique()}@example.com`,
    name: 'Ada Lovelace',
    customerId: null,
    source: null,
    language: 'en',
    nonceHash: Buffer.alloc(32, 1),
    ...others,
  }
}

const begin = (purchase: WantedPurchase) =>
  beginCheckout(h.app, account, purchase, {
    success: (token) => `http://127.0.0.1/checkout/${token}`,
    cancel: 'http://127.0.0.1/offers/1',
  })

/** @returns the most sessions that one person can pay at once */
async function payableSessions(): Promise<number> {
  const most: number[] = []
  for (let round = 0; round < 3; round++) {
    const purchase = await wanted()
    await times(() => begin(purchase))
    const open = h.stripe.state.objects.all(
      'checkout.session',
      ({ customer_email, status }) => customer_email === purchase.email && status === 'open',
    )
    most.push(open.length)
  }
  return Math.max(...most)
}

/** @returns the most uses of a coupon that can be used twice */
async function couponUses(): Promise<number> {
  const most: number[] = []
  for (let round = 0; round < ROUNDS && Math.max(0, ...most) <= 2; round++) {
    const code = `C${unique()}`
    const attributes = { code, percent_off: 10, max_uses: 2 }
    await h.client.post('/v1/coupons', { data: { type: 'coupons', attributes } })
    const purchase = await wanted()
    const { id: offerId, currency } = purchase.offer
    const found = await findCoupon(h.app.db, h.account.siteId, code, { offerId, currency }, h.app.clock.now())
    if (found.problem !== undefined) throw new Error(found.problem)
    await times(async () =>
      begin({ ...purchase, coupon: found.coupon, email: `buyer${unique()}@example.com` }),
    )
    const { rows } = await h.app.pool.query('select uses::int from coupons where lower(code) = lower($1)', [
      code,
    ])
    most.push(rows[0].uses)
  }
  return Math.max(...most)
}

/** @returns the most orders of one person for one free offer */
async function freeOrders(): Promise<number> {
  const most: number[] = []
  for (let round = 0; round < ROUNDS && Math.max(0, ...most) <= 1; round++) {
    const email = `buyer${unique()}@example.com`
    await makeContact(h.app, h.account.siteId, { email })
    const purchase = await wanted({ price: 0, email })
    await times(() => claimFree(h.app, purchase).catch(() => null))
    const { rows } = await h.app.pool.query(
      'select count(*)::int as n from order_items where offer_id = $1',
      [purchase.offer.id],
    )
    most.push(rows[0].n)
  }
  return Math.max(...most)
}

/** @returns the orders, payments and failed notifications of a checkout that is heard of in many ways at once */
async function booksOfOne(): Promise<{ orders: number; payments: number; open: number }> {
  const purchase = await wanted()
  await begin(purchase)
  const session = h.stripe.state.objects.all(
    'checkout.session',
    ({ customer_email }) => customer_email === purchase.email,
  )[0]!.id
  h.stripe.pay(session)
  const events = h.stripe.takeEvents()
  await times(() => readNow(h.app, account, 'session', session).catch(() => null))
  await h.stripe.deliver(events)
  await h.drain().catch(() => null)
  const { rows } = await h.app.pool.query(`
    select (select count(*)::int from orders) as orders,
           (select count(*)::int from transactions where amount > 0) as payments,
           (select count(*)::int from provider_events where processed_at is null) as open`)
  return rows[0]
}

test('many at once: one session, no use of a coupon too many, one free order, one sale', async () => {
  await start()
  expect(await booksOfOne()).toEqual({ orders: 1, payments: 1, open: 0 })
  expect([await payableSessions(), await couponUses(), await freeOrders()]).toEqual([1, 2, 1])
})

/** Takes a lock out of the statements that name a table. */
function withoutLockOn(table: string): void {
  const watched = new WeakSet<object>()
  h.app.pool.on('acquire', (client) => {
    if (watched.has(client)) return
    watched.add(client)
    const query = client.query
    client.query = function (this: typeof client, ...args: unknown[]) {
      const [said, ...others] = args as [string | { text: string }, ...unknown[]]
      const unlocked = (text: string) =>
        new RegExp(`from "?${table}"?`).test(text) ? text.replace(/\bfor (no key )?update\b/, '') : text
      const changed = typeof said === 'string' ? unlocked(said) : { ...said, text: unlocked(said.text) }
      return Reflect.apply(query, this, [changed, ...others])
    } as typeof client.query
  })
}

/** Between Bestow and the fake of Stripe: gives each request a key of its own. */
async function startForgettingKeys(): Promise<void> {
  let target = ''
  const server = createServer((from, to) => {
    const headers = { ...from.headers, 'idempotency-key': `key-${unique()}` }
    const passed = request(target + from.url, { method: from.method, headers }, (answer) => {
      to.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(to)
    })
    from.pipe(passed)
  })
  opened.push(server)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  h = await startWithStripe({ settings: { STRIPE_API_URL: `http://127.0.0.1:${port}` } })
  target = h.stripe.url
  account = await connectStripe(h)
  h.stripe.takeEvents()
}

const faults: Record<string, () => Promise<void>> = {
  'each request to Stripe has a key of its own': async () => {
    await startForgettingKeys()
    expect(await payableSessions()).toBeGreaterThan(1)
  },
  'an open checkout is replaced, and its session can still be paid': async () => {
    await start()
    await h.app.pool.query(
      faultTrigger(
        'checkouts',
        'insert',
        `update checkouts set state = 'expired'
          where offer_id = new.offer_id and lower(email) = lower(new.email) and state = 'open';`,
      ),
    )
    expect(await payableSessions()).toBeGreaterThan(1)
  },
  'uses of coupons are counted without a lock': async () => {
    await start()
    withoutLockOn('coupons')
    expect(await couponUses()).toBeGreaterThan(2)
  },
  'free offers are claimed without a lock on the contact': async () => {
    await start()
    withoutLockOn('contacts')
    expect(await freeOrders()).toBeGreaterThan(1)
  },
  'a sale is recorded without its reference': async () => {
    await start()
    await h.app.pool.query(faultTrigger('orders', 'insert', 'new.reference := null;'))
    expect(await booksOfOne()).not.toEqual({ orders: 1, payments: 1, open: 0 })
  },
}

test.each(dueToday(Object.entries(faults)))('planted fault: %s', async (_, findFault) => findFault())
