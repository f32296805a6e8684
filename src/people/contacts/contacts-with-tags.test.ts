import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeTag } from '../../testing/automations.ts'
import { makeAccount, makeThreeFields, unique } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal } from '../../testing/refusals.ts'

let h: Harness
let tags: [string, string]
let foreignTag: string
beforeAll(async () => {
  h = await startHarness()
  await makeThreeFields(h.app, h.account.siteId)
  foreignTag = await makeTag(h.app, (await makeAccount(h.app)).siteId)
})
beforeEach(async () => {
  tags = [await makeTag(h.app, h.account.siteId), await makeTag(h.app, h.account.siteId)]
})
afterAll(() => h.close())

const linkage = (...ids: (string | number)[]) => ({ data: ids.map((id) => ({ type: 'contact_tags', id })) })

const create = (relationships: object) =>
  h.client.post('/v1/contacts', {
    data: { type: 'contacts', attributes: { email: `tagged${unique()}@example.com` }, relationships },
  })

const events = async (contactId: string) => {
  const rows = await h.app.db
    .selectFrom('events')
    .select(['type', 'data', 'actor', 'request_id'])
    .where('contact_id', '=', contactId)
    .orderBy('id')
    .execute()
  return rows.map(({ type, data, ...by }) => ({ type, tag: (data as { tag_id?: string }).tag_id, ...by }))
}

test('a contact is created with its tags, and each is recorded as a tagging', async () => {
  const { status, headers, body } = await create({ tags: linkage(tags[0], Number(tags[1])) })
  expect([status, headers.get('warning')]).toEqual([201, null])
  expect(body.data.relationships.tags.data).toEqual(linkage(...tags).data)
  const by = { actor: expect.stringMatching(/^api_key:/), request_id: headers.get('x-request-id') }
  expect(await events(body.data.id)).toEqual([
    { type: 'contact_created', tag: undefined, ...by },
    ...tags.map((tag) => ({ type: 'tag_added', tag, ...by })),
  ])
})

test('no contact is created with a tag that is unknown, archived or of another account', async () => {
  const archived = await makeTag(h.app, h.account.siteId)
  await h.client.delete(`/v1/contact_tags/${archived}`)
  for (const id of [archived, foreignTag, '999999', 'abc', 2 ** 60]) {
    await expectRefusal(h.app, () => create({ tags: linkage(tags[0], id) }), 404, {
      pointer: '/data/relationships/tags/data/1',
    })
  }
})

test('tags of another type are a conflict', async () => {
  const wrong = { data: [{ type: 'tags', id: tags[0] }] }
  await expectRefusal(h.app, () => create({ tags: wrong }), 409, {
    pointer: '/data/relationships/tags/data/0/type',
  })
})

test('relationships that cannot be set are reported in a Warning, unless they are empty', async () => {
  const created = await create({ offers: { data: [{ type: 'offers', id: '1' }] }, customer: { data: null } })
  expect(created.status).toBe(201)
  expect(created.headers.get('warning')).toContain('offers')
  expect(created.headers.get('warning')).not.toContain('customer')
})

test('changing a contact replaces its tags, also where Kajabi’s document has them', async () => {
  const { body } = await create({ tags: linkage(tags[0]) })
  const { id } = body.data
  const tagsAfter = async (document: object) =>
    (await h.client.patch(`/v1/contacts/${id}`, document)).body.data.relationships.tags.data
  const data = { type: 'contacts', id }
  expect(await tagsAfter({ data })).toEqual(linkage(tags[0]).data)
  expect(await tagsAfter({ data: { ...data, relationships: { tags: linkage(tags[1]) } } })).toEqual(
    linkage(tags[1]).data,
  )
  expect(await tagsAfter({ data, relationships: { tags: linkage(tags[0]) } })).toEqual(linkage(tags[0]).data)
  expect((await events(id)).map(({ type, tag }) => `${type} ${tag}`)).toEqual([
    'contact_created undefined',
    `tag_added ${tags[0]}`,
    `tag_removed ${tags[0]}`,
    `tag_added ${tags[1]}`,
    `tag_removed ${tags[1]}`,
    `tag_added ${tags[0]}`,
  ])
})

test('an unknown tag in a change is reported with a pointer, and the contact is left unchanged', async () => {
  const { id } = (await create({ tags: linkage(tags[0]) })).body.data
  const data = { type: 'contacts', id, attributes: { custom_1: 'x' } }
  const relationships = { tags: linkage('999999') }
  const send = (document: object) => () => h.client.patch(`/v1/contacts/${id}`, document)
  await expectRefusal(h.app, send({ data: { ...data, relationships } }), 404, {
    pointer: '/data/relationships/tags/data/0',
  })
  await expectRefusal(h.app, send({ data, relationships }), 404, { pointer: '/relationships/tags/data/0' })
  expect((await h.client.get(`/v1/contacts/${id}`)).body.data.attributes.custom_1).toBe(null)
})
