/** The guarantees of docs/pages.md for clients that request what changed since their last visit. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
const ids: string[] = []
beforeAll(async () => {
  h = await startHarness()
  for (let n = 0; n < 9; n++) ids.push(await makeContact(h.app, h.account.siteId))
})
afterAll(() => h.close())

interface Visit {
  /** The returned rows as `<id> <updated_at>`. */
  seen: string[]
  cursor: string
}

/** Reads the list from a cursor to its end. */
async function visit(cursor: string, filter = ''): Promise<Visit> {
  const seen: string[] = []
  let link: string | undefined =
    `/v1/contacts?sort=updated_at&page[size]=4&page[after]=${cursor}&fields[contacts]=updated_at${filter}`
  let after = cursor
  while (link) {
    const { status, body } = await h.client.get(link.replace(h.url, ''))
    expect(status).toBe(200)
    seen.push(
      ...body.data.map(
        (contact: { id: string; attributes: { updated_at: string } }) =>
          `${contact.id} ${contact.attributes.updated_at}`,
      ),
    )
    after = body.meta.cursors.after
    link = body.links.next
  }
  return { seen, cursor: after }
}

const idsOf = ({ seen }: Visit) => seen.map((row) => row.split(' ')[0])

async function change(id: string, name: string): Promise<void> {
  // A change within the millisecond of the previous visit is in the overlap.
  await new Promise((done) => setTimeout(done, 3))
  const data = { type: 'contacts', id, attributes: { name } }
  expect((await h.client.patch(`/v1/contacts/${id}`, { data })).status).toBe(200)
}

const touchAll = (which: string[], time: string) =>
  h.app.pool.query('update contacts set updated_at = $2 where id = any ($1)', [which, time])

test('each visit returns the changes since the previous one once, also changes at the same time', async () => {
  const first = await visit('')
  expect(idsOf(first).toSorted()).toEqual(ids.toSorted())
  expect((await visit(first.cursor)).seen).toEqual([])
  await change(ids[5]!, 'Once')
  await change(ids[2]!, 'Once')
  await change(ids[5]!, 'Twice')
  const second = await visit(first.cursor)
  expect(idsOf(second)).toEqual([ids[2], ids[5]])
  // Seven at the same time, over two pages; with microseconds, which are not shown.
  await touchAll(ids.slice(0, 7), '2090-01-01T00:00:00.000456Z')
  await h.client.delete(`/v1/contacts/${ids[8]}`)
  const third = await visit(second.cursor)
  expect(idsOf(third)).toEqual(ids.slice(0, 7))
  expect((await visit(third.cursor)).seen).toEqual([])
})

test('a change that commits late is before the cursor, but within the overlap', async () => {
  await touchAll(ids.slice(0, 8), '2091-01-01T00:00:00Z')
  const before = await visit('')
  const late = await h.app.pool.connect()
  await late.query('begin')
  await late.query(`update contacts set updated_at = '2091-01-01T00:01:00Z' where id = $1`, [ids[1]])
  await touchAll([ids[3]!], '2091-01-01T00:01:01Z')
  const during = await visit(before.cursor)
  expect(idsOf(during)).toEqual([ids[3]])
  await late.query('commit')
  late.release()
  expect((await visit(during.cursor)).seen).toEqual([])
  const overlapping = await visit('', '&filter[updated_at_gteq]=2091-01-01T00:00:01Z')
  const known = new Set([...before.seen, ...during.seen])
  expect(overlapping.seen.filter((row) => !known.has(row))).toEqual([`${ids[1]} 2091-01-01T00:01:00.000Z`])
})
