import { afterAll, beforeAll, expect, test } from 'vitest'
import { personalData } from '../../personal-data.ts'
import { inTransaction } from '../../platform/db/database.ts'
import { makeContact, makeSite, unique } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { createContact } from './create-contact.ts'
import { deleteContact } from './delete-contact.ts'

let h: Harness
let siteId: string
let otherSite: string
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
  otherSite = await makeSite(h.app, h.account)
})
afterAll(() => h.close())

const origin = () => ({ actor: 'test', requestId: null, now: h.app.clock.now() })

const query = async (text: string, values: unknown[] = []) => (await h.app.pool.query(text, values)).rows

/** The stored and the actual counts by site, at the same time. */
const KEPT_AND_COUNTED = `
  select s.id, (select coalesce(sum(change), 0)::int from contact_counts where site_id = s.id) as kept,
         (select count(*)::int from contacts where site_id = s.id and deleted_at is null) as counted
    from sites s order by s.id`

async function expectExact(): Promise<void> {
  for (const { kept, counted } of await query(KEPT_AND_COUNTED)) expect(kept).toBe(counted)
}

const listed = async (id: string) =>
  (await h.client.get(`/v1/contacts?filter[site_id]=${id}`)).body.meta.total_count

const insertMany = (sites: string[], count: number) =>
  query(
    `insert into contacts (site_id, name, email, created_at, updated_at)
     select site, '', 'bulk' || $2::int || '.' || site || '.' || i || '@example.com', now(), now()
       from unnest($1::bigint[]) site, generate_series(1, $3::int) i`,
    [sites, unique(), count],
  )

test('every way of creating and deleting contacts is counted', async () => {
  await insertMany([siteId, otherSite], 500)
  expect([await listed(siteId), await listed(otherSite)]).toEqual([500, 500])
  await query('update contacts set site_id = $2 where site_id = $1 and id % 5 = 0', [siteId, otherSite])
  await expectExact()
  await query('update contacts set deleted_at = now() where id % 3 = 0')
  await expectExact()
  await query('update contacts set deleted_at = null where id % 2 = 0')
  await expectExact()
  await query('delete from contacts where id % 7 = 0')
  await expectExact()
  await query(
    `insert into contacts (site_id, email, created_at, updated_at)
     select site_id, email, now(), now() from contacts where email is not null on conflict do nothing`,
  )
  await expectExact()
  await query('truncate contacts cascade')
  expect([await listed(siteId), await listed(otherSite)]).toEqual([0, 0])
  await expectExact()
})

test('the count is exact while contacts are created, deleted, moved and rolled back concurrently', async () => {
  await query(`create or replace trigger contact_counts_fold after insert on contact_counts
    for each row when (random() < 0.2) execute function fold_contact_counts()`)
  let running = true
  const watch = async () => {
    for (let looks = 0; running || looks < 5; looks++) await expectExact()
  }
  const undone = new Error('undone')
  const write = async (writer: number) => {
    for (let i = 0; i < 40; i++) {
      const site = (writer + i) % 2 ? siteId : otherSite
      const id = await makeContact(h.app, site)
      if (i % 3 === 0)
        await inTransaction(h.app.db, (tx) => deleteContact(tx, [site], id, origin(), personalData))
      if (i % 4 === 0) {
        const failed = inTransaction(h.app.db, async (tx) => {
          for (const s of [site, siteId, otherSite])
            await createContact(tx, s, { email: `undone${unique()}@example.com` }, origin())
          if (i % 3 !== 0) await deleteContact(tx, [site], id, origin(), personalData)
          throw undone
        })
        await expect(failed).rejects.toBe(undone)
      }
      if (i % 10 === 0) await insertMany(i % 20 ? [siteId, otherSite] : [otherSite, siteId], 30)
    }
  }
  const watching = watch()
  await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)))
  running = false
  await watching
  await expectExact()
  expect(await listed(siteId)).toBeGreaterThan(300)
})

test('a transaction that adds contacts does not wait for another that has added contacts and not committed', async () => {
  await query(`create or replace trigger contact_counts_fold after insert on contact_counts
    for each row when (random() < 1.1 and pg_trigger_depth() < 2) execute function fold_contact_counts()`)
  const clients = await Promise.all(Array.from({ length: 5 }, () => h.app.pool.connect()))
  const add = `insert into contacts (site_id, email, created_at, updated_at) values ($1, $2, now(), now())`
  for (const client of clients) await client.query(`begin; set local lock_timeout = '2s'`)
  for (const site of [siteId, otherSite, siteId]) {
    for (const client of clients) await client.query(add, [site, `waits${unique()}@example.com`])
    clients.reverse()
  }
  for (const [i, client] of clients.entries()) await client.query(i % 2 ? 'commit' : 'rollback')
  for (const client of clients) client.release()
  await expectExact()
})

test('a site’s rows are folded: there are far fewer than statements', async () => {
  await query(`create or replace trigger contact_counts_fold after insert on contact_counts
    for each row when (random() < 0.2) execute function fold_contact_counts()`)
  for (let i = 0; i < 200; i++) await insertMany([siteId], 1)
  const [{ rows }] = await query('select count(*)::int as rows from contact_counts where site_id = $1', [
    siteId,
  ])
  expect(rows).toBeLessThan(100)
  await expectExact()
})

test('planted fault: without its trigger the count is wrong', async () => {
  await query('alter table contacts disable trigger contacts_inserted')
  await makeContact(h.app, siteId)
  await expect(expectExact()).rejects.toThrow()
})
