/** Buying and claiming offers on their pages, without a script, against the fake of Stripe. */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { expireCheckouts } from '../payments/checkouts/expire-checkouts.ts'
import { type Account, makeAccount, makeProduct, subdomainOf, unique } from '../testing/fixtures.ts'
import { connectStripe, startWithStripe, type WithStripe } from '../testing/stripe/connect.ts'
import { booksOf } from '../testing/stripe/shop.ts'
import { newVisitor, type Visitor } from '../testing/visitor.ts'
import { advanceClock } from '../worker/advance-clock.ts'

let h: WithStripe
beforeAll(async () => {
  h = await startWithStripe()
})
afterAll(() => h.close())

let owner: Account
let base: string
let browser: Visitor
/** A site of its own for each test. */
beforeEach(async () => {
  owner = await makeAccount(h.app)
  base = `${h.url}/s/${await subdomainOf(h.app, owner.siteId)}`
  browser = newVisitor(base)
  await h.app.db.deleteFrom('attempts').execute()
})

const api = () => h.clientWith(owner.token)
const connect = async () => void (await connectStripe({ ...h, client: api() }))

interface Made {
  id: string
  /** The path of its page. */
  path: string
}

async function makeOffer(attributes: object = {}, title = 'The bakery'): Promise<Made> {
  const productId = await makeProduct(h.app, owner.siteId, `Sourdough ${unique()}`)
  const { body } = await api().post('/v1/offers', {
    data: {
      type: 'offers',
      attributes: { title, price_in_cents: 2900, currency: 'USD', ...attributes },
      relationships: { products: { data: [{ type: 'products', id: productId }] } },
    },
  })
  const { id, attributes: shown } = body.data
  return { id, path: shown.checkout_url.replace(base, '') }
}

const makeCoupon = (attributes: object) =>
  api().post('/v1/coupons', { data: { type: 'coupons', attributes: { code: 'SPRING', ...attributes } } })

const ada = (): { name: string; email: string } => ({
  name: 'Ada Lovelace',
  email: `ada${unique()}@example.com`,
})

/** Opens the page of an offer and sends its form. */
async function order(path: string, fields: Record<string, string>, by = browser) {
  await by.open(path)
  return by.send(path, fields)
}

/** The id of the session at the fake, in the address of its page. */
const sessionIn = (location: string | null) => /\/pay\/(\w+)/.exec(location ?? '')![1]!

/** Pays on the page of the fake. @returns where it leads back to */
async function pay(location: string | null, method = 'card'): Promise<string> {
  const response = await fetch(location!, {
    method: 'POST',
    body: new URLSearchParams({ method }),
    redirect: 'manual',
  })
  return response.headers.get('location')!
}

const books = () => booksOf(h, owner)

const countOf = async (type: string): Promise<number> => {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from events where site_id = ${owner.siteId} and type = ${type}`.execute(
    h.app.db,
  )
  return rows[0]!.count
}

const emailsTo = async (email: string): Promise<string[]> => {
  await h.drain()
  const rows = await h.app.db
    .selectFrom('emails')
    .select('kind')
    .where('site_id', '=', owner.siteId)
    .where('to_email', '=', email)
    .orderBy('id')
    .execute()
  return rows.map(({ kind }) => kind)
}

const createdSessions = () =>
  h.stripe.seen.filter(({ method, path }) => method === 'POST' && path === '/v1/checkout/sessions')

describe('a purchase', () => {
  beforeEach(connect)

  test('leads from the page of the offer to the library, and the browser that paid is signed in', async () => {
    const { path } = await makeOffer()
    const shown = await browser.open(path)
    expect([shown.status, shown.text]).toEqual([200, expect.stringContaining('The bakery US$29.00')])
    expect(shown.html).toContain('<label for="coupon">')
    const person = ada()
    const answer = await browser.send(path, person)
    expect(answer.status).toBe(303)
    expect(createdSessions().at(-1)!.params).toMatchObject({ locale: 'en', customer_email: person.email })
    const back = await pay(answer.location)
    const library = await browser.follow(back)
    expect(library.text).toContain('What you bought is in your library now.')
    expect(library.text).toContain('Sourdough')
    expect(library.text).toContain(`Signed in as ${person.email}`)
    // The notifications come later, and change nothing.
    await h.stripe.deliver(h.stripe.takeEvents())
    await h.drain()
    expect(await books()).toMatchObject({
      orders: [{ total: 2900, isFulfilled: true }],
      transactions: ['charge succeeded 2900'],
      checkouts: ['paid'],
    })
    expect(await emailsTo(person.email)).toContain('welcome')
  })

  test('is one order with one event of each kind, for 20 return pages and every notification at once', async () => {
    const { path } = await makeOffer()
    const back = await pay((await order(path, ada())).location)
    const events = h.stripe.takeEvents()
    const answers = await Promise.all([
      ...Array.from({ length: 20 }, () => newVisitor(base).open(back)),
      ...Array.from({ length: 3 }, () => h.stripe.deliver(events)),
      h.drain(),
    ])
    await h.drain()
    for (const answer of answers.slice(0, 20)) expect(answer).toMatchObject({ status: 200 })
    expect((await books()).orders).toEqual([{ total: 2900, isFulfilled: true }])
    for (const type of ['order_created', 'offer_purchased', 'payment_succeeded', 'customer_created'])
      expect([type, await countOf(type)]).toEqual([type, 1])
  })

  test('two tabs and a double click go to the same session; another browser or coupon ends it first', async () => {
    const { path } = await makeOffer()
    await makeCoupon({ percent_off: 50 })
    const person = ada()
    await browser.open(path)
    const before = createdSessions().length
    const [first, second] = await Promise.all([browser.send(path, person), browser.send(path, person)])
    const third = await order(path, { ...person, email: person.email.toUpperCase() })
    expect([second.location, third.location]).toEqual([first.location, first.location])
    const keys = new Set(
      createdSessions()
        .slice(before)
        .map(({ idempotencyKey }) => idempotencyKey),
    )
    expect(keys.size).toBe(1)
    const reduced = await order(path, { ...person, coupon: 'spring' })
    expect(reduced.location).not.toBe(first.location)
    const elsewhere = await order(path, person, newVisitor(base))
    const state = (location: string | null) =>
      h.stripe.state.objects.get('checkout.session', sessionIn(location)).status
    expect([first, reduced, elsewhere].map(({ location }) => state(location))).toEqual([
      'expired',
      'expired',
      'open',
    ])
    expect((await books()).checkouts.toSorted()).toEqual(['expired', 'expired', 'open'])
    const { body } = await api().get('/v1/coupons')
    expect(body.data[0].attributes.uses).toBe(0)
  })

  test('is taxed by Stripe where the site wants that: the page says so, and the tax is recorded and shown', async () => {
    await api().patch(`/v1/sites/${owner.siteId}`, {
      data: { type: 'sites', id: owner.siteId, attributes: { automatic_tax: true } },
    })
    h.stripe.state.taxPercent = 19
    const { path } = await makeOffer()
    expect((await browser.open(path)).text).toContain('US$29.00 Taxes are added where they apply.')
    const begun = await browser.send(path, ada())
    const { params } = createdSessions().at(-1)!
    expect(params).toMatchObject({ automatic_tax: { enabled: 'true' } })
    await pay(begun.location)
    h.stripe.state.taxPercent = 0
    await h.stripe.deliver(h.stripe.takeEvents())
    await h.drain()
    const shown = { sales_tax_amount_in_cents: 551, subtotal_in_cents: 2900, total_price_in_cents: 3451 }
    const [order] = (await api().get('/v1/orders?include=order_items')).body.data
    expect(order).toMatchObject({ attributes: shown })
    const { body } = await api().get(`/v1/order_items/${order.relationships.order_items.data[0].id}`)
    expect(body.data).toMatchObject({ attributes: shown })
    // Lists leave out payments in test mode.
    const payment = order.relationships.payment_transactions.data[0]
    expect((await api().get(`/v1/transactions/${payment.id}`)).body.data.attributes).toMatchObject({
      amount_in_cents: 3451,
      sales_tax_in_cents: 551,
    })
  })

  test('what was paid in another tab is found, and not begun again', async () => {
    const { path } = await makeOffer({ payment_type: 'subscription' })
    const person = ada()
    const begun = await order(path, person)
    await pay(begun.location)
    const again = await order(path, person)
    expect(again.location).toMatch(/\/checkout\//)
    const third = await order(path, person, newVisitor(base))
    expect([third.status, third.text]).toEqual([
      409,
      expect.stringContaining('You manage it under Purchases'),
    ])
    expect((await books()).subscriptions).toHaveLength(1)
  })

  test('while a bank debit is on its way, there is no access, and it is not paid for again', async () => {
    const { path } = await makeOffer()
    const person = ada()
    const begun = await order(path, person)
    const back = await pay(begun.location, 'bank_debit')
    expect((await browser.open(back)).text).toContain('Your bank needs a few days')
    expect(await order(path, person)).toMatchObject({ status: 409 })
    expect((await books()).purchases).toEqual([])
    h.stripe.settle(sessionIn(begun.location), true)
    const library = await browser.follow(back)
    expect(library.text).toContain('Sourdough')
  })

  test('the address of the return page lets nobody in: another browser learns that a link was mailed', async () => {
    const { path } = await makeOffer()
    const person = ada()
    const back = await pay((await order(path, person)).location)
    const stranger = newVisitor(base)
    const shown = await stranger.open(back)
    expect([shown.status, shown.location, shown.text]).toEqual([
      200,
      null,
      expect.stringContaining('We have sent a link'),
    ])
    expect(shown.text).not.toContain(person.email)
    expect(stranger.cookies.has('bestow_member')).toBe(false)
    expect(await emailsTo(person.email)).toEqual(expect.arrayContaining(['welcome']))
  })

  test('to pay under the address of an existing customer opens nothing of theirs: they are sent a link, once', async () => {
    const { path } = await makeOffer()
    const person = ada()
    await browser.follow(await pay((await order(path, person)).location))
    const { path: other } = await makeOffer({}, 'The mill')
    const attacker = newVisitor(base)
    const back = await pay((await order(other, person, attacker)).location)
    for (let i = 0; i < 2; i++) {
      const shown = await attacker.open(back)
      expect([shown.status, shown.text]).toEqual([
        200,
        expect.stringContaining(`We have sent a link to ${person.email}`),
      ])
    }
    expect(attacker.cookies.has('bestow_member')).toBe(false)
    expect((await emailsTo(person.email)).filter((kind) => kind === 'sign_in')).toHaveLength(1)
  })

  test('a page that comes back before the payment is known says so, and looks again', async () => {
    const { path } = await makeOffer()
    const begun = await order(path, ada())
    const { rows } = await sql<{
      token: string
    }>`select token from checkouts where site_id = ${owner.siteId}`.execute(h.app.db)
    const shown = await browser.open(`/checkout/${rows[0]!.token}`)
    expect([shown.status, shown.headers.get('refresh')]).toEqual([200, '5'])
    expect(shown.text).toContain('Your payment is being confirmed')
    h.stripe.expire(sessionIn(begun.location))
    expect((await browser.open(`/checkout/${rows[0]!.token}`)).text).toContain('This checkout has expired')
    expect(await browser.open('/checkout/nothing')).toMatchObject({ status: 404 })
  })

  test('one trial for each contact and offer: the second checkout has none', async () => {
    const { path } = await makeOffer({ payment_type: 'subscription', trial_days: 14 })
    const person = ada()
    const shown = await browser.open(path)
    expect(shown.text).toContain('US$29.00 every month The first 14 days are free. You pay nothing today.')
    const first = await browser.send(path, person)
    await browser.follow(await pay(first.location))
    expect((await books()).transactions).toEqual([])
    h.stripe.cancel(
      h.stripe.state.objects.get('checkout.session', sessionIn(first.location)).subscription as string,
    )
    await h.stripe.deliver(h.stripe.takeEvents())
    await h.drain()
    expect((await browser.open(path)).text).not.toContain('14 days')
    const second = await browser.send(path, {})
    await pay(second.location)
    const [again] = createdSessions().slice(-1)
    expect(again!.params.subscription_data).not.toHaveProperty('trial_period_days')
    expect(h.stripe.state.objects.get('checkout.session', sessionIn(second.location)).amount_total).toBe(2900)
  })

  test('a customer who was deleted at Stripe buys as a new one; any other refusal is not retried', async () => {
    const { path } = await makeOffer()
    const person = ada()
    const first = await order(path, person)
    await browser.follow(await pay(first.location))
    const customer = h.stripe.state.objects.get('checkout.session', sessionIn(first.location))
      .customer as string
    const { path: other } = await makeOffer({}, 'The mill')
    h.stripe.deleteCustomer(customer)
    // Signed in: the customer is known.
    const second = await order(other, {})
    expect(second.status).toBe(303)
    expect(
      createdSessions()
        .slice(-2)
        .map(({ params }) => params.customer ?? params.customer_email),
    ).toEqual([customer, person.email])
    await browser.follow(await pay(second.location))
    expect((await books()).orders).toHaveLength(2)
    const count = createdSessions().length
    h.stripe.faults.next.push(500, 500)
    const { path: third } = await makeOffer({}, 'The garden')
    expect((await order(third, {})).status).toBe(503)
    expect(createdSessions()).toHaveLength(count)
  })

  test.each([
    [
      'Stripe cannot be reached',
      () => h.stripe.faults.next.push('cut', 'cut'),
      503,
      'The payment could not begin',
    ],
    [
      'Stripe does not answer after it has begun',
      () => h.stripe.faults.nextAnswers.push(500, 500),
      503,
      'The payment could not begin',
    ],
  ])('when %s, a page says so, and nothing is half-written', async (_, fault, status, text) => {
    const { path } = await makeOffer()
    await makeCoupon({ percent_off: 10, max_uses: 1 })
    const person = { ...ada(), coupon: 'SPRING' }
    await browser.open(path)
    fault()
    const answer = await browser.send(path, person)
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(text)])
    expect(await books()).toMatchObject({ orders: [], checkouts: ['expired'] })
    expect((await api().get('/v1/coupons')).body.data[0].attributes.uses).toBe(0)
    // The coupon can be used, and the checkout begins.
    expect((await order(path, person)).status).toBe(303)
  })

  test('a coupon has as many uses as its limit, for 50 people at once; a checkout that expires gives its use back', async () => {
    const { path } = await makeOffer()
    await makeCoupon({ percent_off: 10, max_uses: 10 })
    const people = Array.from({ length: 50 }, () => newVisitor(base))
    await Promise.all(people.map((by) => by.open(path)))
    await h.app.db.deleteFrom('attempts').execute()
    // Fifty people from one network are too many for the limits of attempts; in five rounds they are not.
    const answers = []
    for (let from = 0; from < 50; from += 10) {
      await h.app.db.deleteFrom('attempts').execute()
      answers.push(
        ...(await Promise.all(
          people.slice(from, from + 10).map((by) => by.send(path, { ...ada(), coupon: 'SPRING' })),
        )),
      )
    }
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(10)
    const refused = answers.filter(({ status }) => status === 422)
    expect(refused).toHaveLength(40)
    expect(refused[0]!.text).toContain('This code has been used as often as it can be.')
    const paid = answers.find(({ status }) => status === 303)!
    h.stripe.expire(sessionIn(paid.location))
    await h.stripe.deliver(h.stripe.takeEvents())
    await h.drain()
    expect((await api().get('/v1/coupons')).body.data[0].attributes.uses).toBe(9)
  })

  test('a checkout that a process left behind expires, with what it has reserved', async () => {
    const { path } = await makeOffer()
    await makeCoupon({ percent_off: 10, max_uses: 1 })
    const begun = await order(path, { ...ada(), coupon: 'SPRING' })
    await sql`update checkouts set expires_at = now() - interval '1 hour' where site_id = ${owner.siteId}`.execute(
      h.app.db,
    )
    // Its session has ended, and no notification has said so.
    h.stripe.expire(sessionIn(begun.location))
    h.stripe.takeEvents()
    expect(await expireCheckouts(h.app)).toBe(1)
    await h.drain()
    expect((await books()).checkouts).toEqual(['expired'])
    expect((await api().get('/v1/coupons')).body.data[0].attributes.uses).toBe(0)
    const second = await order(path, { ...ada(), coupon: 'SPRING' })
    expect(second.status).toBe(303)
    await sql`update checkouts set session_id = null, expires_at = now() - interval '1 hour'
               where site_id = ${owner.siteId} and state = 'open'`.execute(h.app.db)
    expect(await expireCheckouts(h.app)).toBe(1)
    expect((await books()).checkouts).toEqual(['expired', 'expired'])
    expect((await api().get('/v1/coupons')).body.data[0].attributes.uses).toBe(0)
  })

  test('only the form of the page can be sent, and not too often', async () => {
    const { path } = await makeOffer()
    const foreign = await fetch(base + path, { method: 'POST', body: new URLSearchParams(ada()) })
    expect(foreign.status).toBe(403)
    const person = ada()
    await browser.open(path)
    const statuses = []
    for (let i = 0; i < 12; i++) statuses.push((await browser.send(path, person)).status)
    expect([...new Set(statuses)]).toEqual([303, 429])
  })
})

describe('the price', () => {
  beforeEach(connect)

  test.each([
    [{}, {}, 'US$29.00 '],
    [{ currency: 'JPY', price_in_cents: 1000 }, {}, 'JP¥1,000 '],
    [{ currency: 'KWD', price_in_cents: 5120 }, {}, 'KWD 5.120 '],
    [{ payment_type: 'multipay', payments_total: 4 }, {}, '4 payments of US$29.00, one every month'],
    [{ payment_type: 'subscription', interval: 'week', interval_count: 2 }, {}, 'US$29.00 every 2 weeks'],
    [
      { payment_type: 'subscription' },
      { percent_off: 50 },
      'US$29.00 every month US$14.50 for the first payment.',
    ],
    [{ payment_type: 'subscription' }, { percent_off: 50, duration: 'forever' }, 'US$14.50 every month'],
    [
      { payment_type: 'subscription' },
      { percent_off: 50, duration: 'repeating', duration_in_months: 3 },
      'US$29.00 every month US$14.50 for each payment in the first 3 months.',
    ],
    [
      {},
      { amount_off_in_cents: 500, currency: 'USD' },
      'US$24.00 The code SPRING is applied. Without it, the price is US$29.00.',
    ],
  ])('of %j with the coupon %j is %s', async (attributes, coupon, text) => {
    const { path } = await makeOffer(attributes)
    const hasCoupon = Object.keys(coupon).length > 0
    if (hasCoupon) await makeCoupon(coupon)
    const shown = await browser.open(hasCoupon ? `${path}?coupon=spring` : path)
    expect(shown.text.replaceAll('\u00a0', ' ')).toContain(`The bakery ${text}`)
  })

  test.each([
    ['unknown', {}, 'OTHER', 'We do not know this code.'],
    [
      'for another currency',
      { percent_off: null, amount_off_in_cents: 5, currency: 'EUR' },
      'SPRING',
      'in this currency',
    ],
    ['expired', { ends_at: '2020-01-01' }, 'SPRING', 'This code has expired.'],
  ])(
    'a coupon that is %s is an error at its field, and what was typed stays',
    async (_, attributes, coupon, text) => {
      const { path } = await makeOffer()
      await makeCoupon({ percent_off: 10, ...attributes })
      const person = ada()
      for (const button of [{ apply: 'yes' }, {}] as Record<string, string>[]) {
        const answer = await order(path, { ...person, coupon, ...button })
        expect(answer.status).toBe(422)
        expect(answer.html).toMatch(new RegExp(`id="coupon-error">[^<]*${text}`))
        expect(answer.html).toContain(`value="${person.email}"`)
      }
      expect((await books()).checkouts).toEqual([])
    },
  )

  test('a code is not guessed: too many that are wrong have to wait', async () => {
    const { path } = await makeOffer()
    const statuses = []
    for (let i = 0; i < 12; i++) statuses.push((await browser.open(`${path}?coupon=GUESS${i}`)).status)
    expect(statuses.at(-1)).toBe(429)
  })

  test('is in the language of the browser', async () => {
    const { path } = await makeOffer({ payment_type: 'multipay', payments_total: 4, trial_days: 7 })
    const shown = await newVisitor(base, { 'accept-language': 'es' }).open(path)
    expect(shown.text.replaceAll('\u00a0', ' ')).toContain(
      '4 pagos de 29,00 US$, uno cada mes Los primeros 7 días son gratis. Hoy no pagas nada.',
    )
  })
})

describe('a free offer', () => {
  test('is claimed with name and e-mail: an order of 0, access, a welcome and each event once', async () => {
    const { path } = await makeOffer({ price_in_cents: 0 })
    const shown = await browser.open(path)
    expect(shown.text).toContain('Get it for free')
    expect(shown.html).not.toContain('id="coupon"')
    const person = ada()
    const answers = await Promise.all(Array.from({ length: 3 }, () => browser.send(path, person)))
    for (const answer of answers)
      expect([answer.status, answer.text]).toEqual([
        200,
        expect.stringContaining(`We have sent a link to ${person.email}`),
      ])
    expect(await books()).toMatchObject({
      orders: [{ total: 0, isFulfilled: true }],
      purchases: [{ type: 'free', isHeld: true }],
      transactions: ['free_purchase succeeded 0'],
      checkouts: ['paid'],
    })
    for (const [type, count] of [
      ['order_created', 1],
      ['offer_purchased', 1],
      ['customer_created', 1],
      ['payment_succeeded', 0],
    ])
      expect([type, await countOf(type as string)]).toEqual([type, count])
    expect((await emailsTo(person.email)).filter((kind) => kind === 'welcome')).toHaveLength(1)
    expect(browser.cookies.has('bestow_member')).toBe(false)
  })

  test('whoever holds it already is sent a link to it, and gets nothing twice', async () => {
    const { path } = await makeOffer({ price_in_cents: 0 })
    const person = ada()
    for (let i = 0; i < 2; i++) expect((await order(path, person)).status).toBe(200)
    expect((await books()).orders).toHaveLength(1)
    expect(await emailsTo(person.email)).toEqual(expect.arrayContaining(['welcome', 'sign_in']))
  })

  test('is not claimed with an address of a disposable e-mail service', async () => {
    const { path } = await makeOffer({ price_in_cents: 0 })
    const { status, html } = await order(path, { name: 'Ada Lovelace', email: `x${unique()}@mailinator.com` })
    expect([status, html.includes('disposable e-mail service')]).toEqual([422, true])
    const { body } = await api().get('/v1/orders')
    expect(body.data).toEqual([])
  })

  test('is not claimed again when the owner has ended it, nor after its access period: the owner gives it again', async () => {
    const code = { coupon: 'SPRING' }
    await makeCoupon({ percent_off: 100 })
    const person = ada()
    const claim = async (path: string, fields: Record<string, string> = {}) => {
      await h.app.db.deleteFrom('attempts').execute()
      return order(path, { ...person, ...fields }, newVisitor(base))
    }
    const purchaseOf = async ({ id }: Made) =>
      (await api().get(`/v1/purchases?filter[offer_id]=${id}&sort=-id`)).body.data[0]
    const refused = { status: 409, text: expect.stringContaining('contact the owner of this site') }

    for (const [offer, fields] of [
      [await makeOffer({ price_in_cents: 0 }), {}],
      [await makeOffer(), code],
    ] as const) {
      expect((await claim(offer.path, fields)).status).toBe(200)
      const { id, relationships } = await purchaseOf(offer)
      await api().post(`/v1/purchases/${id}/deactivate`)
      expect(await claim(offer.path, fields)).toMatchObject(refused)
      await api().post(`/v1/purchases/${id}/reactivate`)
      expect(await claim(offer.path, fields)).toMatchObject({ status: 200 })
      // Taken back with the offer, given again, and taken back once more.
      const customer = (await api().get(`/v1/customers/${relationships.customer.data.id}`)).body.data
      const offers = `/v1/contacts/${customer.relationships.contact.data.id}/relationships/offers`
      const body = { data: [{ type: 'offers', id: offer.id }] }
      await api().delete(offers, body)
      expect(await claim(offer.path, fields)).toMatchObject(refused)
      await api().post(offers, body)
      expect(await claim(offer.path, fields)).toMatchObject({ status: 200 })
      await api().delete(offers, body)
      expect(await claim(offer.path, fields)).toMatchObject(refused)
    }
    const [free, paid] = [
      await makeOffer({ price_in_cents: 0, access_days: 5 }),
      await makeOffer({ access_days: 5 }),
    ]
    for (const [{ path }, fields] of [
      [free, {}],
      [paid, code],
    ] as const)
      expect((await claim(path, fields)).status).toBe(200)
    const before = (await books()).orders.length
    await advanceClock(h.app, 6 * 86_400_000)
    expect(await claim(free.path)).toMatchObject(refused)
    // Its coupon says who may have it for nothing.
    expect(await claim(paid.path, code)).toMatchObject({ status: 200 })
    expect((await books()).orders).toHaveLength(before + 1)
  })

  test('is given in the language of the browser, and its checkout lets nobody in', async () => {
    const { path } = await makeOffer({ price_in_cents: 0 })
    const person = ada()
    const spanish = newVisitor(base, { 'accept-language': 'es' })
    expect((await order(path, person, spanish)).text).toContain('Revisa tu correo')
    const { rows } = await sql<{ language: string; token: string }>`
      select c.language, k.token from customers c join checkouts k on k.customer_id = c.id and k.site_id = c.site_id
       where c.site_id = ${owner.siteId}`.execute(h.app.db)
    expect(rows).toMatchObject([{ language: 'es' }])
    expect((await spanish.open(`/checkout/${rows[0]!.token}`)).status).toBe(404)
  })

  test('with mistakes, nothing is stored, and the page shows them', async () => {
    const { path } = await makeOffer({ price_in_cents: 0 })
    const answer = await order(path, { name: ' ', email: 'ada@"<b>' })
    expect(answer.status).toBe(422)
    expect(answer.html).toContain('id="name-error">Please enter your name.')
    expect(answer.html).toContain('id="email-error">This is not a valid e-mail address.')
    expect(await books()).toMatchObject({ orders: [], checkouts: [] })
  })

  test('a coupon that leaves nothing to pay never leads to Stripe, as often as it may be used', async () => {
    await connect()
    const { path } = await makeOffer()
    await makeCoupon({ percent_off: 100, max_uses: 1 })
    const before = createdSessions().length
    const shown = await browser.open(`${path}?coupon=SPRING`)
    expect(shown.text).toContain('Get it for free')
    expect((await browser.send(path, { ...ada(), coupon: 'SPRING' })).status).toBe(200)
    const second = await order(path, { ...ada(), coupon: 'SPRING' })
    expect([second.status, second.text]).toEqual([422, expect.stringContaining('as often as it can be')])
    expect(await books()).toMatchObject({
      orders: [{ total: 0 }],
      transactions: ['free_purchase succeeded 0'],
    })
    expect(createdSessions()).toHaveLength(before)
  })
})

describe('an offer that cannot be bought', () => {
  test('of a site without Stripe is given for a code that leaves nothing to pay; the page takes the code', async () => {
    const { path } = await makeOffer()
    await makeCoupon({ percent_off: 100 })
    await api().post('/v1/coupons', {
      data: { type: 'coupons', attributes: { code: 'HALF', percent_off: 50 } },
    })
    const shown = await browser.open(path)
    expect([shown.status, shown.html]).toEqual([503, expect.stringContaining('<label for="coupon">')])
    expect(shown.text).not.toContain('Continue to payment')
    expect(shown.html).not.toContain('name="email"')
    for (const fields of [{}, { coupon: 'HALF' }, { coupon: 'HALF', apply: 'yes' }] as Record<
      string,
      string
    >[])
      expect(await browser.send(path, { ...ada(), ...fields })).toMatchObject({
        status: 503,
        text: expect.stringContaining('This offer cannot be bought yet'),
      })
    expect((await browser.send(path, { coupon: 'OTHER', apply: 'yes' })).status).toBe(422)
    expect(await books()).toMatchObject({ orders: [], checkouts: [] })
    const applied = await browser.send(path, { coupon: 'SPRING', apply: 'yes' })
    expect([applied.status, applied.text]).toEqual([200, expect.stringContaining('Get it for free')])
    expect((await browser.send(path, { ...ada(), coupon: 'SPRING' })).status).toBe(200)
    expect(await books()).toMatchObject({
      orders: [{ total: 0, isFulfilled: true }],
      transactions: ['free_purchase succeeded 0'],
    })
  })

  test.each([
    [
      'is archived',
      async ({ id }: Made) => void (await api().delete(`/v1/offers/${id}`)),
      410,
      'This offer is closed',
    ],
    ['of a site without Stripe', async () => {}, 503, 'This offer cannot be bought yet'],
  ])('%s has a page that says so', async (_, change, status, text) => {
    const offer = await makeOffer()
    await change(offer)
    const shown = await browser.open(offer.path)
    expect([shown.status, shown.text]).toEqual([status, expect.stringContaining(text)])
  })

  test('of another site, or unknown, is not there', async () => {
    const { path } = await makeOffer()
    const stranger = await makeAccount(h.app)
    const foreign = `${h.url}/s/${await subdomainOf(h.app, stranger.siteId)}`
    expect(await newVisitor(foreign).open(path)).toMatchObject({ status: 404 })
    expect(await browser.open('/offers/nothing')).toMatchObject({ status: 404 })
  })
})
