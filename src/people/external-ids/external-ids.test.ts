import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer, offersBody, unique } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal } from '../../testing/refusals.ts'
import { findContactByExternalId } from './external-ids.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const document = (attributes: object) => ({ data: { type: 'contacts', attributes } })
const create = (attributes: object) =>
  h.client.post('/v1/contacts', document({ email: `someone${unique()}@example.com`, ...attributes }))
const update = (id: string, attributes: object) => h.client.patch(`/v1/contacts/${id}`, document(attributes))
const found = async (query: string) =>
  (await h.client.get(`/v1/contacts?${query}`)).body.data.map(({ id }: { id: string }) => id)

test('several systems each have an id for a contact; the first without a source is external_user_id', async () => {
  const ids = [
    { source: 'shopify', id: '42' },
    { source: null, id: 'u-1' },
    { source: 'zapier', id: '42' },
    { source: null, id: 'u-2' },
  ]
  const { status, body } = await create({ external_user_ids: [...ids, { source: ' Shopify ', id: 42 }] })
  expect(status).toBe(201)
  expect(body.data.attributes).toMatchObject({
    external_user_id: 'u-1',
    external_user_ids: [ids[1], ids[0], ids[2], ids[3]],
  })
  for (const id of ids)
    expect(await findContactByExternalId(h.app.db, h.account.siteId, id)).toBe(body.data.id)
  for (const value of ['u-1', 'u-2', 'shopify:42', 'ZAPIER:42'])
    expect(await found(`filter[external_user_id]=${value}`)).toEqual([body.data.id])
  expect(await found('filter[external_user_id_eq]=u-1')).toEqual([body.data.id])
  expect(await found('filter[external_user_id]=42')).toEqual([])
  expect(await found('filter[external_user_id_source]=shopify')).toEqual([body.data.id])
  expect(await found('filter[external_user_id_source]=stripe')).toEqual([])
})

test('external_user_id sets the id without a source, of a new contact too, and leaves the others', async () => {
  const crm = { source: 'crm', id: '7' }
  const { body } = await create({ external_user_id: 'first', external_user_ids: [crm] })
  const { id } = body.data
  const ids = async (attributes: object) =>
    (await update(id, attributes)).body.data.attributes.external_user_ids
  expect(body.data.attributes.external_user_ids).toEqual([{ source: null, id: 'first' }, crm])
  expect(await ids({ external_user_id: 'second' })).toEqual([{ source: null, id: 'second' }, crm])
  expect(await findContactByExternalId(h.app.db, h.account.siteId, { source: null, id: 'first' })).toBeNull()
  expect(await ids({ external_user_id: null })).toEqual([crm])
  expect(await ids({ external_user_ids: [] })).toEqual([])
})

test('an id is unique on its site for its source; the attribute that gives it is pointed at', async () => {
  const crm = [{ source: 'crm', id: 'taken' }]
  await create({ external_user_id: 'taken', external_user_ids: crm })
  const other = await makeContact(h.app, h.account.siteId)
  for (const { status, body } of [
    await create({ external_user_ids: crm }),
    await update(other, { external_user_ids: crm }),
  ])
    expect([status, body.errors[0].source.pointer]).toEqual([422, '/data/attributes/external_user_ids'])
  const { body } = await update(other, { external_user_id: 'taken' })
  expect(body.errors[0].source.pointer).toBe('/data/attributes/external_user_id')
  expect((await update(other, { external_user_ids: [{ source: 'stripe', id: 'taken' }] })).status).toBe(200)
})

test('the customer shows the ids of its contact; a change is recorded with the names of the attributes', async () => {
  const { id } = (await create({ external_user_ids: [{ source: 'crm', id: 'c-1' }] })).body.data
  const offer = await makeOffer(h.app, h.account.siteId)
  const granted = await h.client.post(`/v1/contacts/${id}/relationships/offers`, offersBody([offer]))
  await update(id, { external_user_ids: [{ source: 'crm', id: 'c-1' }] })
  await update(id, { external_user_ids: [{ source: 'crm', id: 'c-2' }] })
  await update(id, { external_user_id: 'u-7' })
  const customer = (await h.client.get(`/v1/customers/${granted.body.meta.customer_id}`)).body.data
  expect(customer.attributes).toMatchObject({
    external_user_id: 'u-7',
    external_user_ids: [
      { source: null, id: 'u-7' },
      { source: 'crm', id: 'c-2' },
    ],
  })
  const events = await h.app.db
    .selectFrom('events')
    .select('data')
    .where('contact_id', '=', id)
    .where('type', '=', 'contact_updated')
    .orderBy('id')
    .execute()
  expect(events.map(({ data }) => data)).toEqual([
    { changed: ['external_user_ids'] },
    { changed: ['external_user_id', 'external_user_ids'] },
  ])
})

test('of two attributes that say different things, the changed one counts; when both are, it is refused', async () => {
  const [one, other] = [`one${unique()}`, `other${unique()}`]
  const contradicting = { external_user_id: one, external_user_ids: [{ id: other }] }
  const pointer = '/data/attributes/external_user_id'
  await expectRefusal(h.app, () => create(contradicting), 422, { pointer })
  const { id } = (await create({ external_user_id: one })).body.data
  const shown = async (attributes: object) => (await update(id, attributes)).body.data.attributes
  expect(await shown(contradicting)).toMatchObject({
    external_user_id: other,
    external_user_ids: [{ source: null, id: other }],
  })
  const kept = { external_user_ids: [{ source: null, id: other }] }
  expect(await shown({ external_user_id: one, ...kept })).toMatchObject({ external_user_id: one })
  const changed = { external_user_id: 'third', external_user_ids: [{ id: other }] }
  await expectRefusal(h.app, () => update(id, changed), 422, { pointer })
  expect(await shown({ external_user_id: one, external_user_ids: [] })).toMatchObject({
    external_user_id: null,
    external_user_ids: [],
  })
})

test('the ids of a deleted contact are free', async () => {
  const external_user_ids = [{ source: 'crm', id: 'free' }]
  const { body } = await create({ external_user_ids })
  expect((await create({ external_user_ids })).status).toBe(422)
  await h.client.delete(`/v1/contacts/${body.data.id}`)
  expect((await create({ external_user_ids })).status).toBe(201)
})
