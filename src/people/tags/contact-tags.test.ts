import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAccount, makeContact, makeKey, makeSite } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal, statusAt } from '../../testing/refusals.ts'

let h: Harness
let count = 0
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const document = (attributes: object, more: object = {}) => ({
  data: { type: 'contact_tags', attributes, ...more },
})
const newName = () => `Tag ${++count}`
const create = async (name = newName()): Promise<string> =>
  (await h.client.post('/v1/contact_tags', document({ name }))).body.data.id
const rename = (id: string, name: unknown) => h.client.patch(`/v1/contact_tags/${id}`, document({ name }))
const archive = (id: string) => h.client.delete(`/v1/contact_tags/${id}`)
const names = (body: { data: { attributes: { name: string } }[] }) =>
  body.data.map(({ attributes }) => attributes.name)

describe('GET /v1/contact_tags', () => {
  test('returns the attributes that Kajabi has, by name, without archived tags', async () => {
    const account = await makeAccount(h.app)
    const client = h.clientWith(account.token)
    const ids: string[] = []
    for (const name of ['webinar', 'VIP', '100% sure']) {
      ids.push((await client.post('/v1/contact_tags', document({ name }))).body.data.id)
    }
    await client.delete(`/v1/contact_tags/${ids[0]}`)
    const { body } = await client.get('/v1/contact_tags')
    expect(body.data[1]).toEqual({
      id: ids[1],
      type: 'contact_tags',
      attributes: { name: 'VIP', archived: false },
      relationships: { site: { data: { id: account.siteId, type: 'sites' } } },
      links: { self: `${h.url}/v1/contact_tags/${ids[1]}` },
    })
    expect(names(body)).toEqual(['100% sure', 'VIP'])
    expect(names((await client.get('/v1/contact_tags?sort=-name')).body)).toEqual(['VIP', '100% sure'])
    expect(names((await client.get('/v1/contact_tags?filter[name_cont]=vi')).body)).toEqual(['VIP'])
    expect(names((await client.get('/v1/contact_tags?filter[name_cont]=%25')).body)).toEqual(['100% sure'])
  })

  test('shows how many contacts have a tag when that is asked for', async () => {
    const account = await makeAccount(h.app)
    const client = h.clientWith(account.token)
    const tags = ['Used', 'Unused'].map((name) => client.post('/v1/contact_tags', document({ name })))
    const [used, unused] = (await Promise.all(tags)).map(({ body }) => body.data.id as string)
    for (const contact of [
      await makeContact(h.app, account.siteId),
      await makeContact(h.app, account.siteId),
    ])
      await client.post(`/v1/contacts/${contact}/relationships/tags`, {
        data: [{ type: 'contact_tags', id: used }],
      })
    const fields = 'fields[contact_tags]=name,contacts_count'
    const { body } = await client.get(`/v1/contact_tags?${fields}`)
    const counts = body.data.map(({ id, attributes }: { id: string; attributes: object }) => [id, attributes])
    expect(counts).toEqual([
      [unused, { name: 'Unused', contacts_count: 0 }],
      [used, { name: 'Used', contacts_count: 2 }],
    ])
    expect((await client.get(`/v1/contact_tags/${used}?${fields}`)).body.data.attributes).toEqual({
      name: 'Used',
      contacts_count: 2,
    })
  })

  test('can be filtered by site, and needs none with several sites', async () => {
    const account = await makeAccount(h.app)
    const client = h.clientWith(account.token)
    const id = await makeSite(h.app, account)
    for (const site of [account.siteId, id]) {
      const relationships = { site: { data: { type: 'sites', id: site } } }
      const { status } = await client.post('/v1/contact_tags', document({ name: 'VIP' }, { relationships }))
      expect(status).toBe(201)
    }
    expect((await client.get('/v1/contact_tags')).body.data).toHaveLength(2)
    expect((await client.get(`/v1/contact_tags?filter[site_id]=${id}`)).body.data).toHaveLength(1)
    await expectRefusal(h.app, () => client.post('/v1/contact_tags', document({ name: 'Other' })), 400, {
      pointer: '/data',
    })
  })
})

describe('creating and renaming a tag', () => {
  test('returns the tag and its location', async () => {
    const { status, headers, body } = await h.client.post('/v1/contact_tags', document({ name: ' Early ' }))
    expect([status, body.data.attributes]).toEqual([201, { name: 'Early', archived: false }])
    expect(headers.get('location')).toBe(`${h.url}/v1/contact_tags/${body.data.id}`)
    expect((await h.client.get(`/v1/contact_tags/${body.data.id}`)).body).toEqual(body)
    expect((await rename(body.data.id, 'Late')).body.data.attributes).toMatchObject({ name: 'Late' })
    const unchanged = await h.client.patch(`/v1/contact_tags/${body.data.id}`, document({}))
    expect(unchanged.body.data.attributes).toMatchObject({ name: 'Late' })
  })

  test('the name of another tag is taken in any case; its own name is not, nor that of an archived tag', async () => {
    const [name, other] = [newName(), await create()]
    const id = await create(name)
    const pointer = '/data/attributes/name'
    for (const send of [
      () => h.client.post('/v1/contact_tags', document({ name: name.toUpperCase() })),
      () => rename(other, name.toLowerCase()),
    ]) {
      const { body } = await expectRefusal(h.app, send, 422, { pointer })
      expect(body.errors[0]).toMatchObject({ code: 'taken', detail: 'Name has already been taken' })
    }
    expect((await rename(id, name.toUpperCase())).status).toBe(200)
    await archive(id)
    expect((await rename(other, name)).status).toBe(200)
  })

  test('of ten concurrent requests with one name, one creates the tag and nine get "taken"', async () => {
    const name = newName()
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => h.client.post('/v1/contact_tags', document({ name }))),
    )
    expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(422)])
  })

  test.each([null, '', '  ', 5, {}, 'x'.repeat(256)])('the name %j is refused', async (name) => {
    const pointer = '/data/attributes/name'
    await expectRefusal(h.app, () => h.client.post('/v1/contact_tags', document({ name })), 422, { pointer })
    const id = await create()
    await expectRefusal(h.app, () => rename(id, name), 422, { pointer })
  })

  test('a missing name is reported at the attributes', async () => {
    const send = () => h.client.post('/v1/contact_tags', document({}))
    await expectRefusal(h.app, send, 422, { pointer: '/data/attributes' })
  })

  test.each([
    ['no data', {}, ''],
    ['a list as data', { data: [] }, '/data'],
    ['another type', { data: { type: 'tags', attributes: {} } }, '/data/type'],
    ['no attributes', { data: { type: 'contact_tags' } }, '/data'],
    ['a zero byte', document({ name: 'a\0b' }), '/data/attributes/name'],
  ])('%s is refused with a pointer', async (_, body, pointer) => {
    await expectRefusal(h.app, () => h.client.post('/v1/contact_tags', body), statusAt(pointer), { pointer })
  })

  test('other attributes are ignored and reported; a document with another id is refused', async () => {
    const created = await h.client.post('/v1/contact_tags', document({ name: newName(), color: 'red' }))
    expect([created.status, created.headers.get('warning')]).toEqual([201, expect.stringContaining('color')])
    const { id } = created.body.data
    const send = () => h.client.patch(`/v1/contact_tags/${id}`, document({ name: 'x' }, { id: '1' }))
    await expectRefusal(h.app, send, 409, { pointer: '/data/id' })
  })
})

describe('archiving a tag', () => {
  test('hides it from contacts and filters; it can still be read by id, but not changed', async () => {
    const id = await create()
    const contactId = await makeContact(h.app, h.account.siteId)
    const path = `/v1/contacts/${contactId}/relationships/tags`
    await h.client.post(path, { data: [{ type: 'contact_tags', id }] })
    const found = async (filter: string) =>
      (await h.client.get(`/v1/contacts?filter[${filter}]=${id}`)).body.data.length
    expect([await found('has_tag_id'), await found('has_all_tag_id')]).toEqual([1, 1])

    const { status, body } = await archive(id)
    expect([status, body]).toEqual([200, { data: {} }])
    expect([await found('has_tag_id'), await found('has_all_tag_id'), await found('has_no_tag_id')]).toEqual([
      0, 0, 1,
    ])
    const contact = (await h.client.get(`/v1/contacts/${contactId}?include=tags`)).body
    expect([contact.data.relationships.tags.data, contact.included]).toEqual([[], []])
    expect((await h.client.get(path)).body.data).toEqual([])
    expect((await h.client.get(`/v1/contact_tags/${id}`)).status).toBe(200)
    expect((await h.app.db.selectFrom('taggings').select('tag_id').execute()).map((t) => t.tag_id)).toContain(
      id,
    )
    await expectRefusal(h.app, () => archive(id), 404)
    await expectRefusal(h.app, () => rename(id, newName()), 404)
  })
})

test('tags are read and changed with the permissions for contacts', async () => {
  const id = await create()
  const viewer = h.clientWith((await makeKey(h.app, h.account, ['view:contacts'])).token)
  expect((await viewer.get(`/v1/contact_tags/${id}`)).status).toBe(200)
  await expectRefusal(h.app, () => viewer.post('/v1/contact_tags', document({ name: newName() })), 403)
  await expectRefusal(h.app, () => viewer.patch(`/v1/contact_tags/${id}`, document({ name: 'x' })), 403)
  await expectRefusal(h.app, () => viewer.delete(`/v1/contact_tags/${id}`), 403)
  const other = h.clientWith((await makeKey(h.app, h.account, ['view:offers'])).token)
  expect((await other.get('/v1/contact_tags')).status).toBe(403)
})
