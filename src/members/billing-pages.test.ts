/** What members see of their purchases, and what they change of them at Stripe, without a script. */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ProviderAccount } from '../payments/accounts/provider-account.ts'
import { inTransaction } from '../platform/db/database.ts'
import {
  type Account,
  makeAccount,
  makeContact,
  makeProduct,
  subdomainOf,
  unique,
} from '../testing/fixtures.ts'
import { itemOf, sell } from '../testing/sales.ts'
import { connectStripe, startWithStripe, type WithStripe } from '../testing/stripe/connect.ts'
import { beginCheckout, booksOf, MONTHLY, planOf } from '../testing/stripe/shop.ts'
import { newVisitor, type Visitor } from '../testing/visitor.ts'
import { startSession } from './sessions.ts'

let h: WithStripe
beforeAll(async () => {
  h = await startWithStripe()
})
afterAll(() => h.close())

let owner: Account
let account: ProviderAccount
let base: string
beforeEach(async () => {
  h.stripe.state.objects.now = Math.floor(Date.now() / 1000)
  owner = await makeAccount(h.app)
  account = await connectStripe({ ...h, client: h.clientWith(owner.token) })
  base = `${h.url}/s/${await subdomainOf(h.app, owner.siteId)}`
})

const api = () => h.clientWith(owner.token)

async function hear() {
  await h.stripe.deliver(h.stripe.takeEvents())
  await h.drain()
}

interface Buyer {
  browser: Visitor
  customerId: string
  email: string
  /** At the fake. */
  session: string
  subscription: string
  purchaseId: string
}

/** Somebody who has bought at Stripe, and is signed in. */
async function buyer(given: Parameters<typeof beginCheckout>[2] = {}): Promise<Buyer> {
  const { session, email } = await beginCheckout(h, account, given)
  const { subscription } = h.stripe.pay(session, { name: 'Ada Lovelace' })
  await hear()
  const purchase = await h.app.db
    .selectFrom('purchases')
    .select(['id', 'customer_id'])
    .where('site_id', '=', owner.siteId)
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow()
  const browser = await signedIn(purchase.customer_id)
  const ids = { customerId: purchase.customer_id, purchaseId: purchase.id }
  return { browser, email, session, subscription: subscription as string, ...ids }
}

async function signedIn(customerId: string, headers: Record<string, string> = {}): Promise<Visitor> {
  const { siteId } = owner
  const now = h.app.clock.now()
  const session = await inTransaction(h.app.db, (tx) =>
    startSession(tx, { siteId, customerId, previous: null, language: 'en', now }),
  )
  const browser = newVisitor(base, headers)
  browser.cookies.set('bestow_member', session)
  return browser
}

const billing = async ({ browser }: Pick<Buyer, 'browser'>): Promise<string> =>
  (await browser.open('/billing')).text.replaceAll('\u00a0', ' ')

const cancelPath = ({ purchaseId }: Buyer) => `/billing/purchases/${purchaseId}/cancel`

const at = (seconds: number | null | undefined): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(seconds! * 1000))

const subscriptionAt = ({ subscription }: Buyer) => h.stripe.state.objects.get('subscription', subscription)
const periodEnd = (member: Buyer) => subscriptionAt(member).items!.data![0]!.current_period_end

describe('the page of purchases', () => {
  test('says what each is, what comes next, and has its receipts', async () => {
    const member = await buyer({ ...MONTHLY, title: 'The bakery' })
    expect(await billing(member)).toContain(
      `The bakery US$29.00 every month Next payment of US$29.00 on ${at(periodEnd(member))}.`,
    )
    h.stripe.renew(member.subscription, false)
    await hear()
    expect(await billing(member)).toContain('The last payment of US$29.00 failed. Update your card')
    h.stripe.retry(member.subscription, true)
    await hear()
    expect((await billing(member)).match(/Receipt of/g)).toHaveLength(2)
    // The renewal has moved the clock of the fake.
    h.stripe.state.objects.now = Math.floor(Date.now() / 1000)
    h.stripe.cancel(member.subscription)
    await hear()
    const text = await billing(member)
    expect(text).toMatch(/This subscription ended on .* Your access ended on /)
    expect(text).not.toContain('Update card')
  })

  test.each([
    ['a trial', { ...MONTHLY, trial_days: 14 }, 'Your free trial ends on .* Then you pay US\\$29\\.00\\.'],
    [
      'a payment plan',
      planOf(4),
      '4 payments of US\\$29\\.00, one every month 1 of 4 payments made\\. Next payment',
    ],
    ['one payment in yen', { currency: 'JPY', amount: 1000 }, 'JP¥1,000 Paid\\.'],
  ])('of %s', async (_, given, text) => {
    expect(await billing(await buyer(given))).toMatch(new RegExp(text))
  })

  test('is in the language of the browser, and empty for who has bought nothing', async () => {
    const member = await buyer({ ...MONTHLY, title: 'El horno' })
    const spanish = await signedIn(member.customerId, { 'accept-language': 'es' })
    expect(await billing({ browser: spanish })).toContain(
      'El horno 29,00 US$ cada mes Próximo pago de 29,00 US$ el',
    )
    await sql`update purchases set customer_id = -1 where site_id = ${owner.siteId}`.execute(h.app.db)
    expect(await billing(member)).toContain('What you buy appears here')
  })

  test('is for who is signed in, and not for who acts as them', async () => {
    const stranger = await newVisitor(base).open('/billing')
    expect([stranger.status, stranger.location]).toEqual([
      303,
      expect.stringContaining('/sign-in?next=%2Fbilling'),
    ])
    const member = await buyer()
    await sql`update member_sessions set acted_by = 'user:1' where customer_id = ${member.customerId}`.execute(
      h.app.db,
    )
    expect((await member.browser.open('/billing')).status).toBe(403)
  })
})

describe('a receipt', () => {
  test('adds up: what was bought, tax in it, and what was paid back', async () => {
    h.stripe.state.taxPercent = 19
    const member = await buyer({ title: 'The bakery', is_taxed: true })
    h.stripe.state.taxPercent = 0
    h.stripe.refund(h.stripe.chargeOf(member.session).id, 500)
    await hear()
    const { html } = await member.browser.open('/billing')
    const [refund, payment] = [...html.matchAll(/\/billing\/receipts\/\d+/g)].map(String)
    const receipt = (await member.browser.open(payment!)).text
    expect(receipt).toMatch(/Receipt .* For Ada Lovelace .*@example\.com/)
    expect(receipt).toContain('The bakery US$34.51 Total US$34.51 Including tax US$5.51 Refunded US$5.00')
    expect((await member.browser.open(refund!)).text).toContain('The bakery -US$5.00 Total -US$5.00')
  })

  test('of somebody else is not there', async () => {
    const [member, other] = [await buyer(), await buyer()]
    const [path] = /\/billing\/receipts\/\d+/.exec((await member.browser.open('/billing')).html)!
    expect((await member.browser.open(path)).status).toBe(200)
    for (const foreign of [path, '/billing/receipts/x', '/billing/receipts/999999'])
      expect((await other.browser.open(foreign)).status).toBe(404)
  })
})

describe('a member who cancels a subscription', () => {
  test('keeps access until the end of the period, and is charged no more: at Stripe first', async () => {
    const member = await buyer(MONTHLY)
    const path = cancelPath(member)
    const asked = await member.browser.open(path)
    expect(asked.text).toContain(
      `You keep your access until ${at(periodEnd(member))}. Nothing more is charged.`,
    )
    const done = await member.browser.send(path)
    expect([done.status, done.location]).toEqual([303, expect.stringContaining('/billing?notice=canceled')])
    expect(subscriptionAt(member)).toMatchObject({ status: 'active', cancel_at: periodEnd(member) })
    expect(await billing(member)).toContain(`Canceled. It ends on ${at(periodEnd(member))}`)
    // The same again, and the notification, change nothing.
    expect((await member.browser.send(path)).status).toBe(303)
    await hear()
    expect(await booksOf(h, owner)).toMatchObject({
      purchases: [{ isHeld: true }],
      subscriptions: [{ status: 'active', isPlannedToEnd: true }],
    })
  })

  test.each([
    ['Stripe refuses', 422, 'Stripe refuses: No such subscription'],
    ['Stripe cannot be reached', 503, 'Stripe could not be reached. Nothing was changed.'],
  ])('sees why when %s, and nothing has changed', async (_, status, text) => {
    const member = await buyer(MONTHLY)
    await member.browser.open(cancelPath(member))
    if (status === 422) h.stripe.state.objects.remove(member.subscription)
    else h.stripe.faults.next.push('cut', 'cut')
    const refused = await member.browser.send(cancelPath(member))
    expect([refused.status, refused.text]).toEqual([status, expect.stringContaining(text)])
    expect((await booksOf(h, owner)).subscriptions).toEqual([
      { status: 'active', isPastDue: false, isPlannedToEnd: false },
    ])
  })

  test('that is canceled at Stripe and cannot be read there for now is shown as canceled soon', async () => {
    const member = await buyer(MONTHLY)
    await member.browser.open(cancelPath(member))
    // The first request is done; those that read it again are not answered.
    const { nextAnswers } = h.stripe.faults
    nextAnswers.push(...([undefined, 'cut', 'cut', 'cut', 'cut'] as never[]))
    expect((await member.browser.send(cancelPath(member))).location).toContain('notice=canceled')
    nextAnswers.length = 0
    await h.drain()
    expect((await booksOf(h, owner)).subscriptions).toMatchObject([{ isPlannedToEnd: true }])
  })

  test('cannot where the site does not allow it, of a payment plan, and of somebody else', async () => {
    const [member, other, plan] = [await buyer(MONTHLY), await buyer(MONTHLY), await buyer(planOf(4))]
    expect((await other.browser.open(cancelPath(member))).status).toBe(404)
    expect(await billing(plan)).not.toContain('Cancel subscription')
    expect((await plan.browser.open(cancelPath(plan))).status).toBe(404)
    await api().patch(`/v1/sites/${owner.siteId}`, {
      data: { type: 'sites', id: owner.siteId, attributes: { members_may_cancel: false } },
    })
    expect(await billing(member)).not.toContain('Cancel subscription')
    for (const by of [member, other, plan]) await by.browser.send(cancelPath(by === other ? member : by))
    expect((await booksOf(h, owner)).subscriptions.some(({ isPlannedToEnd }) => isPlannedToEnd)).toBe(false)
    expect(subscriptionAt(member).cancel_at).toBeNull()
  })
})

test('a card is updated on a page of Stripe for its customer, with cards and invoices alone, configured once', async () => {
  const member = await buyer(MONTHLY)
  await member.browser.open('/billing')
  for (let i = 0; i < 2; i++) {
    const answer = await member.browser.send(`/billing/purchases/${member.purchaseId}/card`)
    expect([answer.status, answer.location]).toEqual([
      303,
      expect.stringContaining(`${h.stripe.url}/portal/`),
    ])
  }
  const made = (path: string) =>
    h.stripe.seen.filter((seen) => seen.method === 'POST' && seen.path === `/v1/billing_portal/${path}`)
  expect(made('configurations').map(({ params }) => params.features)).toEqual([
    { payment_method_update: { enabled: 'true' }, invoice_history: { enabled: 'true' } },
  ])
  const [configuration] = h.stripe.state.objects.all('billing_portal.configuration')
  expect(made('sessions').at(-1)!.params).toEqual({
    customer: subscriptionAt(member).customer,
    configuration: configuration!.id,
    return_url: `${base}/billing?notice=card_saved`,
    flow_data: { type: 'payment_method_update' },
  })
  const other = await buyer(MONTHLY)
  await other.browser.open('/billing')
  expect((await other.browser.send(`/billing/purchases/${member.purchaseId}/card`)).status).toBe(404)
})

test('the library shows what was bought, until access ends, with the reason', async () => {
  const product = await makeProduct(h.app, owner.siteId, `Sourdough ${unique()}`)
  const contactId = await makeContact(h.app, owner.siteId)
  const { body } = await api().post('/v1/offers', {
    data: {
      type: 'offers',
      attributes: { title: 'The bakery', price_in_cents: 2900 },
      relationships: { products: { data: [{ type: 'products', id: product }] } },
    },
  })
  const sold = await sell(h.app, owner.siteId, contactId, [itemOf(h.app, body.data.id, 2900)])
  const browser = await signedIn(sold.customerId)
  expect((await browser.open('/')).text).toMatch(/Sourdough \d+ Access since .* Included in The bakery/)
  expect((await browser.open(`/products/${product}`)).status).toBe(200)
  await api().post(`/v1/orders/${sold.orderId}/refunds`, { data: { type: 'transactions', attributes: {} } })
  const ended = (await browser.open('/')).text
  expect(ended).toMatch(/Past access .* Your access ended on /)
  expect((await browser.open(`/products/${product}`)).status).toBe(403)
})
