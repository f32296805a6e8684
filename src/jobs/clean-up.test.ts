import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashSecret, randomSecret } from '../auth/secrets.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { cleanUp } from './clean-up.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const inDays = (days: number) => new Date(h.app.clock.now().getTime() + days * 86_400_000)

test('sessions and counts of attempts go when they have ended', async () => {
  const site_id = h.account.siteId
  for (const days of [-1, 1]) {
    const time = { created_at: inDays(-2), seen_at: inDays(-2), expires_at: inDays(days) }
    await h.app.db
      .insertInto('member_sessions')
      .values({ site_id, id_hash: hashSecret(randomSecret()), customer_id: '1', ...time })
      .execute()
    await h.app.db
      .insertInto('member_attempts')
      .values({ site_id, subject: `in ${days}`, count: 1, ends_at: inDays(days) })
      .execute()
  }
  expect(await cleanUp(h.app)).toBe(2)
  const left = await h.app.db.selectFrom('member_attempts').select('subject').execute()
  expect(left).toEqual([{ subject: 'in 1' }])
})

test('links go 30 days after they were used or ran out; one that is good for ever stays', async () => {
  const links = [
    { event_id: '1', used_at: inDays(-31), expires_at: null },
    { event_id: '2', used_at: null, expires_at: inDays(-31) },
    { event_id: '3', used_at: inDays(-29), expires_at: inDays(-40 + 12) },
    { event_id: '4', used_at: null, expires_at: null },
    { event_id: '5', used_at: null, expires_at: inDays(3) },
  ]
  const common = { site_id: h.account.siteId, purpose: 'gift', customer_id: '1', created_at: inDays(-60) }
  await h.app.db
    .insertInto('member_links')
    .values(links.map((link) => ({ ...common, ...link, token_hash: hashSecret(randomSecret()) })))
    .execute()
  expect(await cleanUp(h.app)).toBe(2)
  const left = await h.app.db.selectFrom('member_links').select('event_id').orderBy('event_id').execute()
  expect(left.map(({ event_id }) => event_id)).toEqual(['3', '4', '5'])
})
