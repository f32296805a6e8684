import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inTransaction } from '../../platform/db/database.ts'
import { makeContact, makeOffer, unique } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal } from '../../testing/refusals.ts'
import { itemOf, sell } from '../../testing/sales.ts'
import { discountOf, findCoupon } from './find-coupon.ts'
import { redeemCoupon, redeemForOrder, releaseCoupon, reserveCoupon } from './redeem-coupon.ts'

let h: Harness
let siteId: string
let offer: string
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
  offer = await makeOffer(h.app, siteId)
})
afterAll(() => h.close())

const post = (attributes: object, relationships: object = {}) =>
  h.client.post('/v1/coupons', {
    data: { type: 'coupons', attributes: { code: `CODE${unique()}`, ...attributes }, relationships },
  })
const make = async (attributes: object = { percent_off: 20 }, relationships: object = {}) =>
  (await post(attributes, relationships)).body.data
const patch = (id: string, attributes: object) =>
  h.client.patch(`/v1/coupons/${id}`, { data: { type: 'coupons', id, attributes } })
const show = async (id: string) => (await h.client.get(`/v1/coupons/${id}`)).body.data.attributes

test('filter[used_coupon_code] finds who bought with the code, in lists and in conditions', async () => {
  const code = `Spring${unique()}`
  const offerId = await makeOffer(h.app, h.account.siteId)
  const [buyer, other] = [
    await makeContact(h.app, h.account.siteId),
    await makeContact(h.app, h.account.siteId),
  ]
  const item = itemOf(h.app, offerId, 900)
  for (const [contactId, coupon_code] of [
    [buyer, code],
    [other, `${code}x`],
  ] as const)
    await sell(h.app, siteId, contactId, [{ ...item, coupon_code }])
  const where = JSON.stringify({ filter: 'used_coupon_code', value: code.toLowerCase() })
  for (const query of [
    `filter[used_coupon_code]=${code.toUpperCase()}`,
    `filter[where]=${encodeURIComponent(where)}`,
  ]) {
    const { body } = await h.client.get(`/v1/contacts?${query}`)
    expect([query, body.data.map(({ id }: { id: string }) => id)]).toEqual([query, [buyer]])
  }
  const { body } = await h.client.get(`/v1/customers?filter[used_coupon_code]=${code}`)
  expect(body.meta.total_count).toBe(1)
  expect((await h.client.get('/v1/contacts?filter[used_coupon_code]=')).status).toBe(400)
})

describe('what a coupon takes off', () => {
  test('is a percentage with two decimals, or an amount of a currency', async () => {
    expect((await make({ percent_off: 12.5 })).attributes).toMatchObject({
      percent_off: 12.5,
      amount_off_in_cents: null,
      currency: null,
      duration: 'once',
      status: 'active',
      uses: 0,
    })
    const { id } = await make({ amount_off_in_cents: 500, currency: 'usd' })
    expect(await show(id)).toMatchObject({ percent_off: null, amount_off_in_cents: 500, currency: 'USD' })
  })

  test('can change from one to the other, and the current value changes nothing', async () => {
    const { id } = await make({ percent_off: 12.5 })
    const stored = () => h.app.db.selectFrom('coupons').selectAll().where('id', '=', id).execute()
    const before = await stored()
    expect((await patch(id, { percent_off: 12.5 })).status).toBe(200)
    expect(await stored()).toEqual(before)
    await patch(id, { percent_off: null, amount_off_in_cents: 500, currency: 'EUR' })
    expect(await show(id)).toMatchObject({ percent_off: null, amount_off_in_cents: 500, currency: 'EUR' })
    await patch(id, { percent_off: 33.33, amount_off_in_cents: null })
    expect(await show(id)).toMatchObject({ percent_off: 33.33, amount_off_in_cents: null, currency: null })
  })

  test.each([
    [{}, ''],
    [{ percent_off: 20, amount_off_in_cents: 500, currency: 'USD' }, '/percent_off'],
    [{ percent_off: 20, currency: 'USD' }, '/currency'],
    [{ percent_off: 0 }, '/percent_off'],
    [{ percent_off: 100.01 }, '/percent_off'],
    [{ percent_off: 33.333 }, '/percent_off'],
    [{ amount_off_in_cents: 500 }, ''],
    [{ amount_off_in_cents: 0, currency: 'USD' }, '/amount_off_in_cents'],
    [{ percent_off: 20, duration: 'repeating' }, '/duration'],
    [{ percent_off: 20, duration_in_months: 3 }, '/duration_in_months'],
    [{ percent_off: 20, code: 'TWO WORDS' }, '/code'],
    [{ percent_off: 20, starts_at: '2026-02-01', ends_at: '2026-01-31' }, '/ends_at'],
  ])('is not contradictory: %j', async (attributes, name) => {
    await expectRefusal(h.app, () => post(attributes), 422, { pointer: `/data/attributes${name}` })
  })

  test.each([
    [{ percent_off: '20.00' }, 4900, 980],
    // Rounded half up.
    [{ percent_off: '50.00' }, 1, 1],
    [{ percent_off: '33.33' }, 1000, 333],
    [{ percent_off: '12.50' }, 5120, 640],
    [{ percent_off: '100.00' }, 4900, 4900],
    [{ percent_off: '99.99' }, 900_719_925_474_000, 900_629_853_481_453],
    [{ amount_off_in_cents: '500' }, 4900, 500],
    [{ amount_off_in_cents: '5000' }, 4900, 4900],
  ])('%j off %i is %i', (given, amount, discount) => {
    const coupon = { percent_off: null, amount_off_in_cents: null, ...given }
    expect(discountOf(coupon, amount)).toBe(discount)
  })
})

test('a code is unique for ever, in upper or lower case, also when its coupon is archived', async () => {
  const { id } = await make({ code: 'Spring', percent_off: 20 })
  await h.client.delete(`/v1/coupons/${id}`)
  const again = () => post({ code: 'SPRING', percent_off: 10 })
  const { body } = await expectRefusal(h.app, again, 422, { pointer: '/data/attributes/code' })
  expect(body.errors[0].code).toBe('taken')
  expect(
    (await h.client.get('/v1/coupons?filter[code]=sPRING&filter[archived_eq]=true')).body.data[0].id,
  ).toBe(id)
})

test('the days of a coupon are those of its site, the last one included', async () => {
  const zone = (time_zone: string) =>
    h.client.patch(`/v1/sites/${siteId}`, { data: { type: 'sites', id: siteId, attributes: { time_zone } } })
  await zone('America/Los_Angeles')
  const { attributes } = await make({ percent_off: 20, starts_at: '2026-07-01', ends_at: '2026-07-31' })
  expect(attributes).toMatchObject({
    starts_at: '2026-07-01T07:00:00.000Z',
    ends_at: '2026-08-01T07:00:00.000Z',
  })
  await zone('UTC')
})

describe('a code', () => {
  const find = (code: string, offerId = offer, currency = 'USD', now = h.app.clock.now()) =>
    findCoupon(h.app.db, siteId, code, { offerId, currency }, now)
  const problem = async (...given: Parameters<typeof find>) => (await find(...given)).problem

  test('finds its coupon in upper and lower case', async () => {
    const { id, attributes } = await make()
    expect(await find(` ${attributes.code.toLowerCase()} `)).toMatchObject({
      coupon: { id, percent_off: '20.00' },
    })
  })

  test('is refused for the reason that there is', async () => {
    const other = await makeOffer(h.app, siteId)
    const offers = { offers: { data: [{ type: 'offers', id: other }] } }
    const codeOf = async (...given: Parameters<typeof make>) => (await make(...given)).attributes.code
    expect(await problem('NO-SUCH-CODE')).toBe('unknown')
    expect(await problem(await codeOf({ percent_off: 20, starts_at: '2999-01-01' }))).toBe('scheduled')
    expect(await problem(await codeOf({ percent_off: 20, ends_at: '2020-01-01' }))).toBe('ended')
    expect(await problem(await codeOf({ amount_off_in_cents: 5, currency: 'EUR' }))).toBe('other_currency')
    const limited = await codeOf({ percent_off: 20 }, offers)
    expect(await problem(limited)).toBe('other_offer')
    expect(await problem(limited, other)).toBeUndefined()
    const archived = await make()
    await h.client.delete(`/v1/coupons/${archived.id}`)
    expect(await problem(archived.attributes.code)).toBe('unknown')
  })

  test('is listed for the offers that it is for', async () => {
    const one = await makeOffer(h.app, siteId)
    const relationships = { offers: { data: [{ type: 'offers', id: one }] } }
    const [forOne, forAll] = [await make(undefined, relationships), await make()]
    const listed = async (id: string): Promise<string[]> =>
      (await h.client.get(`/v1/coupons?filter[offer_id]=${id}&page[size]=500`)).body.data.map(
        (coupon: { id: string }) => coupon.id,
      )
    expect(await listed(one)).toEqual(expect.arrayContaining([forOne.id, forAll.id]))
    expect(await listed(offer)).toContain(forAll.id)
    expect(await listed(offer)).not.toContain(forOne.id)
  })
})

describe('the uses of a coupon', () => {
  const checkout = () => String(1_000_000 + unique())
  const inTx = <Result>(work: Parameters<typeof inTransaction<Result>>[1]) => inTransaction(h.app.db, work)
  const now = () => h.app.clock.now()
  const reserve = (couponId: string, checkoutId: string) =>
    inTx((tx) => reserveCoupon(tx, { siteId, couponId, checkoutId }, now()))
  const release = (checkoutId: string) => inTx((tx) => releaseCoupon(tx, { siteId, checkoutId }, now()))
  const redeem = (checkoutId: string, orderId = checkoutId) =>
    inTx((tx) => redeemCoupon(tx, { siteId, checkoutId, orderId }, now()))
  const usesOf = async (id: string) => (await show(id)).uses
  const stateOf = (checkoutId: string) =>
    h.app.db
      .selectFrom('coupon_redemptions')
      .select(['state', 'is_over_limit'])
      .where('checkout_id', '=', checkoutId)
      .executeTakeFirst()

  test('never exceed its limit: of 50 checkouts at once, 10 get it', async () => {
    const { id } = await make({ percent_off: 20, max_uses: 10 })
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => reserve(id, checkout())))
    expect(outcomes.filter(Boolean).length).toBe(10)
    expect(await show(id)).toMatchObject({ uses: 10, status: 'used_up' })
  })

  test('are counted once per checkout, whatever is repeated and at once', async () => {
    const { id } = await make({ percent_off: 20, max_uses: 10 })
    const [one, other] = [checkout(), checkout()]
    const times = <Result>(work: () => Promise<Result>) => Promise.all(Array.from({ length: 8 }, work))
    expect(await times(() => reserve(id, one))).toEqual(Array(8).fill(true))
    await reserve(id, other)
    expect(await usesOf(id)).toBe(2)
    await times(() => release(other))
    expect(await usesOf(id)).toBe(1)
    await times(() => redeem(one))
    await release(one)
    expect([await usesOf(id), (await stateOf(one))?.state]).toEqual([1, 'redeemed'])
  })

  test('are returned by a checkout that expires, which can take one again', async () => {
    const { id } = await make({ percent_off: 20, max_uses: 1 })
    const [one, other] = [checkout(), checkout()]
    expect(await reserve(id, one)).toBe(true)
    expect(await reserve(id, other)).toBe(false)
    await release(one)
    expect(await reserve(id, other)).toBe(true)
    expect(await reserve(id, one)).toBe(false)
    await release(other)
    expect(await reserve(id, one)).toBe(true)
  })

  test('are honoured when an expired checkout is paid late, and flagged beyond the limit', async () => {
    const { id } = await make({ percent_off: 20, max_uses: 1 })
    const [late, prompt] = [checkout(), checkout()]
    await reserve(id, late)
    await release(late)
    await reserve(id, prompt)
    await redeem(prompt)
    await redeem(late)
    expect(await usesOf(id)).toBe(2)
    expect(await stateOf(late)).toEqual({ state: 'redeemed', is_over_limit: true })
    expect(await stateOf(prompt)).toEqual({ state: 'redeemed', is_over_limit: false })
  })

  test('of an archived or ended coupon are refused, while what is reserved can be redeemed', async () => {
    const { id } = await make({ percent_off: 20 })
    const [one, other] = [checkout(), checkout()]
    await reserve(id, one)
    await h.client.delete(`/v1/coupons/${id}`)
    expect(await reserve(id, other)).toBe(false)
    await redeem(one)
    expect(await stateOf(one)).toEqual({ state: 'redeemed', is_over_limit: false })
  })

  test('by orders that are recorded through the API are counted, in upper or lower case, and not when they are tests', async () => {
    const { id, attributes } = await make()
    const order = (provider_reference: string, more: object = {}) =>
      h.client.post('/v1/orders', {
        data: {
          type: 'orders',
          attributes: {
            email: `buyer${unique()}@example.com`,
            ...{ provider: 'shop', provider_reference },
            items: [
              {
                offer_id: offer,
                amount_in_cents: 1000,
                discount_in_cents: 200,
                coupon_code: attributes.code.toLowerCase(),
              },
            ],
            ...more,
          },
        },
      })
    const email = 'coupon.buyer@example.com'
    const first = await order('with-coupon', { email })
    expect([first.status, first.body.errors]).toEqual([201, undefined])
    expect((await order('with-coupon', { email })).status).toBe(200)
    expect((await order('test-with-coupon', { test: true })).status).toBe(201)
    expect(await usesOf(id)).toBe(1)
    expect((await order('second-with-coupon')).status).toBe(201)
    expect(await usesOf(id)).toBe(2)
    const bought = await h.client.get(`/v1/purchases?filter[coupon_code_eq]=${attributes.code}`)
    expect(bought.body.data).toHaveLength(3)
  })

  test('by orders that were recorded are counted once per order', async () => {
    const { id } = await make({ percent_off: 20, max_uses: 1 })
    const order = (orderId: string) =>
      inTx((tx) => redeemForOrder(tx, { siteId, couponId: id, orderId }, now()))
    const orderId = checkout()
    await Promise.all([order(orderId), order(orderId)])
    expect(await usesOf(id)).toBe(1)
    await order(checkout())
    expect(await usesOf(id)).toBe(2)
  })
})
