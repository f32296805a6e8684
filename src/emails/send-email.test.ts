import { afterEach, beforeEach, expect, test } from 'vitest'
import { advanceClock } from '../clock/advance-clock.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { welcome } from '../testing/outbox.ts'

let h: Harness
beforeEach(async () => {
  h = await startHarness()
})
afterEach(() => h.close())

/** The site's own words for its welcome. */
const setText = (text: string) =>
  h.app.db
    .insertInto('email_templates')
    .values({ site_id: h.account.siteId, kind: 'welcome', text, updated_at: h.app.clock.now() })
    .onConflict((conflict) => conflict.columns(['kind', 'site_id']).doUpdateSet({ text }))
    .execute()

const GREEDY = `{% assign s = "abcdefghij" %}${'{% assign s = s | append: s %}'.repeat(40)}`

test('an e-mail whose rendering reaches a limit is tried again', async () => {
  await setText(GREEDY)
  const email = await welcome(h)
  expect(await email()).toMatchObject({ status: 'pending', response: expect.stringContaining('limit') })
  await setText('Hello')
  await advanceClock(h.app, 60_000)
  expect(await email()).toMatchObject({ status: 'kept', text: 'Hello\n' })
})

test('an e-mail whose rendering reaches a limit every time fails in the last attempt', async () => {
  await setText(GREEDY)
  const email = await welcome(h)
  await h.app.pool.query(`update pgboss.job set retry_count = retry_limit - 1, start_after = now()`)
  await h.drain()
  expect(await email()).toMatchObject({ status: 'failed', attempts: 2 })
})

test.each([
  ['does not parse', '{{ site.title'],
  ['names what does not exist', '{{ site.colour }}'],
])('an e-mail whose template %s fails at once, and is counted', async (_what, text) => {
  await setText(text)
  expect(await (await welcome(h))()).toMatchObject({ status: 'failed', attempts: 1 })
  const { body } = await h.clientWith(null).get('/metrics')
  expect(body).toMatch(/^bestow_failed_emails 1$/m)
  expect(body).toMatch(/^bestow_pending_emails 0$/m)
})
