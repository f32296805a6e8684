import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAccount, makeOffer, makeProduct, makeSite } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { describePrice } from './offers.resource.ts'

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
    checkout_url: `${h.url}/offers/${token}`,
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
    [{ cents: 0, currency: 'USD', type: 'free' }, 'Free'],
  ] as const)('%j', (price, words) => {
    expect(describePrice(price)).toBe(words)
  })
})
