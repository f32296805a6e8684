import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { rowsReadBy, vacuum } from '../../testing/plans.ts'
import { recordStatements, type Statement } from '../../testing/statements.ts'

/** Each is a customer with one grant, every second of which has ended. */
const CONTACTS = 30_000

let h: Harness
let statements: Statement[]
beforeAll(async () => {
  h = await startHarness({ isNew: true })
  const run = (text: string) => h.app.pool.query(text, [h.account.siteId])
  await run(
    `insert into contacts (site_id, name, email, created_at, updated_at)
     select $1, 'Person ' || i, 'person' || i || '@example.com', now() - i * interval '1 minute',
            case when i % 600 = 0 then '2102-01-01' else now() end
       from generate_series(1, ${CONTACTS}) i`,
  )
  await run(
    `insert into customers (site_id, id, contact_id, name, email, created_at, updated_at)
     select site_id, id, id, name, email, created_at, updated_at from contacts where site_id = $1`,
  )
  await run(
    `insert into offers (site_id, title, token, created_at, updated_at)
     select $1, 'Offer', 'offer ' || i, now(), now() from generate_series(1, 300) i`,
  )
  await run(
    `insert into offer_grants (site_id, customer_id, offer_id, source, granted_at, granted_by, starts_at, revoked_at, revoke_reason)
     select site_id, id, 1 + (id / 2) % 300, 'api', now(), 'test', now(),
            case when id % 2 = 0 then now() end, case when id % 2 = 0 then 'revoked' end
       from customers where site_id = $1 order by id`,
  )
  await vacuum(h.app.pool)
  statements = recordStatements(h.app.pool)
})
afterAll(() => h.close())

test.each([
  // Fifty were changed since.
  ['/v1/contacts?page[size]=10&filter[updated_at_gt]=2101-01-01', 50, 200],
  ['/v1/contacts?page[size]=10&filter[updated_at_gt]=2101-01-01&sort=-updated_at', 50, 200],
  ['/v1/customers?page[size]=10&filter[updated_at_gt]=2101-01-01', 50, 300],
  ['/v1/contacts?page[size]=10&sort=-updated_at', CONTACTS, 100],
  ['/v1/contacts?page[size]=10&sort=id', CONTACTS, 100],
  ['/v1/contacts?filter[id]=17,18,19', 3, 30],
  ['/v1/grants?filter[customer_id]=777', 1, 50],
  ['/v1/grants?filter[contact_id]=778', 1, 50],
  // Live and ended ones.
  ['/v1/grants?page[size]=10&filter[offer_id]=7', 100, 700],
])('%s finds %i and reads at most %i rows', async (path, total, most) => {
  statements.length = 0
  const { status, body } = await h.client.get(path)
  expect([status, body.meta?.total]).toEqual([200, total])
  const reads = await rowsReadBy(h.app.pool, [...statements])
  expect(reads.reduce((sum, { read }) => sum + read, 0)).toBeLessThanOrEqual(most)
})

test('a page of grants is found without sorting all of them', async () => {
  statements.length = 0
  await h.client.get('/v1/grants?page[size]=10')
  const reads = await rowsReadBy(h.app.pool, [...statements])
  expect(reads.find(({ text }) => text.includes('offset'))!.read).toBeLessThanOrEqual(100)
})
