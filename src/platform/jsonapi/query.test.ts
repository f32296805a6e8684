import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeContact, makeOffer, makeProduct, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
let contactId: string
let customerId: string
let offerId: string
let productId: string
let tagId: string

beforeAll(async () => {
  h = await startHarness()
  const { siteId: site_id } = h.account
  productId = await makeProduct(h.app, site_id)
  offerId = await makeOffer(h.app, site_id, { productIds: [productId] })
  contactId = await makeContact(h.app, site_id, { name: 'Ada', email: 'ada@example.com' })
  await makeContact(h.app, site_id, { name: 'Bob', email: 'bob@example.com' })
  const granted = await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
  customerId = granted.body.meta.customer_id
  const now = new Date()
  const tag = await h.app.db
    .insertInto('contact_tags')
    .values({ site_id, name: 'VIP', created_at: now, updated_at: now })
    .returning('id')
    .executeTakeFirstOrThrow()
  tagId = tag.id
  const tagging = { site_id, contact_id: contactId, tag_id: tagId, tagged_at: now, tagged_by: 'test' }
  await h.app.db.insertInto('taggings').values(tagging).execute()
})
afterAll(() => h.close())

const names = (body: { data: { attributes: { name: string } }[] }) =>
  body.data.map(({ attributes }) => attributes.name)

interface Named {
  type: string
  id: string
}
const included = (body: { included: Named[] }) => body.included.map(({ type, id }) => `${type} ${id}`).sort()

describe('sparse fields', () => {
  test.each(['/v1/contacts', '/v1/contacts/ID'])('only the asked attributes are shown: %s', async (path) => {
    const { body } = await h.client.get(`${path.replace('ID', contactId)}?fields[contacts]=email,name`)
    const contact = [body.data].flat().at(-1)
    expect(contact.attributes).toEqual({ name: 'Ada', email: 'ada@example.com' })
    expect(contact.relationships.tags.data).toEqual([{ type: 'contact_tags', id: tagId }])
  })

  test('apply to included resources too', async () => {
    const { body } = await h.client.get(`/v1/contacts/${contactId}?include=offers,site&fields[offers]=title`)
    const [offer, site] = [body.included.find(is('offers')), body.included.find(is('sites'))]
    expect(Object.keys(offer.attributes)).toEqual(['title'])
    expect(Object.keys(site.attributes)).toContain('subdomain')
  })

  test('an empty list of fields returns none', async () => {
    const { body } = await h.client.get(`/v1/contacts/${contactId}?fields[contacts]=`)
    expect(body.data.attributes).toEqual({})
  })
})

const is = (type: string) => (resource: Named) => resource.type === type

test('the self link of a single resource keeps its parameters, like that of a list', async () => {
  const path = `/v1/contacts/${contactId}?include=site&fields%5Bsites%5D=title`
  const { body } = await h.client.get(path)
  expect(decodeURIComponent(body.links.self)).toBe(decodeURIComponent(h.url + path))
  expect((await h.client.get(body.links.self.slice(h.url.length))).body).toEqual(body)
})

describe('includes', () => {
  const everything = () =>
    [
      `contact_tags ${tagId}`,
      `customers ${customerId}`,
      `offers ${offerId}`,
      `sites ${h.account.siteId}`,
    ].sort()

  test.each(['/v1/contacts', '/v1/contacts/ID'])('all of a contact: %s', async (path) => {
    const { body } = await h.client.get(`${path.replace('ID', contactId)}?include=customer,offers,tags,site`)
    expect(included(body)).toEqual(everything())
    const { relationships } = [body.data].flat().at(-1)
    expect(relationships.customer.data).toEqual({ type: 'customers', id: customerId })
    expect(relationships.offers.data).toEqual([{ type: 'offers', id: offerId }])
  })

  test('all relationships of a customer', async () => {
    const { body } = await h.client.get(`/v1/customers/${customerId}?include=contact,offers,products,site`)
    expect(included(body)).toEqual(
      [
        `contacts ${contactId}`,
        `offers ${offerId}`,
        `products ${productId}`,
        `sites ${h.account.siteId}`,
      ].sort(),
    )
  })

  test('nested includes contain every resource on the path', async () => {
    const { body } = await h.client.get(`/v1/contacts/${contactId}?include=customer.offers.products`)
    expect(included(body)).toEqual([`customers ${customerId}`, `offers ${offerId}`, `products ${productId}`])
    const customer = body.included.find(is('customers'))
    expect(customer.relationships.offers.data).toEqual([{ type: 'offers', id: offerId }])
  })

  test('each resource is included once, and never one that is in data', async () => {
    const { body } = await h.client.get('/v1/contacts?include=site,customer.site,customer.contact')
    expect(included(body)).toEqual([`customers ${customerId}`, `sites ${h.account.siteId}`])
  })

  test('nothing is included without a request, and the list is empty when nothing matches', async () => {
    for (const path of ['/v1/contacts', `/v1/contacts/${contactId}`])
      expect((await h.client.get(`${path}?include=`)).body.included).toEqual([])
    expect('included' in (await h.client.get('/v1/contacts')).body).toBe(false)
    expect(
      (await h.client.get('/v1/contacts?filter[email]=bob@example.com&include=offers')).body.included,
    ).toEqual([])
  })

  test('includes can be three relationships deep, and a Warning reports deeper ones', async () => {
    const { body, headers } = await h.client.get(
      `/v1/contacts/${contactId}?include=customer.contact.customer.offers`,
    )
    expect(headers.get('warning')).toContain('3 relationships')
    expect(included(body)).toEqual([`customers ${customerId}`])
  })

  test('relationships shown by default: tags in lists, offers on single contacts only', async () => {
    const inList = (await h.client.get('/v1/contacts')).body.data.at(-1).relationships
    expect(inList.tags.data).toEqual([{ type: 'contact_tags', id: tagId }])
    expect(inList.offers).toEqual({
      links: { self: `${h.url}/v1/contacts/${contactId}/relationships/offers` },
    })
    const single = (await h.client.get(`/v1/contacts/${contactId}`)).body.data.relationships
    expect(single.offers.data).toEqual([{ type: 'offers', id: offerId }])
  })
})

describe('sorting', () => {
  test.each([
    ['name', ['Ada', 'Bob']],
    ['-name', ['Bob', 'Ada']],
    ['email', ['Ada', 'Bob']],
    ['-email', ['Bob', 'Ada']],
    ['created_at', ['Ada', 'Bob']],
    ['-created_at', ['Bob', 'Ada']],
    ['-name, created_at', ['Bob', 'Ada']],
    ['', ['Bob', 'Ada']],
    ['id', ['Ada', 'Bob']],
    ['-id', ['Bob', 'Ada']],
    ['updated_at', ['Ada', 'Bob']],
    ['+name', null],
    ['--name', null],
    ['constructor', null],
    ['__proto__', null],
    ['name;drop table contacts', null],
  ])('sort=%s', async (sort, expected) => {
    const { status, body } = await h.client.get(`/v1/contacts?sort=${encodeURIComponent(sort)}`)
    if (expected) expect(names(body)).toEqual(expected)
    else
      expect({ status, source: body.errors[0].source }).toEqual({
        status: 400,
        source: { parameter: 'sort' },
      })
  })

  test('an invalid sort is refused, and the error lists the valid ones', async () => {
    const { body } = await h.client.get('/v1/offers?sort=price')
    expect(body.errors[0].detail).toContain('title, price_in_cents, created_at')
  })
})

describe('parameters', () => {
  test.each([
    ['twice: the last wins', 'filter[name_contains]=Ada&filter[name_contains]=Bob'],
    ['twice, once encoded', 'filter[name_contains]=Ada&filter%5Bname_contains%5D=Bob'],
    ['with encoded brackets', 'filter%5Bname_contains%5D=Bob'],
    ['with half encoded brackets', 'filter[name_contains%5D=Bob'],
    ['with encoded values', 'filter[name_contains]=%42ob'],
  ])('%s', async (_, parameters) => {
    const { body, headers } = await h.client.get(`/v1/contacts?${parameters}`)
    expect(names(body)).toEqual(['Bob'])
    expect(headers.get('warning')).toBe(null)
  })

  test('page[size] twice: the last wins', async () => {
    const { body } = await h.client.get('/v1/contacts?page[size]=1&page[size]=2')
    expect(body.data).toHaveLength(2)
  })

  test.each([
    ['limit=1', 'limit'],
    ['per_page=1', 'per_page'],
    ['page=2', 'page'],
    ['filter[colour]=red', 'filter[colour]'],
    ['filter[constructor]=1', 'filter[constructor]'],
    ['filter[__proto__]=1', 'filter[__proto__]'],
    ['include=orders', 'orders'],
    ['include=constructor', 'constructor'],
    ['include=customer.nothing', 'nothing'],
    ['fields[contacts]=email,shoe_size', 'shoe_size'],
    ['fields[nothing]=x', 'fields[nothing]'],
    ['fields[__proto__]=x', 'fields[__proto__]'],
  ])('unknown parameters are ignored and reported in a Warning: %s', async (parameters, reported) => {
    const { status, headers, body } = await h.client.get(`/v1/contacts?${parameters}`)
    expect({ status, count: body.data.length }).toEqual({ status: 200, count: 2 })
    expect(headers.get('warning')).toMatch(/^299 - "[^"]*"$/)
    expect(headers.get('warning')).toContain(reported)
  })

  test('a Warning cannot be used to write headers', async () => {
    const name = encodeURIComponent('a"\r\nSet-Cookie: x=1\\é')
    const { headers } = await h.client.get(`/v1/contacts?${name}=1`)
    expect(headers.get('set-cookie')).toBe(null)
    expect(headers.get('warning')).toMatch(/^299 - "[ !#-[\]-~]*"$/)
  })

  test('filter[site_id] is ignored for a single resource and a relationship, also with an invalid value', async () => {
    for (const path of [
      `/v1/contacts/${contactId}`,
      `/v1/offers/${offerId}`,
      `/v1/customers/${customerId}`,
      `/v1/contacts/${contactId}/relationships/offers`,
      `/v1/offers/${offerId}/relationships/products`,
      `/v1/sites`,
    ]) {
      const { status, headers } = await h.client.get(`${path}?filter[site_id]=${h.account.siteId}`)
      expect([path, status, path.endsWith('sites') ? null : headers.get('warning')]).toEqual([
        path,
        200,
        null,
      ])
    }
    expect((await h.client.get(`/v1/contacts/${contactId}?filter[site_id]=999`)).status).toBe(200)
  })

  test('other unknown parameters of single resources and relationships are reported', async () => {
    for (const path of [`/v1/contacts/${contactId}`, `/v1/contacts/${contactId}/relationships/offers`]) {
      expect((await h.client.get(`${path}?page[size]=5`)).headers.get('warning')).toContain('page[size]')
    }
  })

  test.each([
    '/v1/contacts?filter[search]=%00',
    '/v1/contacts?filter[email]=a%00',
    '/v1/offers?filter[title_cont]=%00',
  ])('a zero byte in a filter is refused: %s', async (path) => {
    const { status, body } = await h.client.get(path)
    expect(status).toBe(400)
    expect(body.errors[0].source.parameter).toMatch(/^filter\[/)
  })
})

test('times are ISO 8601 in UTC with milliseconds, ids are strings of digits', async () => {
  const { body } = await h.client.get(`/v1/contacts/${contactId}`)
  expect(body.data.attributes.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  expect(body.data.id).toMatch(/^[1-9]\d*$/)
})
