import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer, makeProduct, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
let course: string
let community: string
beforeAll(async () => {
  h = await startHarness()
  course = await makeProduct(h.app, h.account.siteId, 'Watercolour')
  community = await makeProduct(h.app, h.account.siteId, 'Studio')
  const change = {
    product_type_name: 'Community',
    product_type_id: '4',
    class_name: 'Communities::Room',
    status: 'draft',
    description: 'A lounge',
  }
  await h.app.db.updateTable('products').set(change).where('id', '=', community).execute()
})
afterAll(() => h.close())

const ids = (body: { data: { id: string }[] }) => body.data.map(({ id }) => id)

test('a product is listed and shown, with its site', async () => {
  const { body } = await h.client.get(`/v1/products/${community}?include=site`)
  expect(body.data.attributes).toMatchObject({
    title: 'Studio',
    product_type_name: 'Community',
    product_type_id: 4,
  })
  expect(body.included).toHaveLength(1)
  expect((await h.client.get('/v1/products')).body.data[0]).toEqual(body.data)
})

test('the members of a product are counted, each once, while they hold it', async () => {
  const offers = [1, 2].map(() => makeOffer(h.app, h.account.siteId, { productIds: [course] }))
  const body = offersBody(await Promise.all(offers))
  const contacts = [1, 2].map(() => makeContact(h.app, h.account.siteId))
  for (const id of await Promise.all(contacts))
    await h.client.post(`/v1/contacts/${id}/relationships/offers`, body)
  const count = async () =>
    (await h.client.get(`/v1/products/${course}`)).body.data.attributes.members_aggregate_count
  expect(await count()).toBe(2)
  await h.client.delete(`/v1/contacts/${await contacts[0]}/relationships/offers`, body)
  expect(await count()).toBe(1)
})

test.each([
  ['filter[title_cont]=COLOUR', ['course']],
  ['filter[description_cont]=lounge', ['community']],
  ['filter[status_eq]=draft', ['community']],
  ['filter[status_eq]=dra', []],
  ['filter[exclude_product_types]=Course', ['community']],
  ['filter[exclude_product_types]=Community', ['community', 'course']],
  // The class, not the displayed name.
  ['filter[exclude_product_types]=Communities::Room', ['course']],
  ['filter[exclude_product_types][]=Communities::Room', ['course']],
  ['filter[exclude_product_types][]=Course&filter[exclude_product_types][]=Communities::Room', []],
  ['filter[exclude_product_types]=Courses::CohortCourse', ['community', 'course']],
  ['sort=title', ['community', 'course']],
  ['sort=-title', ['course', 'community']],
  ['sort=status', ['community', 'course']],
  ['sort=-created_at', ['community', 'course']],
  ['sort=created_at', ['course', 'community']],
])('%s', async (parameters, expected) => {
  const named: Record<string, string> = { course, community }
  const { body, headers } = await h.client.get(`/v1/products?${parameters}`)
  expect(ids(body)).toEqual(expected.map((name) => named[name]))
  expect(headers.get('warning')).toBe(null)
})
