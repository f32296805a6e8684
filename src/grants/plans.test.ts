import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'

const GRANTS = 400

let h: Harness
beforeAll(async () => {
  h = await startHarness({ isNew: true })
})
afterAll(() => h.close())

test('a grant reads few rows also in a database that was empty when its statements were planned', async () => {
  const offerId = await makeOffer(h.app, h.account.siteId)
  for (let i = 0; i < GRANTS; i++) {
    const contactId = await makeContact(h.app, h.account.siteId)
    await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
  }
  const reads = async () => {
    // Each connection reports its statistics once it is idle for a moment.
    const { rows } = await h.app.pool.query<{ name: string; read: number }>(
      `select indexrelname as name, idx_tup_read::int as read from pg_stat_user_indexes
        union all select relname, seq_tup_read::int from pg_stat_user_tables`,
    )
    return rows
  }
  const readOf = (rows: { name: string; read: number }[], name: string) =>
    rows.find((row) => row.name === name)?.read ?? 0
  await expect
    .poll(async () => readOf(await reads(), 'contacts_pkey'), { timeout: 20_000 })
    .toBeGreaterThanOrEqual(GRANTS)
  const tooMany = (await reads()).filter(({ read }) => read > 8 * GRANTS)
  expect(tooMany).toEqual([])
})
