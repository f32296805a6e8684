/** What is specific to writing offers, products and sites; what they have in common is tested in records.test.ts. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAutomation } from '../testing/automations.ts'
import { makeAccount, makeContact, makeProduct, makeSite, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { expectRefusal } from '../testing/refusals.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const linkage = (ids: string[]) => ({ products: { data: ids.map((id) => ({ type: 'products', id })) } })
const offer = (attributes: object, productIds?: string[]) => ({
  data: { type: 'offers', attributes, ...(productIds && { relationships: linkage(productIds) }) },
})
const createOffer = async (attributes: object = {}, productIds?: string[]): Promise<string> => {
  const { status, body } = await h.client.post(
    '/v1/offers',
    offer({ title: 'Course', ...attributes }, productIds),
  )
  expect(status).toBe(201)
  return body.data.id
}
const productsOf = async (id: string): Promise<string[]> =>
  (await h.client.get(`/v1/offers/${id}/relationships/products`)).body.data.map(
    (each: { id: string }) => each.id,
  )
const codeOf = async (request: () => Promise<{ status: number; body: { errors: { code: string }[] } }>) => {
  const { status, body } = await request()
  return [status, body.errors[0]!.code]
}

test('an offer created over the API is granted with its access limit', async () => {
  const id = await createOffer({ access_days: 30 }, [await makeProduct(h.app, h.account.siteId)])
  const contactId = await makeContact(h.app, h.account.siteId)
  const path = `/v1/contacts/${contactId}/relationships/offers`
  expect((await h.client.post(path, offersBody([id]))).status).toBe(200)
  const grant = (await h.client.get(`/v1/grants?filter[contact_id]=${contactId}`)).body.data[0].attributes
  expect(Date.parse(grant.expires_at) - Date.parse(grant.starts_at)).toBe(30 * 86_400_000)
})

test('the products of an offer keep their order, and can be replaced only by products of the site', async () => {
  const [one, two, three] = await Promise.all([1, 2, 3].map(() => makeProduct(h.app, h.account.siteId)))
  const stranger = await makeAccount(h.app)
  const foreign = await makeProduct(h.app, stranger.siteId)
  const id = await createOffer({}, [two!, one!])
  expect(await productsOf(id)).toEqual([two, one])
  const set = (ids: string[]) => h.client.patch(`/v1/offers/${id}`, offer({}, ids))
  expect((await set([three!, two!])).status).toBe(200)
  expect(await productsOf(id)).toEqual([three, two])
  await expectRefusal(h.app, () => set([one!, foreign]), 404, {
    pointer: '/data/relationships/products/data/1',
  })
  expect(await productsOf(id)).toEqual([three, two])
  expect((await set([])).status).toBe(200)
  expect(await productsOf(id)).toEqual([])
})

test('the payment type follows from the price; one that contradicts it is 422', async () => {
  const typeOf = async (request: ReturnType<typeof h.client.get>) =>
    (await request).body.data.attributes.payment_type
  const free = await createOffer()
  expect(await typeOf(h.client.get(`/v1/offers/${free}`))).toBe('free')
  const change = (attributes: object) => h.client.patch(`/v1/offers/${free}`, offer(attributes))
  expect(await typeOf(change({ price_in_cents: 500 }))).toBe('single')
  expect(await typeOf(change({ payment_type: 'subscription' }))).toBe('subscription')
  expect(await typeOf(change({ price_in_cents: 900 }))).toBe('subscription')
  const source = { pointer: '/data/attributes/payment_type' }
  await expectRefusal(h.app, () => change({ payment_type: 'free' }), 422, source)
  expect(await typeOf(change({ price_in_cents: 0 }))).toBe('free')
})

test('an archived offer cannot be granted, and customers who hold it keep it', async () => {
  const id = await createOffer()
  const holder = await makeContact(h.app, h.account.siteId)
  const path = `/v1/contacts/${holder}/relationships/offers`
  await h.client.post(path, offersBody([id]))
  expect((await h.client.delete(`/v1/offers/${id}`)).status).toBe(200)
  expect((await h.client.get(path)).body.data).toEqual([{ type: 'offers', id }])
  const other = await makeContact(h.app, h.account.siteId)
  await expectRefusal(
    h.app,
    () => h.client.post(`/v1/contacts/${other}/relationships/offers`, offersBody([id])),
    404,
    {
      pointer: '/data/0',
    },
  )
})

test('resources in use cannot be archived: a product by an offer, an offer by an automation', async () => {
  const product = await makeProduct(h.app, h.account.siteId)
  const id = await createOffer({}, [product])
  await makeAutomation(h.app, h.account.siteId, {
    trigger: { event: 'offer_granted', resource_id: id },
    actions: [{ action: 'stop' }],
  })
  expect(await codeOf(() => h.client.delete(`/v1/products/${product}`))).toEqual([422, 'in_use'])
  expect(await codeOf(() => h.client.delete(`/v1/offers/${id}`))).toEqual([422, 'in_use'])
  expect(
    (await h.client.get('/v1/products?page[size]=500')).body.data.map((each: { id: string }) => each.id),
  ).toContain(product)
})

test('a site can be archived when no customer holds an offer and another site exists; then it is not found until it is restored', async () => {
  const account = await makeAccount(h.app)
  const client = h.clientWith(account.token)
  expect(await codeOf(() => client.delete(`/v1/sites/${account.siteId}`))).toEqual([422, 'only_site'])
  const other = await makeSite(h.app, account)
  const { id } = (
    await client.post('/v1/offers', {
      data: {
        type: 'offers',
        attributes: { title: 'Course' },
        relationships: { site: { data: { type: 'sites', id: other } } },
      },
    })
  ).body.data
  const contactId = await makeContact(h.app, other)
  await client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([id]))
  expect(await codeOf(() => client.delete(`/v1/sites/${other}`))).toEqual([422, 'in_use'])
  await client.delete(`/v1/contacts/${contactId}/relationships/offers`, offersBody([id]))
  expect((await client.delete(`/v1/sites/${other}`)).status).toBe(200)
  await expectRefusal(h.app, () => client.get(`/v1/sites/${other}`), 404)
  await expectRefusal(h.app, () => client.get(`/v1/offers/${id}`), 404)
  const unarchived = { data: { type: 'sites', attributes: { archived: false, title: 'Open again' } } }
  const stranger = h.clientWith((await makeAccount(h.app)).token)
  await expectRefusal(h.app, () => stranger.patch(`/v1/sites/${other}`, unarchived), 404)
  const { status, body, headers } = await client.patch(`/v1/sites/${other}`, unarchived)
  expect([status, body.data.attributes.title, headers.get('warning')]).toEqual([200, 'Open again', null])
  expect((await client.get(`/v1/offers/${id}`)).status).toBe(200)
})

test('another account may choose the same id, except for sites', async () => {
  const body = { data: { type: 'products', id: '2147540333', attributes: { title: 'Course' } } }
  const stranger = h.clientWith((await makeAccount(h.app)).token)
  for (const client of [h.client, stranger])
    expect((await client.post('/v1/products', body)).status).toBe(201)
  await expectRefusal(h.app, () => h.client.post('/v1/products', body), 409, { pointer: '/data/id' })
})
