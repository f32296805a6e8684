import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '../testing/harness.ts'
import { causeWelcome } from '../testing/outbox.ts'
import { factsOf } from './email-facts.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

test('the offers of an e-mail are found by their primary key, however many the site has', async () => {
  const email = await causeWelcome(h)
  await h.drain()
  await sql`
    insert into offers (site_id, title, token, created_at, updated_at)
    select ${h.account.siteId}, 'Offer', 'many-' || n, now(), now() from generate_series(1, 5000) n`.execute(
    h.app.db,
  )
  await sql`analyze offers`.execute(h.app.db)
  const { rows } = await sql<{ 'QUERY PLAN': string }>`
    explain ${factsOf([await email()])}`.execute(h.app.db)
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  expect(plan).toContain('using offers_pkey')
  expect(plan).toMatch(/Index Cond: \(\(id = ANY/)
})
