import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { makeAccount, makeContact, unique } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { changeTaggings, type TaggingChange } from './change-taggings.ts'

let h: Harness
let siteId: string
let origin: Origin
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
  origin = { actor: 'test', requestId: 'r-1', now: h.app.clock.now() }
})
afterAll(() => h.close())

async function makeTag(site = siteId, archived_at: Date | null = null): Promise<string> {
  const { id } = await h.app.db
    .insertInto('contact_tags')
    .values({
      site_id: site,
      name: `Tag ${unique()}`,
      created_at: origin.now,
      updated_at: origin.now,
      archived_at,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

const change = (mode: 'add' | 'remove', changes: TaggingChange[]) =>
  inTransaction(h.app.db, (tx) => changeTaggings(tx, mode, siteId, changes))

const tagsOf = async (contactId: string) => {
  const rows = await h.app.db
    .selectFrom('taggings')
    .select('tag_id')
    .where('contact_id', '=', contactId)
    .execute()
  return rows.map(({ tag_id }) => tag_id).sort()
}

const eventsOf = (contactId: string) =>
  h.app.db
    .selectFrom('events')
    .selectAll()
    .where('contact_id', '=', contactId)
    .where('type', 'like', 'tag_%')
    .orderBy('id')
    .execute()

test('each actual change is recorded once, with actor and cause', async () => {
  const contactId = await makeContact(h.app, siteId)
  const [one, two] = [await makeTag(), await makeTag()]
  const cause = { runId: '5', eventId: '7', depth: 3 }
  const wanted = { contactId, tagIds: [two, one, two], origin: { ...origin, cause } }
  const added = await change('add', [wanted])
  expect(added.map(({ tagId }) => tagId)).toEqual([one, two])
  expect(await change('add', [wanted])).toEqual([])
  const events = await eventsOf(contactId)
  expect(events.map(({ id }) => id)).toEqual(added.map(({ eventId }) => eventId))
  expect(events[0]).toMatchObject({
    type: 'tag_added',
    occurred_at: origin.now,
    actor: 'test',
    request_id: 'r-1',
    caused_by: '7',
    depth: 3,
    run_id: '5',
    data: { tag_id: one },
    dispatched_at: null,
  })
  expect(await change('remove', [{ ...wanted, tagIds: [one] }])).toMatchObject([{ contactId, tagId: one }])
  expect(await change('remove', [{ ...wanted, tagIds: [one] }])).toEqual([])
  expect((await eventsOf(contactId)).map(({ type }) => type)).toEqual([
    'tag_added',
    'tag_added',
    'tag_removed',
  ])
  expect(await tagsOf(contactId)).toEqual([two])
})

test('of equal changes the first takes effect, and the others change nothing', async () => {
  const [one, two] = [await makeContact(h.app, siteId), await makeContact(h.app, siteId)]
  const tagIds = [await makeTag(), await makeTag()]
  const changed = await change('add', [
    { contactId: one, tagIds: tagIds.slice(0, 1), origin },
    { contactId: two, tagIds, origin: { ...origin, actor: 'second' } },
    { contactId: one, tagIds, origin: { ...origin, actor: 'third' } },
  ])
  expect(changed.map(({ contactId, tagId, index }) => [contactId, tagId, index])).toEqual([
    [one, tagIds[0], 0],
    [two, tagIds[0], 1],
    [two, tagIds[1], 1],
    [one, tagIds[1], 2],
  ])
  expect((await eventsOf(one)).map(({ actor }) => actor)).toEqual(['test', 'third'])
})

test('deleted contacts, archived tags and those of another site are ignored', async () => {
  const stranger = await makeAccount(h.app)
  const [living, deleted] = [await makeContact(h.app, siteId), await makeContact(h.app, siteId)]
  const foreign = await makeContact(h.app, stranger.siteId)
  await h.client.delete(`/v1/contacts/${deleted}`)
  const tagIds = [
    await makeTag(siteId, origin.now),
    await makeTag(stranger.siteId),
    '999999',
    await makeTag(),
  ]
  const changed = await change(
    'add',
    [living, deleted, foreign, '999999'].map((contactId) => ({ contactId, tagIds, origin })),
  )
  expect(changed).toMatchObject([{ contactId: living, tagId: tagIds[3] }])
  expect([await tagsOf(deleted), await tagsOf(foreign)]).toEqual([[], []])
})

test('of ten concurrent requests to add a tag, one takes effect; so with removing', async () => {
  for (let round = 0; round < 10; round++) {
    const contactIds = [await makeContact(h.app, siteId), await makeContact(h.app, siteId)]
    const tagIds = [await makeTag(), await makeTag()]
    for (const mode of ['add', 'remove'] as const) {
      const changes = contactIds.map((contactId) => ({ contactId, tagIds, origin }))
      const all = await Promise.all(
        // Every other one in the opposite order.
        Array.from({ length: 10 }, (_, i) => change(mode, i % 2 ? changes : changes.toReversed())),
      )
      expect(all.flat()).toHaveLength(4)
    }
    expect(await eventsOf(contactIds[0]!)).toHaveLength(4)
    expect(await tagsOf(contactIds[0]!)).toEqual([])
  }
})

test('a tag added while the contact is deleted does not remain', async () => {
  for (let round = 0; round < 20; round++) {
    const contactId = await makeContact(h.app, siteId)
    const tagIds = [await makeTag()]
    await Promise.all([
      change('add', [{ contactId, tagIds, origin }]),
      h.client.delete(`/v1/contacts/${contactId}`),
    ])
    expect(await tagsOf(contactId)).toEqual([])
  }
})
