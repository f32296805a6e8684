import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '../testing/harness.ts'
import { recordStatements, type Statement } from '../testing/statements.ts'

let h: Harness
let statements: Statement[]
beforeAll(async () => {
  h = await startHarness()
  await h.app.pool.query(
    `insert into contacts (site_id, name, email, created_at, updated_at)
     select $1, 'Person ' || i, 'person' || i || '@example.com', now() - i * interval '1 minute', now()
       from generate_series(1, 30000) i`,
    [h.account.siteId],
  )
  await h.app.pool.query('analyze contacts')
  statements = recordStatements(h.app.pool)
})
afterAll(() => h.close())

/** The plan of the query that a request makes for its rows. */
async function planOf(path: string): Promise<string> {
  statements.length = 0
  expect((await h.client.get(path)).status).toBe(200)
  const { text, values } = statements.find((statement) => /limit \$\d+ offset/.test(statement.text))!
  const { rows } = await h.app.pool.query(`explain ${text}`, values)
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

test.each(['/v1/contacts?page[size]=10', '/v1/contacts?page[size]=10&sort=created_at'])(
  '%s reads its rows from the index of lists, in their order',
  async (path) => {
    const plan = await planOf(path)
    expect(plan).toContain('contacts_list')
    expect(plan).not.toMatch(/Sort|Seq Scan on contacts/)
  },
)

test('an exact e-mail is found by its index', async () => {
  expect(await planOf('/v1/contacts?filter[email]=person777@example.com')).toContain('contacts_email')
})
