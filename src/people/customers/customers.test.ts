import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer, makeProduct, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
let offerId: string
let productId: string
beforeAll(async () => {
  h = await startHarness()
  productId = await makeProduct(h.app, h.account.siteId)
  offerId = await makeOffer(h.app, h.account.siteId, { productIds: [productId] })
})
afterAll(() => h.close())

async function makeCustomer(name: string, revenue = '0') {
  const contactId = await makeContact(h.app, h.account.siteId, { name })
  const { body } = await h.client.post(
    `/v1/contacts/${contactId}/relationships/offers`,
    offersBody([offerId]),
  )
  const id: string = body.meta.customer_id
  await h.app.db.updateTable('customers').set({ net_revenue: revenue }).where('id', '=', id).execute()
  return { id, contactId }
}

test('a contact without grants is not a customer', async () => {
  const id = await makeContact(h.app, h.account.siteId, { name: 'Nobody yet' })
  expect((await h.client.get('/v1/customers?filter[search]=nobody')).body.data).toEqual([])
  expect(
    (await h.client.get(`/v1/contacts/${id}?include=customer`)).body.data.relationships.customer.data,
  ).toBe(null)
})

test('a customer is shown with contact, offers and products, and a link to its contact', async () => {
  const { id, contactId } = await makeCustomer('Ada')
  const { body } = await h.client.get(`/v1/customers/${id}`)
  expect(body.data).toMatchObject({
    type: 'customers',
    attributes: {
      name: 'Ada',
      net_revenue: '0.0',
      sign_in_count: 0,
      socials: { twitter: null, facebook: null, instagram: null },
    },
    relationships: {
      contact: { data: { type: 'contacts', id: contactId } },
      offers: { data: [{ type: 'offers', id: offerId }] },
      products: { data: [{ type: 'products', id: productId }] },
      site: { data: { type: 'sites', id: h.account.siteId } },
    },
    links: { self: `${h.url}/v1/customers/${id}`, contact: `${h.url}/v1/contacts/${contactId}` },
  })
})

test('an offer whose access begins later is held, and its products appear when it begins', async () => {
  const { id, contactId } = await makeCustomer('Early')
  const later = await makeProduct(h.app, h.account.siteId)
  const access_begins_at = new Date(Date.now() + 86_400_000)
  const preorder = await makeOffer(h.app, h.account.siteId, { access_begins_at, productIds: [later] })
  await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([preorder]))
  const { offers, products } = (await h.client.get(`/v1/customers/${id}`)).body.data.relationships
  expect(offers.data).toContainEqual({ type: 'offers', id: preorder })
  expect(products.data).not.toContainEqual({ type: 'products', id: later })
})

test.each([
  ['0', '0.0'],
  ['149.50', '149.5'],
  ['149.99', '149.99'],
  ['1000', '1000.0'],
])('a revenue of %s reads %s', async (revenue, text) => {
  const { id } = await makeCustomer('Rich', revenue)
  expect((await h.client.get(`/v1/customers/${id}`)).body.data.attributes.net_revenue).toBe(text)
})

test.each(['name', 'email', 'created_at', 'net_revenue'])(
  'customers are sorted by %s in both directions',
  async (sort) => {
    await makeCustomer('Aaa', '7')
    await makeCustomer('Zzz', '3')
    const list = async (order: string) => {
      const { body } = await h.client.get(`/v1/customers?sort=${order}&fields[customers]=${sort}`)
      return body.data.map(({ attributes }: { attributes: Record<string, string> }) => attributes[sort])
    }
    const ascending = await list(sort)
    expect(new Set(ascending).size).toBeGreaterThan(1)
    expect(await list(`-${sort}`)).toEqual(ascending.toReversed())
  },
)
