import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAccount, makeOffer, makeProduct, makeSite, subdomainOf } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { describePrice } from './price-terms.ts'

let h: Harness
let course: string
let community: string
let bundle: string
let archived: string
let draft: string
beforeAll(async () => {
  h = await startHarness()
  const { siteId } = h.account
  community = await makeProduct(h.app, siteId, 'Community')
  course = await makeProduct(h.app, siteId, 'Course')
  bundle = await makeOffer(h.app, siteId, { title: 'Bundle', productIds: [course, community] })
  archived = await makeOffer(h.app, siteId, { title: 'Old', archived_at: new Date(), productIds: [course] })
  draft = await makeOffer(h.app, siteId, { title: 'Draft', published_at: null })
  await h.app.db.updateTable('offers').set({ description: 'Everything' }).where('id', '=', bundle).execute()
})
afterAll(() => h.close())

const ids = (body: { data: { id: string }[] }) => body.data.map(({ id }) => id)

test('archived offers are not listed, but shown by id; drafts are listed', async () => {
  const { body } = await h.client.get('/v1/offers')
  expect(ids(body)).toEqual([draft, bundle])
  expect(body.meta.total_count).toBe(2)
  expect((await h.client.get(`/v1/offers/${archived}`)).body.data.attributes.title).toBe('Old')
  expect((await h.client.get(`/v1/offers/${archived}/relationships/products`)).body.data).toEqual([
    { type: 'products', id: course },
  ])
})

test('an offer has its price, checkout URL and products, in lists and as a single resource', async () => {
  const { body } = await h.client.get(`/v1/offers/${bundle}?include=products,site`)
  const { token } = body.data.attributes
  expect(body.data.attributes).toMatchObject({
    title: 'Bundle',
    price_in_cents: 0,
    price_description: 'Free',
    free: true,
    one_time: true,
    subscription: false,
    checkout_url: `${h.url}/s/${await subdomainOf(h.app, h.account.siteId)}/offers/${token}`,
  })
  const products = [course, community]
    .sort((a, b) => Number(a) - Number(b))
    .map((id) => ({ type: 'products', id }))
  expect(body.data.relationships.products).toEqual({
    links: { self: `${h.url}/v1/offers/${bundle}/relationships/products` },
    data: products,
  })
  expect((await h.client.get('/v1/offers')).body.data[1].relationships.products.data).toEqual(products)
  expect(body.included.map(({ type }: { type: string }) => type).sort()).toEqual([
    'products',
    'products',
    'sites',
  ])
})

test('the products of an offer have a URL of their own', async () => {
  const { body } = await h.client.get(`/v1/offers/${bundle}/relationships/products`)
  expect(ids(body)).toEqual([community, course])
  expect(body.links.self).toBe(`${h.url}/v1/offers/${bundle}/relationships/products`)
})

test.each([
  ['filter[title_cont]=bund', ['bundle']],
  ['filter[description_cont]=every', ['bundle']],
  ['filter[title_cont]=old', []],
  ['sort=title', ['bundle', 'draft']],
  ['sort=-title', ['draft', 'bundle']],
  ['sort=price_in_cents,-title', ['draft', 'bundle']],
  ['sort=created_at', ['bundle', 'draft']],
])('%s', async (parameters, expected) => {
  const named: Record<string, string> = { bundle, draft }
  expect(ids((await h.client.get(`/v1/offers?${parameters}`)).body)).toEqual(
    expected.map((name) => named[name]),
  )
})

test.each(['offers', 'products'])(
  'an account with several sites lists the %s of all, or of one',
  async (list) => {
    const account = await makeAccount(h.app)
    const client = h.clientWith(account.token)
    const second = await makeSite(h.app, account)
    const make = list === 'offers' ? makeOffer : makeProduct
    const [one, two] = [await make(h.app, account.siteId), await make(h.app, second)]
    expect(ids((await client.get(`/v1/${list}`)).body)).toEqual([two, one])
    expect(ids((await client.get(`/v1/${list}?filter[site_id]=${second}`)).body)).toEqual([two])
  },
)

describe('a price is described', () => {
  test.each([
    [{ cents: 1_000, currency: 'JPY', type: 'single' }, '¥1,000 JPY'],
    [{ cents: 9_900, currency: 'KWD', type: 'single' }, 'KWD\u00a09.900'],
    [{ cents: 100, currency: 'ISK', type: 'single' }, 'ISK\u00a0100'],
    [{ cents: 123_456, currency: 'HUF', type: 'single' }, 'HUF\u00a01,234.56'],
    [{ cents: 19_900, currency: 'USD', type: 'single' }, '$199.00 USD'],
    [{ cents: 2_950, currency: 'EUR', type: 'subscription' }, '€29.50 EUR per month'],
    [
      { cents: 2_950, currency: 'EUR', type: 'subscription', interval: 'year', count: 1 },
      '€29.50 EUR per year',
    ],
    [
      { cents: 2_950, currency: 'EUR', type: 'subscription', interval: 'month', count: 3, trialDays: 14 },
      '€29.50 EUR every 3 months after a trial of 14 days',
    ],
    [
      { cents: 10_000, currency: 'USD', type: 'multipay', interval: 'month', count: 1, payments: 4 },
      '4 monthly payments of $100.00 USD',
    ],
    [
      { cents: 10_000, currency: 'USD', type: 'multipay', interval: 'week', count: 2, payments: 4 },
      '4 payments of $100.00 USD, one every 2 weeks',
    ],
    [{ cents: 0, currency: 'USD', type: 'free' }, 'Free'],
  ] as const)('%j', (price, words) => {
    expect(describePrice(price)).toBe(words)
  })
})

describe('the terms of a price', () => {
  const offer = async (attributes: object) =>
    (
      await h.client.post('/v1/offers', {
        data: { type: 'offers', attributes: { title: 'Club', ...attributes } },
      })
    ).body
  const change = (id: string, attributes: object) =>
    h.client.patch(`/v1/offers/${id}`, { data: { type: 'offers', id, attributes } })

  test('a subscription is monthly unless it says otherwise, and one that becomes a single payment has no terms', async () => {
    const monthly = await offer({ price_in_cents: 2_900, payment_type: 'subscription' })
    expect(monthly.data.attributes).toMatchObject({ interval: 'month', interval_count: 1, trial_days: null })
    const { id, attributes } = (
      await offer({
        price_in_cents: 24_000,
        payment_type: 'multipay',
        interval: 'year',
        payments_total: 3,
        trial_days: 7,
      })
    ).data
    expect(attributes).toMatchObject({ interval: 'year', payments_total: 3, trial_days: 7 })
    expect((await change(id, { payment_type: 'subscription' })).body.data.attributes).toMatchObject({
      interval: 'year',
      payments_total: null,
      trial_days: 7,
    })
    expect((await change(id, { payment_type: 'single' })).body.data.attributes).toMatchObject({
      interval: null,
      payments_total: null,
      trial_days: null,
      price_in_cents: 24_000,
    })
  })

  test.each([
    [{ interval: 'year' }, 'interval'],
    [{ interval_count: 2 }, 'interval_count'],
    [{ trial_days: 7 }, 'trial_days'],
    [{ payment_type: 'subscription', payments_total: 4 }, 'payments_total'],
    [{ payment_type: 'subscription', interval: null }, 'interval'],
  ])('what contradicts the payment type is 422: %j', async (attributes, name) => {
    const { errors } = await offer({ price_in_cents: 100, ...attributes })
    expect(errors[0]).toMatchObject({ status: '422', source: { pointer: `/data/attributes/${name}` } })
  })

  test('prices have the range of every currency', async () => {
    const { data } = await offer({ price_in_cents: 150_000_000_000, currency: 'idr' })
    expect(data.attributes).toMatchObject({
      price_in_cents: 150_000_000_000,
      currency: 'IDR',
      price_description: 'IDR\u00a01,500,000,000.00',
    })
  })
})
