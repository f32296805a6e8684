import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeAccount, makeContact, makeKey } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal, statusAt } from '../../testing/refusals.ts'

let h: Harness
let foreignTag: string
let contactId: string
let tags: string[]
let count = 0
beforeAll(async () => {
  h = await startHarness()
  const stranger = h.clientWith((await makeAccount(h.app)).token)
  foreignTag = await makeTag(stranger)
})
beforeEach(async () => {
  contactId = await makeContact(h.app, h.account.siteId)
  tags = [await makeTag(), await makeTag(), await makeTag()]
})
afterAll(() => h.close())

async function makeTag(client = h.client): Promise<string> {
  const data = { type: 'contact_tags', attributes: { name: `Tag ${++count}` } }
  return (await client.post('/v1/contact_tags', { data })).body.data.id
}

const path = () => `/v1/contacts/${contactId}/relationships/tags`
const identifiers = (ids: (string | number)[]) => ids.map((id) => ({ type: 'contact_tags', id }))
const body = (...ids: (string | number)[]) => ({ data: identifiers(ids) })
const currentTags = async () =>
  (await h.client.get(path())).body.data.map(({ id }: { id: string }) => id) as string[]

/** The recorded events of the contact's tags, as in "tag_added 5". */
async function events(): Promise<string[]> {
  const rows = await h.app.db
    .selectFrom('events')
    .select(['type', 'data'])
    .where('contact_id', '=', contactId)
    .where('type', 'like', 'tag_%')
    .orderBy('id')
    .execute()
  return rows.map(({ type, data }) => `${type} ${(data as { tag_id: string }).tag_id}`)
}

test('POST adds missing tags and records only those', async () => {
  const [one, two] = tags as [string, string]
  const first = await h.client.post(path(), body(one))
  expect([first.status, first.body]).toEqual([
    200,
    { data: identifiers([one]), links: { self: h.url + path() }, meta: { added: [one], removed: [] } },
  ])
  const second = await h.client.post(path(), body(two, Number(one), two))
  expect(second.body).toMatchObject({ data: identifiers([one, two]), meta: { added: [two], removed: [] } })
  expect((await h.client.post(path(), body(one, two))).body.meta).toEqual({ added: [], removed: [] })
  expect((await h.client.get(path())).body).toEqual({
    data: identifiers([one, two]),
    links: { self: h.url + path() },
  })
  expect(await events()).toEqual([`tag_added ${one}`, `tag_added ${two}`])
})

test('DELETE removes tags that the contact has and ignores the rest', async () => {
  const [one, two, three] = tags as [string, string, string]
  await h.client.post(path(), body(one, two))
  const { status, body: answer } = await h.client.delete(path(), body(three, two))
  expect(status).toBe(200)
  expect(answer).toMatchObject({ data: identifiers([one]), meta: { added: [], removed: [two] } })
  expect((await h.client.delete(path(), body(two))).body.meta).toEqual({ added: [], removed: [] })
  expect((await events()).slice(2)).toEqual([`tag_removed ${two}`])
})

test('PATCH replaces all tags; an empty list removes all', async () => {
  const [one, two, three] = tags as [string, string, string]
  await h.client.post(path(), body(one, two))
  const { body: answer } = await h.client.patch(path(), body(three, two))
  expect(answer).toMatchObject({ data: identifiers([two, three]), meta: { added: [three], removed: [one] } })
  expect((await h.client.patch(path(), body())).body.data).toEqual([])
  expect((await events()).slice(2).sort()).toEqual(
    [`tag_added ${three}`, `tag_removed ${one}`, `tag_removed ${two}`, `tag_removed ${three}`].sort(),
  )
})

test('actor and request id are recorded', async () => {
  const { headers } = await h.client.post(path(), body(tags[0]!))
  const event = await h.app.db
    .selectFrom('events')
    .select(['actor', 'request_id', 'caused_by', 'depth', 'run_id'])
    .where('contact_id', '=', contactId)
    .where('type', '=', 'tag_added')
    .executeTakeFirstOrThrow()
  expect(event).toEqual({
    actor: expect.stringMatching(/^api_key:\d+$/),
    request_id: headers.get('x-request-id'),
    caused_by: null,
    depth: 0,
    run_id: null,
  })
})

describe.each(['POST', 'PATCH', 'DELETE'])('%s: all or nothing', (method) => {
  const send = (document: unknown) => () => h.client.send(method, path(), document)

  test('a tag that is archived, unknown or of another account is reported with a pointer', async () => {
    const archived = await makeTag()
    await h.client.delete(`/v1/contact_tags/${archived}`)
    await h.client.post(path(), body(tags[0]!))
    for (const id of [archived, foreignTag, '999999', '01', 'abc', '', 0, -1, 1e25]) {
      await expectRefusal(h.app, send(body(tags[0]!, tags[1]!, id)), 404, { pointer: '/data/2' })
    }
    expect(await currentTags()).toEqual([tags[0]])
    expect(await events()).toEqual([`tag_added ${tags[0]}`])
  })

  test.each([
    ['no data', {}, ''],
    ['an object as data', { data: identifiers(['1'])[0] }, '/data'],
    ['another type', { data: [{ type: 'tags', id: '1' }] }, '/data/0/type'],
    ['an item without id', { data: [{ type: 'contact_tags' }] }, '/data/0'],
    ['101 identifiers', { data: identifiers(Array(101).fill('1')) }, '/data'],
  ])('%s is refused', async (_, document, pointer) => {
    await expectRefusal(h.app, send(document), statusAt(pointer), { pointer })
  })

  test('a contact that is unknown, deleted or of another account is not found', async () => {
    for (const id of ['999999', 'abc', '0']) {
      const other = `/v1/contacts/${id}/relationships/tags`
      await expectRefusal(h.app, () => h.client.send(method, other, body(tags[0]!)), 404)
    }
    await h.client.delete(`/v1/contacts/${contactId}`)
    await expectRefusal(h.app, send(body(tags[0]!)), 404)
  })

  test('it takes manage:contacts', async () => {
    const viewer = h.clientWith((await makeKey(h.app, h.account, ['view:contacts'])).token)
    await expectRefusal(h.app, () => viewer.send(method, path(), body(tags[0]!)), 403)
  })

  test('the same Idempotency-Key returns the first response', async () => {
    const key = { 'idempotency-key': `tags-${method}` }
    const first = await h.client.send(method, path(), body(tags[0]!), key)
    const again = await h.client.send(method, path(), body(tags[0]!), key)
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    const other = await h.client.send(method, path(), body(tags[1]!), key)
    expect([other.status, other.body.errors[0].code]).toEqual([422, 'idempotency_key_reused'])
  })
})

describe('concurrently', () => {
  const times = <Result>(count: number, work: () => Promise<Result>) =>
    Promise.all(Array.from({ length: count }, work))

  test('ten requests to add a tag record one event; so do ten to remove it, and ten to replace all', async () => {
    await times(10, () => h.client.post(path(), body(...tags)))
    expect(await events()).toHaveLength(3)
    await times(10, () => h.client.delete(path(), body(tags[0]!)))
    expect(await events()).toHaveLength(4)
    await times(10, () => h.client.patch(path(), body(tags[0]!)))
    expect(await events()).toHaveLength(7)
    expect(await currentTags()).toEqual([tags[0]])
  })

  test('after two requests to replace all tags, the tags are those of one of them', async () => {
    for (let round = 0; round < 15; round++) {
      await h.client.patch(path(), body(tags[0]!))
      await Promise.all([h.client.patch(path(), body(tags[1]!)), h.client.patch(path(), body(tags[2]!))])
      expect([[tags[1]], [tags[2]]]).toContainEqual(await currentTags())
    }
  })

  test('the recorded events are consistent: added and removed alternate', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        i % 2 ? h.client.post(path(), body(tags[0]!)) : h.client.delete(path(), body(tags[0]!)),
      ),
    )
    const types = (await events()).map((event) => event.split(' ')[0])
    expect(types).toEqual(types.map((_, i) => (i % 2 ? 'tag_removed' : 'tag_added')))
    expect(await currentTags()).toHaveLength(types.length % 2)
  })

  test('archiving a tag waits for transactions that are adding it', async () => {
    const tag = await makeTag()
    const blocker = await h.app.pool.connect()
    await blocker.query('begin; lock table events in share mode')
    const waiting = async () => {
      const { rowCount } = await blocker.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      )
      return rowCount!
    }
    const adding = h.client.post(path(), body(tag))
    await expect.poll(waiting).toBe(1)
    let isArchived = false
    const archiving = h.client.delete(`/v1/contact_tags/${tag}`).then((reply) => {
      isArchived = true
      return reply
    })
    await expect.poll(async () => isArchived || (await waiting()) > 1, { timeout: 20_000 }).toBe(true)
    await blocker.query('rollback')
    blocker.release()
    expect([(await adding).body.data, (await archiving).status]).toEqual([identifiers([tag]), 200])
    expect(await events()).toEqual([`tag_added ${tag}`])
    expect(await currentTags()).toEqual([])
  })
})
