import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { rowsReadBy, vacuum } from '../../testing/plans.ts'
import { recordStatements, type Statement } from '../../testing/statements.ts'

const CONTACTS = 30_000

let h: Harness
let statements: Statement[]
beforeAll(async () => {
  h = await startHarness({ isNew: true })
  await h.app.pool.query(
    `insert into contacts (site_id, name, email, created_at, updated_at)
     select $1, 'Person ' || i, 'person' || i || '@example.com', now() - i * interval '1 minute', now()
       from generate_series(1, ${CONTACTS}) i`,
    [h.account.siteId],
  )
  await vacuum(h.app.pool, 'contacts')
  statements = recordStatements(h.app.pool)
})
afterAll(() => h.close())

/** The statements of a list request, each with the number of rows that it reads. */
async function readsOf(path: string): Promise<{ text: string; read: number }[]> {
  statements.length = 0
  expect((await h.client.get(path)).status).toBe(200)
  return rowsReadBy(h.app.pool, [...statements])
}

test.each([
  ['/v1/contacts?page[size]=10', 100],
  ['/v1/contacts?page[size]=10&sort=created_at', 100],
  ['/v1/contacts?page[size]=10&sort=name', 100],
  ['/v1/contacts?page[size]=10&sort=-email', 100],
  ['/v1/contacts?filter[email]=person777@example.com', 10],
  // 111 match.
  ['/v1/contacts?filter[search]=person777', 2_000],
  ['/v1/contacts?filter[search]=person777&sort=name', 2_000],
  ['/v1/contacts?filter[search]=nobody', 10],
])('%s reads at most %i rows of %s', async (path, most) => {
  const reads = await readsOf(path)
  expect(reads.length).toBeGreaterThan(0)
  expect(reads.reduce((sum, { read }) => sum + read, 0)).toBeLessThanOrEqual(most)
})

test.each(['search]=person', 'search]=pe', 'email_contains]=example', 'name_contains]=person'])(
  'filter[%s: all matches are counted, but the page is read from an index',
  async (filter) => {
    const reads = await readsOf(`/v1/contacts?page[size]=10&filter[${filter}`)
    expect(reads.find(({ text }) => text.includes('count(*)'))!.read).toBeGreaterThanOrEqual(CONTACTS)
    expect(reads.find(({ text }) => text.includes('offset'))!.read).toBeLessThanOrEqual(100)
  },
)

test('a page far into the list skips the previous ones in the index alone', async () => {
  statements.length = 0
  await h.client.get('/v1/contacts?page[size]=10&page[number]=2000')
  const { text, values } = statements.find((statement) => statement.text.includes('offset'))!
  const { rows } = await h.app.pool.query(`explain ${text}`, values)
  expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain(
    'Index Only Scan Backward using contacts_list',
  )
})

test.each(['-created_at', 'created_at', 'name', '-name', 'email', 'id', '-updated_at', 'updated_at'])(
  'a page by cursor in the middle of a list sorted by %s is a range of an index, forwards and backwards',
  async (sort) => {
    const list = `/v1/contacts?page[size]=10&sort=${sort}`
    const { body: middle } = await h.client.get(`${list}&page[number]=${CONTACTS / 20}`)
    const { body: start } = await h.client.get(`${list}&page[after]=`)
    const [type, order] = JSON.parse(Buffer.from(start.meta.cursors.after, 'base64url').toString())
    const { id } = middle.data[0]
    const { rows } = await h.app.pool.query(
      `select to_json(${sort.includes('name') ? 'lower(name)' : sort.replace('-', '')}) #>> '{}' as value from contacts where id = $1`,
      [id],
    )
    const place = [type, order, ...(sort === 'id' ? [] : [rows[0].value]), id]
    const cursor = Buffer.from(JSON.stringify(place)).toString('base64url')
    for (const direction of ['after', 'before']) {
      const reads = await readsOf(`${list}&page[${direction}]=${cursor}`)
      expect(reads.find(({ text }) => text.includes('as place'))!.read).toBe(11)
      expect(reads.reduce((sum, { read }) => sum + read, 0)).toBeLessThanOrEqual(100)
      expect(reads.some(({ text }) => /count\(\*\)|contact_counts/.test(text))).toBe(false)
    }
  },
)
