import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeContact, makeOffer, makeProduct, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
let path: string
let contactId: string
beforeAll(async () => {
  h = await startHarness()
  const { siteId } = h.account
  const offers = []
  for (const [title, internal_title] of [
    ['Watercolour', 'Spring'],
    ['Oil', 'Autumn'],
    ['Ink', 'Spring'],
  ] as const) {
    const id = await makeOffer(h.app, siteId, {
      productIds: [await makeProduct(h.app, siteId, `${title} course`)],
    })
    await h.app.db.updateTable('offers').set({ title, internal_title }).where('id', '=', id).execute()
    offers.push(id)
  }
  contactId = await makeContact(h.app, siteId)
  const granted = await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody(offers))
  path = `/v1/customers/${granted.body.meta.customer_id}`
})
afterAll(() => h.close())

interface Titled {
  type: string
  attributes: { title: string }
}
const titles = (body: { included: Titled[] }) => body.included.map(({ attributes }) => attributes.title)

describe('the included resources of a customer can be searched and paged', () => {
  test.each([
    ['include=offers&filter[offers_per]=1', ['Watercolour']],
    ['include=offers&filter[offers_per]=1&filter[offers_page]=2', ['Oil']],
    ['include=offers&filter[offers_per]=2&filter[offers_page]=2', ['Ink']],
    ['include=offers&filter[offers_page]=2', []],
    ['include=offers&filter[offers_search]=SPRING', ['Watercolour', 'Ink']],
    ['include=offers&filter[offers_search]=oil', ['Oil']],
    ['include=offers&filter[offers_search]=spring&filter[offers_per]=1&filter[offers_page]=2', ['Ink']],
    ['include=offers&filter[offers_search]=%25', []],
    ['include=products&filter[products_search]=ink', ['Ink course']],
    ['include=products&filter[products_per]=1&filter[products_page]=3', ['Ink course']],
    [
      'include=offers,products&filter[offers_per]=1&filter[products_search]=oil',
      ['Watercolour', 'Oil course'],
    ],
    ['include=offers&filter[offers_search]=', ['Watercolour', 'Oil', 'Ink']],
  ])('%s', async (parameters, expected) => {
    const { status, headers, body } = await h.client.get(`${path}?${parameters}`)
    expect([status, headers.get('warning')]).toEqual([200, null])
    expect(titles(body)).toEqual(expected)
    // The relationship still lists all held offers.
    expect(body.data.relationships.offers.data).toHaveLength(3)
  })

  test.each([
    ['offers_per', '0'],
    ['offers_per', '501'],
    ['products_page', 'two'],
  ])('filter[%s]=%s is 400', async (filter, value) => {
    const parameter = `filter[${filter}]`
    const { status, body } = await h.client.get(`${path}?include=offers,products&${parameter}=${value}`)
    expect([status, body.errors[0].source]).toEqual([400, { parameter }])
  })

  test('a Warning reports filters of relationships that are not included', async () => {
    const { headers } = await h.client.get(`${path}?filter[offers_per]=1`)
    expect(headers.get('warning')).toContain('include=offers')
  })

  test('these filters are unknown elsewhere', async () => {
    for (const elsewhere of [`/v1/contacts/${contactId}`, '/v1/customers']) {
      const { headers } = await h.client.get(`${elsewhere}?include=offers&filter[offers_per]=1`)
      expect(headers.get('warning')).toContain('filter[offers_per]')
    }
  })
})

test('a resource is shown in the same way wherever it is included', async () => {
  const { siteId } = h.account
  const listed = async (list: string) =>
    Object.fromEntries(
      (await h.client.get(`/v1/${list}?filter[site_id]=${siteId}&page[size]=500`)).body.data.map(
        (one: Titled & { id: string }) => [`${one.type} ${one.id}`, one],
      ),
    )
  const shown = Object.assign(
    {},
    ...(await Promise.all(['contacts', 'customers', 'offers', 'products', 'sites'].map(listed))),
  )
  for (const [from, include] of [
    [path, 'contact,offers,products,site'],
    [path, 'contact.customer'],
    ['/v1/customers', 'contact,offers,products,site'],
    [`/v1/contacts/${contactId}`, 'customer,offers,tags,site'],
    ['/v1/contacts', 'customer,offers,tags,site'],
    ['/v1/grants', 'customer,offer,site'],
  ]) {
    const { body } = await h.client.get(`${from}?include=${include}`)
    expect(body.included.length).toBeGreaterThan(0)
    for (const one of body.included) expect([from, one]).toEqual([from, shown[`${one.type} ${one.id}`]])
  }
})
