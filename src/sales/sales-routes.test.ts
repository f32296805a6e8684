/** Sales through the API: what is recorded, what is refused, and that nothing is recorded twice. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client, Reply } from '../testing/client.ts'
import { makeAccount, makeContact, makeKey, makeOffer, offersBody, unique } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { expectRefusal } from '../testing/refusals.ts'
import { inTx, originAt } from '../testing/sales.ts'
import { advanceClock } from '../worker/advance-clock.ts'
import { lockPurchase } from './purchases/lock-purchase.ts'
import { renewPurchase } from './subscriptions/renew-purchase.ts'
import { saveSubscription } from './subscriptions/save-subscription.ts'

const DAY = 86_400_000

let h: Harness
let client: Client
let siteId: string
beforeAll(async () => {
  h = await startHarness()
  client = h.client
  siteId = h.account.siteId
})
afterAll(() => h.close())

/** Moves the clock; tokens expire with it. */
async function advance(milliseconds: number): Promise<void> {
  await advanceClock(h.app, milliseconds)
  client = h.clientWith((await makeKey(h.app, h.account, null)).token)
}

const offer = (price: number, terms: object = {}) =>
  makeOffer(h.app, siteId, {
    ...({ price_in_cents: price, payment_type: price === 0 ? 'free' : 'single', ...terms } as object),
  })

const monthly = (terms: object = {}) =>
  offer(2900, { payment_type: 'subscription', interval: 'month', ...terms })

const order = (attributes: object, relationships?: object) =>
  client.post('/v1/orders', {
    data: { type: 'orders', attributes, ...(relationships && { relationships }) },
  })

const newEmail = () => `buyer${unique()}@example.com`

interface Bought {
  orderId: string
  purchaseId: string
  customerId: string
  contactId: string
}

async function buy(attributes: object): Promise<Bought> {
  const { status, body } = await order({ email: newEmail(), ...attributes })
  expect(status).toBe(201)
  const customerId = body.data.relationships.customer.data.id
  const purchases = await client.get(`/v1/purchases?filter[customer_id]=${customerId}`)
  const customer = await client.get(`/v1/customers/${customerId}`)
  return {
    orderId: body.data.id,
    purchaseId: purchases.body.data[0].id,
    customerId,
    contactId: customer.body.data.relationships.contact.data.id,
  }
}

const act = (purchaseId: string, action: string, body?: object) =>
  client.post(`/v1/purchases/${purchaseId}/${action}`, body)

const payment = (attributes: object = {}) => ({ data: { type: 'transactions', attributes } })

const held = async (contactId: string): Promise<string[]> =>
  (await client.get(`/v1/contacts/${contactId}/relationships/offers`)).body.data.map(
    ({ id }: { id: string }) => id,
  )

const revenue = async (customerId: string) =>
  (await client.get(`/v1/customers/${customerId}`)).body.data.attributes.net_revenue

describe('an order', () => {
  test('makes the customer, gives access, and is shown with its amounts', async () => {
    const [first, second] = [await offer(9900), await offer(1000)]
    const email = newEmail()
    const { status, body } = await order({
      email,
      name: 'Ada Lovelace',
      provider: 'shop',
      items: [
        { offer_id: first, discount_in_cents: 900, sales_tax_in_cents: 1710, coupon_code: 'SPRING' },
        { offer_id: second, quantity: 3 },
      ],
    })
    expect(status).toBe(201)
    expect(body.data.attributes).toMatchObject({
      currency_code: 'USD',
      subtotal_in_cents: 12_900,
      discount_amount_in_cents: 900,
      sales_tax_amount_in_cents: 1710,
      total_price_in_cents: 13_710,
      formatted_total_price: '$137.10',
    })
    const [contact] = (await client.get(`/v1/contacts?filter[email]=${email}`)).body.data
    expect(contact.attributes.name).toBe('Ada Lovelace')
    expect(await held(contact.id)).toEqual([first, second])
    expect(await revenue(body.data.relationships.customer.data.id)).toBe('137.1')
  })

  test('with a reference that is known is not recorded again; other amounts under it are refused', async () => {
    const [offerId, email, provider_reference] = [await offer(500), newEmail(), `order-${unique()}`]
    const sale = { email, provider: 'shop', provider_reference, items: [{ offer_id: offerId }] }
    const first = await order(sale)
    const again = await order(sale)
    expect([first.status, again.status, again.body.data.id]).toEqual([201, 200, first.body.data.id])
    const { body } = await client.get(`/v1/purchases?filter[offer_id]=${offerId}`)
    expect(body.data).toHaveLength(1)
    const other = { ...sale, items: [{ offer_id: offerId, amount_in_cents: 600 }] }
    await expectRefusal(h.app, () => order(other), 422, { pointer: '/data/attributes/provider_reference' })
    const somebody = { ...sale, email: newEmail() }
    await expectRefusal(h.app, () => order(somebody), 422, {
      pointer: '/data/attributes/provider_reference',
    })
  })

  test('of a contact or a customer names them by id', async () => {
    const contactId = await makeContact(h.app, siteId)
    const items = [{ offer_id: await offer(500) }]
    const first = await order({ items }, { contact: { data: { type: 'contacts', id: contactId } } })
    const { customer } = first.body.data.relationships
    const second = await order({ items }, { customer: { data: customer.data } })
    expect(second.body.data.relationships.customer).toMatchObject({ data: customer.data })
  })

  test('is refused without anything being written', async () => {
    const stranger = await makeAccount(h.app)
    const foreign = await makeOffer(h.app, stranger.siteId)
    const [dollars, yen] = [await offer(500), await offer(500, { currency: 'JPY' })]
    const email = newEmail()
    const refused: [object, number, string][] = [
      [{ email, items: [{ offer_id: foreign }] }, 404, '/data/attributes/items/0/offer_id'],
      [{ email, items: [{ offer_id: '999999' }] }, 404, '/data/attributes/items/0/offer_id'],
      [
        { email, items: [{ offer_id: dollars }, { offer_id: yen }] },
        422,
        '/data/attributes/items/1/offer_id',
      ],
      [
        { email, items: [{ offer_id: dollars, discount_in_cents: 501 }] },
        422,
        '/data/attributes/items/0/discount_in_cents',
      ],
      [{ items: [{ offer_id: dollars }] }, 422, '/data'],
      [{ email: 'nobody', items: [{ offer_id: dollars }] }, 422, '/data/attributes/email'],
      [
        { email, ordered_at: '2999-01-01T00:00:00.000Z', items: [{ offer_id: dollars }] },
        422,
        '/data/attributes/ordered_at',
      ],
      [
        { email, ordered_at: '2026-02-30', items: [{ offer_id: dollars }] },
        422,
        '/data/attributes/ordered_at',
      ],
      [{ email, items: [] }, 400, '/data/attributes/items'],
      [{ email, items: [{ offer_id: dollars, quantity: 0 }] }, 400, '/data/attributes/items/0/quantity'],
    ]
    for (const [attributes, status, pointer] of refused)
      await expectRefusal(h.app, () => order(attributes), status, { pointer })
  })

  test('of a test gives access and no revenue', async () => {
    const offerId = await offer(500)
    const { customerId, contactId } = await buy({ test: true, items: [{ offer_id: offerId }] })
    expect(await held(contactId)).toEqual([offerId])
    expect(await revenue(customerId)).toBe('0.0')
  })

  test('sends one welcome e-mail, and starts what waits for a purchase', async () => {
    const email = newEmail()
    await order({ email, items: [{ offer_id: await offer(500) }] })
    await h.drain()
    const { body } = await client.get(`/v1/emails?filter[to_email]=${email}`)
    expect(body.data.map(({ attributes }: { attributes: { kind: string } }) => attributes.kind)).toEqual([
      'welcome',
    ])
  })
})

/** A document with a member beside, and the way to it. */
const misspelled = (attributes: object, name: string, value: unknown = 1) => ({
  body: { data: { type: 'transactions', attributes: { ...attributes, [name]: value } } },
  pointer: `/data/attributes/${name}`,
})

describe('what says an unknown member', () => {
  test('of an order is refused with the name that was meant, also in its items and meta', async () => {
    const item = { offer_id: await offer(500) }
    const email = newEmail()
    const cases: [object, object | undefined, string, string][] = [
      [
        { email, items: [item], provider_refrence: 'a' },
        undefined,
        'attributes/provider_refrence',
        'provider_reference',
      ],
      [
        { email, items: [{ ...item, discount: 100 }] },
        undefined,
        'attributes/items/0/discount',
        'discount_in_cents',
      ],
      [
        { email, items: [item, { ...item, qantity: 2 }] },
        undefined,
        'attributes/items/1/qantity',
        'quantity',
      ],
    ]
    for (const [attributes, , place, meant] of cases) {
      const { body } = await expectRefusal(h.app, () => order(attributes), 422, { pointer: `/data/${place}` })
      expect(body.errors[0]).toMatchObject({
        code: 'unknown_member',
        detail: expect.stringContaining(`Did you mean ${meant}?`),
      })
    }
    const meta = { send_customer_welcome_mail: false }
    await expectRefusal(
      h.app,
      () =>
        client.post('/v1/orders', { data: { type: 'orders', attributes: { email, items: [item] } }, meta }),
      422,
      { pointer: '/meta/send_customer_welcome_mail' },
    )
    // What the order shows is ignored, as everywhere.
    const sent = await order({ email, items: [item], order_number: 7, fulfilled_at: null })
    expect([sent.status, sent.headers.get('warning')]).toEqual([
      201,
      expect.stringContaining('The attribute order_number cannot be set in this request; it was ignored.'),
    ])
    expect(sent.headers.get('warning')).not.toContain('fulfilled_at')
  })

  test('of a refund pays nothing back, and of a renewal or a failed payment records none', async () => {
    const { orderId, purchaseId, customerId } = await buy({ items: [{ offer_id: await monthly() }] })
    const { data } = (await client.get(`/v1/transactions?filter[customer_id]=${customerId}`)).body
    for (const path of [
      `/v1/orders/${orderId}/refunds`,
      `/v1/transactions/${data[0].id}/refunds`,
      `/v1/purchases/${purchaseId}/renewals`,
      `/v1/purchases/${purchaseId}/failed_payments`,
    ]) {
      const { body, pointer } = misspelled({}, 'amount', 900)
      const refused = await expectRefusal(h.app, () => client.post(path, body), 422, { pointer })
      expect(refused.body.errors[0].detail).toContain('Did you mean amount_in_cents?')
    }
    const item = misspelled({}, 'items', [{ order_item_id: '1', amount: 5 }])
    await expectRefusal(h.app, () => client.post(`/v1/orders/${orderId}/refunds`, item.body), 422, {
      pointer: '/data/attributes/items/0/amount',
    })
    expect(await revenue(customerId)).toBe('29.0')
  })
})

describe('what stands beside the attributes', () => {
  test('of an order, a refund or a payment is refused with its place, and nothing is recorded', async () => {
    const { orderId, purchaseId, customerId } = await buy({ items: [{ offer_id: await monthly() }] })
    const type = 'transactions'
    const cases: [object, string, string][] = [
      [{ data: { type, amount_in_cents: 5 } }, '/data/amount_in_cents', 'It belongs into /data/attributes.'],
      [{ data: { type }, amount_in_cents: 5 }, '/amount_in_cents', 'It belongs into /data/attributes.'],
      [{ data: { type, attribute: { amount_in_cents: 5 } } }, '/data/attribute', 'Did you mean attributes?'],
      [{ data: { type }, meta: { amount_in_cents: 5 } }, '/meta/amount_in_cents', 'Remove it.'],
    ]
    for (const path of [`/v1/orders/${orderId}/refunds`, `/v1/purchases/${purchaseId}/renewals`])
      for (const [body, pointer, advice] of cases) {
        const refused = await expectRefusal(h.app, () => client.post(path, body), 422, { pointer })
        expect(refused.body.errors[0]).toMatchObject({
          code: 'unknown_member',
          detail: expect.stringContaining(advice),
        })
      }
    const attributes = { email: newEmail(), items: [{ offer_id: await offer(500) }] }
    const sale = { data: { type: 'orders', attributes, provider_reference: 'beside' } }
    await expectRefusal(h.app, () => client.post('/v1/orders', sale), 422, {
      pointer: '/data/provider_reference',
    })
    expect(await revenue(customerId)).toBe('29.0')
  })

  test('of a purchase is reported, and refused by the actions that take no attributes', async () => {
    const { purchaseId } = await buy({ items: [{ offer_id: await monthly() }] })
    const named = { type: 'purchases', id: purchaseId }
    const deactivated_at = '2099-12-31'
    const path = `/v1/purchases/${purchaseId}`
    const { status, headers } = await client.patch(path, { data: { ...named, deactivated_at } })
    expect([status, headers.get('warning')]).toEqual([
      200,
      expect.stringContaining('There is no member deactivated_at in /data: it belongs into /data/attributes'),
    ])
    for (const action of ['deactivate', 'reactivate', 'cancel_subscription']) {
      const body = { data: { ...named, attributes: { deactivated_at } } }
      await expectRefusal(h.app, () => act(purchaseId, action, body), 422, {
        pointer: '/data/attributes/deactivated_at',
      })
    }
    expect((await client.get(path)).body.data.attributes.deactivated_at).toBeNull()
    expect((await act(purchaseId, 'deactivate', { data: named })).status).toBe(200)
  })
})

describe('what cannot be', () => {
  const at = (days: number) => new Date(h.app.clock.now().getTime() + days * DAY).toISOString()

  test('is refused in an order, with what to do', async () => {
    const [single, trial, archived] = [await offer(500), await monthly({ trial_days: 14 }), await offer(500)]
    await client.delete(`/v1/offers/${archived}`)
    const cases: [object, string, string][] = [
      [{ items: [{ offer_id: single, trial_days: 7 }] }, 'items/0/trial_days', 'is paid once'],
      [{ items: [{ offer_id: single }], payment_fee_in_cents: 501 }, 'payment_fee_in_cents', 'at most 500'],
      [{ items: [{ offer_id: trial }], payment_fee_in_cents: 1 }, 'payment_fee_in_cents', 'trial_days of 0'],
      [{ items: [{ offer_id: trial }], payment_reference: 'p1' }, 'payment_reference', 'trial_days of 0'],
      [
        { items: [{ offer_id: trial, discount_in_cents: 5 }] },
        'items/0/discount_in_cents',
        'trial_days of 0',
      ],
      [{ items: [{ offer_id: single }], ordered_at: '1850-01-01' }, 'ordered_at', 'Check the year'],
      [{ items: [{ offer_id: single }], ordered_at: '1970-01-01T00:00:00Z' }, 'ordered_at', 'Check the year'],
      [{ items: [{ offer_id: single }], ordered_at: at(1) }, 'ordered_at', 'future'],
      [
        { items: [{ offer_id: single, coupon_code: 'NONE' }] },
        'items/0/coupon_code',
        'name the shop as provider',
      ],
      [{ items: [{ offer_id: single, amount_in_cents: 5 }], currency: 'ABC' }, 'currency', 'such as USD'],
      [
        { items: Array(2).fill({ offer_id: single, amount_in_cents: 999_999_999_999, quantity: 1000 }) },
        'items',
        'smallest unit',
      ],
      [{ items: [{ offer_id: single }, { offer_id: archived }] }, 'items/1/offer_id', 'was archived'],
    ]
    for (const [attributes, place, said] of cases) {
      const { body } = await expectRefusal(h.app, () => order({ email: newEmail(), ...attributes }), 422, {
        pointer: `/data/attributes/${place}`,
      })
      expect(body.errors[0].detail).toContain(said)
    }
  })

  test('is refused in a renewal, a failed payment and a refund', async () => {
    const { orderId, purchaseId, customerId } = await buy({
      items: [{ offer_id: await monthly() }],
      ordered_at: at(-10),
    })
    const cases: [string, object, string, string][] = [
      ['renewals', { amount_in_cents: 100, sales_tax_in_cents: 101 }, 'sales_tax_in_cents', 'at most 100'],
      ['renewals', { sales_tax_in_cents: 2901 }, 'sales_tax_in_cents', 'at most 2900'],
      ['failed_payments', { sales_tax_in_cents: 2901 }, 'sales_tax_in_cents', 'at most 2900'],
      ['renewals', { occurred_at: at(-11) }, 'occurred_at', 'before the order'],
      ['failed_payments', { occurred_at: at(-11) }, 'occurred_at', 'before the order'],
      ['refunds', { refunded_at: at(-11) }, 'refunded_at', 'before the payment'],
    ]
    for (const [name, attributes, place, said] of cases) {
      const path = name === 'refunds' ? `/v1/orders/${orderId}` : `/v1/purchases/${purchaseId}`
      const { body } = await expectRefusal(
        h.app,
        () => client.post(`${path}/${name}`, payment(attributes)),
        422,
        { pointer: `/data/attributes/${place}` },
      )
      expect(body.errors[0].detail).toContain(said)
    }
    expect(await revenue(customerId)).toBe('29.0')
    // A time without fractions, of the second of the payment, is not before it.
    const [{ attributes }] = (await client.get(`/v1/transactions?filter[customer_id]=${customerId}`)).body
      .data
    const refunded_at = attributes.created_at.replace(/\.\d+Z$/, 'Z')
    expect((await client.post(`/v1/orders/${orderId}/refunds`, payment({ refunded_at }))).status).toBe(201)
  })
})

test('a sale that was made before its offer was archived can be recorded; a known one stays, and renewals go on', async () => {
  const [offerId, email, provider_reference] = [await monthly(), newEmail(), `order-${unique()}`]
  const sale = { email, provider: 'shop', provider_reference, items: [{ offer_id: offerId }] }
  const { purchaseId } = await buy(sale)
  await client.delete(`/v1/offers/${offerId}`)
  expect((await order(sale)).status).toBe(200)
  expect((await act(purchaseId, 'renewals', payment())).status).toBe(201)
  const ordered_at = new Date(h.app.clock.now().getTime() - DAY).toISOString()
  expect((await order({ ...sale, provider_reference: `${provider_reference}-2`, ordered_at })).status).toBe(
    201,
  )
  await expectRefusal(h.app, () => order({ ...sale, provider_reference: `${provider_reference}-3` }), 422, {
    pointer: '/data/attributes/items/0/offer_id',
  })
})

test('a code of a shop is kept with a warning, and one of the site without', async () => {
  const code = `OWN${unique()}`
  await client.post('/v1/coupons', { data: { type: 'coupons', attributes: { code, percent_off: 10 } } })
  const offer_id = await offer(500)
  const sale = async (coupon_code: string, more: object = {}) => {
    const { status, headers } = await order({
      email: newEmail(),
      items: [{ offer_id, coupon_code }],
      ...more,
    })
    return [status, headers.get('warning')]
  }
  expect(await sale('SHOP-1', { provider: 'shop' })).toEqual([
    201,
    expect.stringContaining('The site has no coupon SHOP-1.'),
  ])
  expect(await sale(code.toLowerCase())).toEqual([201, null])
})

test('a reference that is known with another amount or outcome is refused, for renewals, failures and refunds', async () => {
  const { orderId, purchaseId } = await buy({ items: [{ offer_id: await monthly() }] })
  const [renewal, failure, refund] = ['r', 'f', 're'].map((name) => `${name}-${unique()}`)
  const refused = { pointer: '/data/attributes/provider_reference' }
  const send = (path: string, attributes: object) => () => client.post(path, payment(attributes))
  const [renewals, failures, refunds] = [
    `/v1/purchases/${purchaseId}/renewals`,
    `/v1/purchases/${purchaseId}/failed_payments`,
    `/v1/orders/${orderId}/refunds`,
  ]
  for (const [path, reference] of [
    [renewals, renewal],
    [failures, failure],
  ] as const) {
    const again = send(path, { provider_reference: reference, amount_in_cents: 2900 })
    expect((await send(path, { provider_reference: reference })()).status).toBe(201)
    expect((await again()).status).toBe(200)
    for (const other of [{ amount_in_cents: 2800 }, { sales_tax_in_cents: 100 }])
      await expectRefusal(h.app, send(path, { provider_reference: reference, ...other }), 422, refused)
  }
  await expectRefusal(h.app, send(failures, { provider_reference: renewal }), 422, refused)
  const part = { provider_reference: refund, amount_in_cents: 900 }
  expect((await send(refunds, part)()).status).toBe(201)
  expect((await send(refunds, part)()).status).toBe(200)
  for (const other of [{ amount_in_cents: 901 }, {}])
    await expectRefusal(h.app, send(refunds, { provider_reference: refund, ...other }), 422, refused)
  const rest = { provider_reference: `${refund}-rest` }
  expect((await send(refunds, rest)()).status).toBe(201)
  expect((await send(refunds, rest)()).status).toBe(200)
})

test('a refund of items under a known reference is that of the same items and amounts', async () => {
  const offers = [await offer(1000), await offer(1000)]
  const { orderId } = await buy({ items: offers.map((offer_id) => ({ offer_id })) })
  const { included } = (await client.get(`/v1/orders/${orderId}?include=order_items`)).body
  const [first, second] = included.map(({ id }: { id: string }) => ({ order_item_id: id }))
  const refund = (items: object[]) =>
    client.post(`/v1/orders/${orderId}/refunds`, payment({ provider_reference: `re-${orderId}`, items }))
  expect((await refund([{ ...first, amount_in_cents: 400 }])).status).toBe(201)
  expect((await refund([{ ...first, amount_in_cents: 400 }])).status).toBe(200)
  for (const items of [[second], [{ ...first, amount_in_cents: 500 }], [first, second]])
    expect((await refund(items)).status).toBe(422)
})

test('a payment that failed before a later one succeeded is recorded, and leaves the subscription active', async () => {
  const { purchaseId } = await buy({ items: [{ offer_id: await monthly() }] })
  await advance(DAY)
  await act(purchaseId, 'renewals', payment())
  const occurred_at = new Date(h.app.clock.now().getTime() - DAY / 2).toISOString()
  expect((await act(purchaseId, 'failed_payments', payment({ occurred_at }))).status).toBe(201)
  const status = async () => (await client.get(`/v1/purchases/${purchaseId}`)).body.data.attributes.status
  expect(await status()).toBe('active')
  await act(purchaseId, 'failed_payments', payment())
  expect(await status()).toBe('past_due')
})

test('a payment before a failure that was reported first is recorded, and leaves the subscription past due', async () => {
  const at = (days: number) => new Date(h.app.clock.now().getTime() + days * DAY).toISOString()
  const { purchaseId } = await buy({ items: [{ offer_id: await monthly() }], ordered_at: at(-40) })
  const status = async () => (await client.get(`/v1/purchases/${purchaseId}`)).body.data.attributes.status
  await act(purchaseId, 'failed_payments', payment({ occurred_at: at(-5) }))
  expect((await act(purchaseId, 'renewals', payment({ occurred_at: at(-10) }))).status).toBe(201)
  expect(await status()).toBe('past_due')
  await act(purchaseId, 'renewals', payment({ occurred_at: at(-4) }))
  expect(await status()).toBe('active')
})

describe('a purchase', () => {
  test('that is deactivated ends, and a grant of the same offer stays', async () => {
    const offerId = await offer(500)
    const { purchaseId, contactId } = await buy({ items: [{ offer_id: offerId }] })
    await client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
    const { status, body } = await act(purchaseId, 'deactivate')
    expect([status, body.data.attributes.deactivation_reason]).toEqual([200, 'deactivated'])
    expect(await held(contactId)).toEqual([offerId])
    await client.delete(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
    expect(await held(contactId)).toEqual([])
    const again = await act(purchaseId, 'reactivate')
    expect(again.body.data.attributes).toMatchObject({ deactivated_at: null, deactivation_reason: null })
    expect(await held(contactId)).toEqual([offerId])
  })

  test('says what ends access and what was waived, the block that decides first', async () => {
    const { purchaseId, orderId } = await buy({ items: [{ offer_id: await monthly() }] })
    const shown = async () => (await client.get(`/v1/purchases/${purchaseId}`)).body.data.attributes
    expect(await shown()).toMatchObject({
      interval: 'month',
      interval_count: 1,
      through_provider_account: false,
      blocks: [],
    })
    await act(purchaseId, 'deactivate')
    await act(purchaseId, 'reactivate')
    const refund = await client.post(`/v1/orders/${orderId}/refunds`, payment())
    expect(refund.body.data.attributes).toMatchObject({
      amount_in_cents: -2900,
      through_provider_account: false,
    })
    const { deactivated_at, blocks } = await shown()
    expect(blocks).toMatchObject([
      { cause: 'refund', since: deactivated_at, actor: 'system', waived_at: null, waived_by: null },
      { cause: 'deactivated', waived_by: expect.stringMatching(/^api_key:/) },
    ])
    expect(blocks).toHaveLength(2)
  })

  test('ends when the offer is revoked from the contact, which names it', async () => {
    const offerId = await offer(500)
    const { purchaseId, contactId } = await buy({ items: [{ offer_id: offerId }] })
    const path = `/v1/contacts/${contactId}/relationships/offers`
    const { body } = await client.delete(path, offersBody([offerId]))
    expect([body.data, body.meta.revoked]).toEqual([[], [offerId]])
    const shown = await client.get(`/v1/purchases/${purchaseId}`)
    expect(shown.body.data.attributes.deactivation_reason).toBe('deactivated')
  })

  test('that is deactivated again keeps its end, unless another one is given', async () => {
    const { purchaseId } = await buy({ items: [{ offer_id: await offer(500) }] })
    const endOf = async (answer: Promise<Reply>) => (await answer).body.data.attributes.deactivated_at
    const end = await endOf(act(purchaseId, 'deactivate'))
    await advance(DAY)
    expect(await endOf(act(purchaseId, 'deactivate'))).toBe(end)
    expect((await client.get(`/v1/purchases/${purchaseId}`)).body.data.attributes.blocks).toMatchObject([
      { cause: 'deactivated', since: end },
    ])
    const later = new Date(h.app.clock.now().getTime() + DAY).toISOString()
    const patched = client.patch(`/v1/purchases/${purchaseId}`, {
      data: { type: 'purchases', attributes: { deactivated_at: later } },
    })
    expect(await endOf(patched)).toBe(later)
    // One that lies ahead is no end yet; and one that was given back ends again.
    const now = await endOf(act(purchaseId, 'deactivate'))
    expect(now < later && now > end).toBe(true)
    await act(purchaseId, 'reactivate')
    expect((await endOf(act(purchaseId, 'deactivate'))) > now).toBe(true)
  })

  test('can end later: it is active until then', async () => {
    const offerId = await offer(500)
    const { purchaseId, contactId } = await buy({ items: [{ offer_id: offerId }] })
    const deactivated_at = new Date(h.app.clock.now().getTime() + 3 * DAY).toISOString()
    const patch = (value: string | null) =>
      client.patch(`/v1/purchases/${purchaseId}`, {
        data: { type: 'purchases', attributes: { deactivated_at: value } },
      })
    expect((await patch(deactivated_at)).body.data.attributes).toMatchObject({ deactivated_at })
    expect(await held(contactId)).toEqual([offerId])
    await advance(4 * DAY)
    expect(await held(contactId)).toEqual([])
    const past = new Date(h.app.clock.now().getTime() - DAY / 2).toISOString()
    await expectRefusal(h.app, () => patch(past), 422, {
      pointer: '/data/attributes/deactivated_at',
    })
    await patch(null)
    expect(await held(contactId)).toEqual([offerId])
  })

  test('that is reactivated keeps an end that was set for later, which the next reactivation removes', async () => {
    const offerId = await offer(500, { access_days: 90 })
    const { purchaseId, orderId, contactId } = await buy({ items: [{ offer_id: offerId }] })
    const end = new Date(h.app.clock.now().getTime() + 30 * DAY).toISOString()
    const shown = async () => {
      const { deactivated_at, deactivation_reason } = (await client.get(`/v1/purchases/${purchaseId}`)).body
        .data.attributes
      return [deactivated_at, deactivation_reason]
    }
    const [expires] = await shown()
    await client.patch(`/v1/purchases/${purchaseId}`, {
      data: { type: 'purchases', attributes: { deactivated_at: end } },
    })
    await client.post(`/v1/orders/${orderId}/refunds`, payment())
    expect(await held(contactId)).toEqual([])
    await act(purchaseId, 'reactivate')
    expect([await held(contactId), await shown()]).toEqual([[offerId], [end, 'deactivated']])
    await act(purchaseId, 'reactivate')
    expect(await shown()).toEqual([expires, 'expired'])
    await act(purchaseId, 'reactivate')
    expect(await shown()).toEqual([expires, 'expired'])
  })

  test('can be sent back as it is shown: nothing changes, and what cannot be set is ignored with a warning', async () => {
    const { purchaseId } = await buy({ items: [{ offer_id: await offer(500) }] })
    await act(purchaseId, 'deactivate')
    const { data } = (await client.get(`/v1/purchases/${purchaseId}`)).body
    const same = await client.patch(`/v1/purchases/${purchaseId}`, { data })
    expect([same.status, same.headers.get('warning'), same.body.data]).toEqual([200, null, data])
    const attributes = { amount_in_cents: 1, deactivatd_at: '2099-01-01' }
    const other = await client.patch(`/v1/purchases/${purchaseId}`, {
      data: { type: 'purchases', attributes },
    })
    expect(other.headers.get('warning')).toMatch(/amount_in_cents cannot be set.*deactivatd_at cannot be set/)
    expect(other.body.data).toEqual(data)
  })

  test('and its payments have days of the site: one that it ends with, and one on which it was paid', async () => {
    const account = await makeAccount(h.app)
    const owner = h.clientWith(account.token)
    // Fourteen hours ahead of UTC, the whole year.
    const attributes = { time_zone: 'Pacific/Kiritimati' }
    await owner.patch(`/v1/sites/${account.siteId}`, {
      data: { type: 'sites', id: account.siteId, attributes },
    })
    const items = [{ offer_id: await makeOffer(h.app, account.siteId), amount_in_cents: 500 }]
    const sale = await owner.post('/v1/orders', {
      data: { type: 'orders', attributes: { email: newEmail(), items, ordered_at: '2026-03-05' } },
    })
    expect(sale.body.data.attributes.ordered_at).toBe('2026-03-04T10:00:00.000Z')
    const [{ id }] = (await owner.get('/v1/purchases')).body.data
    const ends = await owner.patch(`/v1/purchases/${id}`, {
      data: { type: 'purchases', attributes: { deactivated_at: '2999-01-31' } },
    })
    expect(ends.body.data.attributes.deactivated_at).toBe('2999-01-31T10:00:00.000Z')
    const timed = await owner.post('/v1/orders', {
      data: {
        type: 'orders',
        attributes: { email: newEmail(), items, ordered_at: '2026-03-05T01:30:00+14:00' },
      },
    })
    const refund = (refunded_at: string) =>
      owner.post(`/v1/orders/${timed.body.data.id}/refunds`, payment({ refunded_at, amount_in_cents: 100 }))
    expect((await refund('2026-03-04')).status).toBe(422)
    expect((await refund('2026-03-05')).body.data.attributes.created_at).toBe('2026-03-04T11:30:00.000Z')
    expect((await refund('2026-03-06')).body.data.attributes.created_at).toBe('2026-03-05T10:00:00.000Z')
  })

  test('lasts for the access period of its offer', async () => {
    const offerId = await offer(500, { access_days: 2 })
    const { contactId, purchaseId } = await buy({ items: [{ offer_id: offerId }] })
    await advance(3 * DAY)
    expect(await held(contactId)).toEqual([])
    const { body } = await client.get(`/v1/purchases/${purchaseId}`)
    expect(body.data.attributes.deactivation_reason).toBe('expired')
  })

  test('of another account cannot be changed', async () => {
    const { purchaseId } = await buy({ items: [{ offer_id: await offer(500) }] })
    const stranger = h.clientWith((await makeAccount(h.app)).token)
    for (const action of ['deactivate', 'reactivate', 'cancel_subscription'])
      await expectRefusal(h.app, () => stranger.post(`/v1/purchases/${purchaseId}/${action}`), 404)
  })
})

describe('a subscription', () => {
  test('is renewed once for each reference; its period goes on', async () => {
    const { purchaseId, customerId } = await buy({ items: [{ offer_id: await monthly() }] })
    const first = await act(purchaseId, 'renewals', payment({ provider_reference: `pay-${purchaseId}` }))
    const again = await act(purchaseId, 'renewals', payment({ provider_reference: `pay-${purchaseId}` }))
    expect([first.status, again.status, again.body.data.id]).toEqual([201, 200, first.body.data.id])
    expect(first.body.data.attributes).toMatchObject({
      action: 'subscription_charge',
      state: 'succeeded',
      amount_in_cents: 2900,
    })
    expect(await revenue(customerId)).toBe('58.0')
  })

  test('whose payment fails keeps access for the days of grace, and gets it back with the next payment', async () => {
    const offerId = await monthly()
    const { purchaseId, contactId } = await buy({ items: [{ offer_id: offerId }] })
    const failed = await act(purchaseId, 'failed_payments', payment({ failure: 'card_declined' }))
    expect(failed.body.data.attributes).toMatchObject({ state: 'failed', failure: 'card_declined' })
    await advance(20 * DAY)
    expect(await held(contactId)).toEqual([offerId])
    await advance(2 * DAY)
    expect(await held(contactId)).toEqual([])
    await act(purchaseId, 'renewals', payment())
    expect(await held(contactId)).toEqual([offerId])
  })

  test('that is canceled ends access at once; a purchase without one is refused', async () => {
    const offerId = await monthly()
    const { purchaseId, contactId } = await buy({ items: [{ offer_id: offerId }] })
    const { status, body } = await act(purchaseId, 'cancel_subscription')
    expect([status, body.data.attributes.deactivation_reason]).toEqual([200, 'canceled'])
    expect(await held(contactId)).toEqual([])
    await expectRefusal(h.app, () => act(purchaseId, 'renewals', payment()), 422)
    const single = await buy({ items: [{ offer_id: await offer(500) }] })
    await expectRefusal(h.app, () => act(single.purchaseId, 'cancel_subscription'), 422)
  })

  test('is tried without a payment', async () => {
    const offerId = await monthly({ trial_days: 14 })
    const { contactId, customerId, purchaseId } = await buy({ items: [{ offer_id: offerId }] })
    expect(await held(contactId)).toEqual([offerId])
    expect(await revenue(customerId)).toBe('0.0')
    const { body } = await client.get(`/v1/transactions?filter[customer_id]=${customerId}`)
    expect(body.data).toEqual([])
    const paid = await act(purchaseId, 'renewals', payment())
    expect(paid.body.data.attributes.action).toBe('subscribe')
  })

  test('whose trial nobody pays for is past due when it is over, and loses access after the days of grace', async () => {
    const offerId = await monthly({ trial_days: 14 })
    const [unpaid, ended] = [
      await buy({ items: [{ offer_id: offerId }] }),
      await buy({ items: [{ offer_id: offerId }] }),
    ]
    await act(ended.purchaseId, 'deactivate')
    const statusOf = async ({ purchaseId }: Bought) =>
      (await client.get(`/v1/purchases/${purchaseId}`)).body.data.attributes.status
    expect(await statusOf(unpaid)).toBe('trialing')
    await advance(15 * DAY)
    expect([await statusOf(unpaid), await statusOf(ended)]).toEqual(['past_due', 'past_due'])
    // The days of grace are counted from the end of the trial, not from a failure that is reported later.
    await act(unpaid.purchaseId, 'failed_payments', payment())
    await advance(18 * DAY)
    expect(await held(unpaid.contactId)).toEqual([offerId])
    await advance(3 * DAY)
    expect(await held(unpaid.contactId)).toEqual([])
    expect((await client.get(`/v1/purchases/${unpaid.purchaseId}`)).body.data.attributes).toMatchObject({
      deactivation_reason: 'failed_payment',
    })
    await act(unpaid.purchaseId, 'renewals', payment())
    expect([await statusOf(unpaid), await held(unpaid.contactId)]).toEqual(['active', [offerId]])
  })

  test('of which a payment is reported late is as if it had been reported in order', async () => {
    const at = (days: number) => new Date(h.app.clock.now().getTime() + days * DAY).toISOString()
    const items = [{ offer_id: await monthly() }]
    const plan = [
      { offer_id: await offer(2500, { payment_type: 'multipay', interval: 'month', payments_total: 2 }) },
    ]
    const ordered_at = at(-50)
    const steps = {
      renew: (id: string, occurred_at: string) => act(id, 'renewals', payment({ occurred_at })),
      fail: (id: string, occurred_at: string) => act(id, 'failed_payments', payment({ occurred_at })),
      cancel: (id: string) => act(id, 'cancel_subscription'),
    }
    const outcome = async (
      given: { items: object[] },
      order: (keyof typeof steps)[],
      occurred_at: string,
    ): Promise<object> => {
      const bought = await buy({ ...given, ordered_at })
      for (const step of order)
        expect((await steps[step](bought.purchaseId, occurred_at)).status).toBeLessThan(300)
      const { attributes } = (await client.get(`/v1/purchases/${bought.purchaseId}`)).body.data
      const { status, multipay_payments_made, current_period_end_at, deactivation_reason } = attributes
      return {
        ...{ status, multipay_payments_made, current_period_end_at, deactivation_reason },
        revenue: await revenue(bought.customerId),
        isHeld: (await held(bought.contactId)).length,
      }
    }
    for (const given of [{ items }, { items: plan }])
      for (const step of ['renew', 'fail'] as const) {
        const inOrder = await outcome(given, [step, 'cancel'], at(-10))
        expect([step, await outcome(given, ['cancel', step], at(-10))]).toEqual([step, inOrder])
      }
    expect(await outcome({ items: plan }, ['cancel', 'renew'], at(-10))).toMatchObject({
      status: 'completed',
      isHeld: 1,
    })
    const { purchaseId } = await buy({ items, ordered_at })
    await act(purchaseId, 'cancel_subscription')
    const after = await expectRefusal(h.app, () => act(purchaseId, 'renewals', payment()), 422)
    expect(after.body.errors[0]).toMatchObject({
      code: 'subscription_ended',
      detail: expect.stringContaining('occurred_at'),
    })
  })

  test('whose planned end has come is canceled, also before the background task has seen it', async () => {
    const { purchaseId } = await buy({ items: [{ offer_id: await monthly() }] })
    const end = new Date(h.app.clock.now().getTime() + DAY)
    const plan = (at: Date) =>
      inTx(h.app, async (tx) =>
        saveSubscription(
          tx,
          await lockPurchase(tx, [siteId], purchaseId),
          { cancel_at: at },
          originAt(h.app),
        ),
      )
    await plan(end)
    const { now } = originAt(h.app)
    const late = { actor: 'system', requestId: null, now: new Date(now.getTime() + 2 * DAY) }
    const renew = (occurred_at: string) =>
      inTx(h.app, async (tx) =>
        renewPurchase(tx, await lockPurchase(tx, [siteId], purchaseId), { occurred_at }, late),
      )
    await expect(renew(late.now.toISOString())).rejects.toMatchObject({ code: 'subscription_ended' })
    await renew(now.toISOString())
    await advance(2 * DAY)
    expect((await client.get(`/v1/purchases/${purchaseId}`)).body.data.attributes).toMatchObject({
      status: 'canceled',
      deactivated_at: end.toISOString(),
    })
    const { body } = await client.get(`/v1/events?filter[event]=subscription_canceled&sort=-id`)
    expect(body.data[0].attributes.data).toMatchObject({ purchase_id: purchaseId })
  })

  test('of a payment plan keeps access after its last payment, and takes no other', async () => {
    const offerId = await offer(2500, { payment_type: 'multipay', interval: 'month', payments_total: 2 })
    const { purchaseId, contactId } = await buy({ items: [{ offer_id: offerId }] })
    expect((await act(purchaseId, 'renewals', payment())).status).toBe(201)
    await expectRefusal(h.app, () => act(purchaseId, 'renewals', payment()), 422)
    expect(await held(contactId)).toEqual([offerId])
  })
})

test('a payment reference names one payment of a provider', async () => {
  const offerId = await offer(500)
  const sale = (email: string) =>
    client.post('/v1/orders', {
      data: {
        type: 'orders',
        attributes: { email, provider: 'shop', payment_reference: 'pay-9', items: [{ offer_id: offerId }] },
      },
    })
  const answers = await Promise.all([
    sale('one@example.com'),
    sale('two@example.com'),
    sale('one@example.com'),
  ])
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422])
  await expectRefusal(h.app, () => sale('three@example.com'), 422, {
    pointer: '/data/attributes/payment_reference',
  })
})

test('a reference is the same with spaces around it, and none when it is blank', async () => {
  const items = [{ offer_id: await monthly() }]
  const [email, name] = [newEmail(), `order-${unique()}`]
  const sale = { email, provider: 'shop', items, payment_reference: `\tpay ${name} ` }
  const first = await order({ ...sale, provider_reference: ` ${name}\n` })
  expect(first.body.data.attributes.provider_reference).toBe(name)
  expect((await order({ ...sale, provider_reference: name })).status).toBe(200)
  const { orderId, purchaseId } = {
    orderId: first.body.data.id,
    purchaseId: (await client.get(`/v1/purchases?filter[order_id]=${first.body.data.id}`)).body.data[0].id,
  }
  const paths = [
    `/v1/purchases/${purchaseId}/renewals`,
    `/v1/purchases/${purchaseId}/failed_payments`,
    `/v1/orders/${orderId}/refunds`,
  ]
  for (const [index, path] of paths.entries()) {
    const send = (provider_reference: string) => client.post(path, payment({ provider_reference }))
    expect((await send(` ${name}-${index} `)).body.data.attributes.provider_reference).toBe(
      `${name}-${index}`,
    )
    expect((await send(`${name}-${index}`)).status).toBe(200)
    await expectRefusal(h.app, () => send('  '), 422, { pointer: '/data/attributes/provider_reference' })
  }
  const blank = { ...sale, email: newEmail(), payment_reference: ' ' }
  await expectRefusal(h.app, () => order(blank), 422, { pointer: '/data/attributes/payment_reference' })
})

test('providers of which this server records the sales itself are refused', async () => {
  const items = [{ offer_id: await offer(500) }]
  for (const provider of ['stripe', 'bestow']) {
    const { body } = await expectRefusal(
      h.app,
      () => order({ email: newEmail(), items, provider, provider_reference: 'cs_1' }),
      422,
      { pointer: '/data/attributes/provider' },
    )
    expect(body.errors[0].code).toBe('reserved')
  }
})

describe('a refund', () => {
  const refund = (orderId: string, attributes?: object) =>
    client.post(`/v1/orders/${orderId}/refunds`, { data: { type: 'transactions', attributes } })

  test('of a part leaves access, of the rest ends it, and of more is refused', async () => {
    const offerId = await offer(2900)
    const { orderId, contactId, customerId } = await buy({ items: [{ offer_id: offerId }] })
    const part = await refund(orderId, { amount_in_cents: 1000 })
    expect(part.status).toBe(201)
    expect(part.body.data.attributes).toMatchObject({ action: 'refund', amount_in_cents: -1000 })
    expect(await held(contactId)).toEqual([offerId])
    await expectRefusal(h.app, () => refund(orderId, { amount_in_cents: 1901 }), 422, {
      pointer: '/data/attributes/amount_in_cents',
    })
    await refund(orderId)
    expect(await held(contactId)).toEqual([])
    expect(await revenue(customerId)).toBe('0.0')
  })

  test('of one item leaves the other; all of the tax is returned', async () => {
    const offers = [await offer(1000), await offer(1000)]
    const items = offers.map((offer_id) => ({ offer_id, sales_tax_in_cents: 190 }))
    const { orderId, contactId } = await buy({ items })
    const listed = await client.get(`/v1/orders/${orderId}?include=order_items`)
    const [item] = listed.body.included
    const refunded = await refund(orderId, { items: [{ order_item_id: item.id }] })
    expect(refunded.body.data.attributes).toMatchObject({
      amount_in_cents: -1190,
      sales_tax_in_cents: -190,
    })
    expect(await held(contactId)).toHaveLength(1)
  })

  test('of all that was paid for an order ends access to what it gave for nothing, too', async () => {
    const [paid, bonus] = [await offer(1000), await offer(0)]
    const sold = await buy({ items: [{ offer_id: paid }, { offer_id: bonus }] })
    await refund(sold.orderId, { amount_in_cents: 999 })
    expect(await held(sold.contactId)).toEqual([paid, bonus])
    await refund(sold.orderId)
    expect(await held(sold.contactId)).toEqual([])
    const { body } = await client.get(`/v1/purchases?filter[order_id]=${sold.orderId}`)
    for (const { attributes } of body.data) expect(attributes.deactivation_reason).toBe('refund')
  })

  test('of an order for which nothing was paid says so', async () => {
    const free = await buy({ items: [{ offer_id: await offer(0) }] })
    const trial = await buy({ items: [{ offer_id: await monthly({ trial_days: 14 }) }] })
    for (const { orderId } of [free, trial]) {
      const { body } = await expectRefusal(h.app, () => refund(orderId), 422)
      expect(body.errors[0]).toMatchObject({
        code: 'not_refundable',
        detail: expect.stringContaining('Nothing'),
      })
    }
    await expectRefusal(h.app, () => refund('999999999'), 404)
  })

  test('names each item once, and items or an amount', async () => {
    const offers = [await offer(1000), await offer(1000)]
    const { orderId } = await buy({ items: offers.map((offer_id) => ({ offer_id })) })
    const listed = await client.get(`/v1/orders/${orderId}?include=order_items`)
    const part = { order_item_id: listed.body.included[0].id, amount_in_cents: 600 }
    await expectRefusal(h.app, () => refund(orderId, { items: [part, part] }), 422, {
      pointer: '/data/attributes/items/1',
    })
    await expectRefusal(h.app, () => refund(orderId, { items: [part], amount_in_cents: 700 }), 422, {
      pointer: '/data/attributes/amount_in_cents',
    })
  })

  test('leaves access where the site wants that', async () => {
    const account = await makeAccount(h.app)
    await h.app.db
      .updateTable('sites')
      .set({ refund_ends_access: false })
      .where('id', '=', account.siteId)
      .execute()
    const owner = h.clientWith(account.token)
    const offerId = await makeOffer(h.app, account.siteId)
    const email = newEmail()
    const { body } = await owner.post('/v1/orders', {
      data: { type: 'orders', attributes: { email, items: [{ offer_id: offerId, amount_in_cents: 500 }] } },
    })
    await owner.post(`/v1/orders/${body.data.id}/refunds`, { data: { type: 'transactions' } })
    const [contact] = (await owner.get(`/v1/contacts?filter[email]=${email}&include=offers`)).body.data
    const offers = await owner.get(`/v1/contacts/${contact.id}/relationships/offers`)
    expect(offers.body.data).toEqual([{ type: 'offers', id: offerId }])
  })
})

test('a contact whom a provider charges cannot be deleted; another loses access and is forgotten', async () => {
  const offerId = await monthly()
  const { contactId, purchaseId } = await buy({ items: [{ offer_id: offerId }] })
  const charge = (id: string | null) =>
    h.app.db
      .updateTable('subscriptions')
      .set({ provider_account_id: id })
      .where('purchase_id', '=', purchaseId)
      .execute()
  await charge('1')
  await expectRefusal(h.app, () => client.delete(`/v1/contacts/${contactId}`), 422)
  await charge(null)
  expect((await client.delete(`/v1/contacts/${contactId}`)).status).toBe(200)
  const { body } = await client.get(`/v1/purchases/${purchaseId}`)
  expect(body.data.attributes.deactivated_at).not.toBeNull()
})
