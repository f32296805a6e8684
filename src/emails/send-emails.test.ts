import { setImmediate as nextIteration } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Connection } from '../platform/db/database.ts'
import type { Mailer } from '../platform/mailer.ts'
import { retryJobs } from '../platform/queue/jobs.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { causeWelcome, welcome } from '../testing/outbox.ts'
import { type DatabaseProxy, startProxy } from '../testing/proxy.ts'
import { advanceClock } from '../worker/advance-clock.ts'
import { emailsQueue } from './emails-queue.ts'
import { RefusedError } from './mailer.ts'
import { emailsSettled, sendEmails } from './send-emails.ts'

let h: Harness
beforeEach(async () => {
  h = await startHarness()
})
afterEach(() => h.close())

/** The site's own template for the welcome e-mail. */
const setText = (text: string) =>
  h.app.db
    .insertInto('email_templates')
    .values({
      site_id: h.account.siteId,
      kind: 'welcome',
      text,
      created_at: h.app.clock.now(),
      updated_at: h.app.clock.now(),
    })
    .onConflict((conflict) =>
      conflict.columns(['kind', 'site_id']).where('kind', '<>', 'automation').doUpdateSet({ text }),
    )
    .execute()

const GREEDY = `{% assign s = "abcdefghij" %}${'{% assign s = s | append: s %}'.repeat(40)}`

test('an e-mail whose rendering reaches a limit fails at once with that reason; a retry uses the changed template', async () => {
  await setText(GREEDY)
  const email = await welcome(h)
  expect(await email()).toMatchObject({
    status: 'failed',
    attempts: 1,
    response: expect.stringContaining('limit exceeded'),
  })
  await setText('Hello')
  const path = `/v1/emails/${(await email()).id}/retry`
  const { status, body } = await h.client.post(path)
  expect([status, body.data.attributes.status]).toEqual([200, 'pending'])
  await h.drain()
  expect(await email()).toMatchObject({ status: 'kept', text: 'Hello\n' })
  // It is not sent twice.
  expect((await h.client.post(path)).status).toBe(409)
  expect(await email()).toMatchObject({ status: 'kept' })
})

test.each([
  ['does not parse', '{{ site.title'],
  ['names what does not exist', '{{ site.colour }}'],
])('an e-mail whose template %s fails at once, and is counted', async (_what, text) => {
  await setText(text)
  expect(await (await welcome(h))()).toMatchObject({ status: 'failed', attempts: 1 })
  const { body } = await h.clientWith(null).get('/metrics/database')
  expect(body).toMatch(/^bestow_failed\{kind="email"\} 1$/m)
  expect(body).toMatch(/^bestow_pending\{kind="email"\} 0$/m)
})

test('an e-mail that was sent while the database went away is recorded as sent when it is back', async () => {
  let proxy: DatabaseProxy
  let sent = 0
  const mailer: Mailer = {
    async send() {
      sent += 1
      await proxy.cut()
      setTimeout(() => void proxy.restore(), 700)
      return '250 queued'
    },
    close: () => {},
  }
  const reach = async (database: Connection) => {
    proxy = await startProxy(database)
    return proxy.connection
  }
  const far = await startHarness({ mailer, reach })
  const email = await causeWelcome(far)
  await far.dispatch()
  await sendEmails(far.app, () => {})
  await emailsSettled(far.app)
  expect(await email()).toMatchObject({ status: 'sent', attempts: 1, response: '250 queued' })
  expect(sent).toBe(1)
  await far.close()
  await proxy!.cut()
})

test('an e-mail that was rendered for sending is kept by a worker without a mail server', async () => {
  const mailer: Mailer = { send: () => Promise.reject(new Error('away')), close: () => {} }
  const mailed = await startHarness({ mailer })
  const email = await welcome(mailed)
  expect(await email()).toMatchObject({ status: 'pending', html: expect.any(String) })
  mailed.app.mailer = null
  await advanceClock(mailed.app, 3_600_000)
  expect(await email()).toMatchObject({ status: 'kept', due_at: null, sending_until: null })
  await mailed.close()
})

test('an e-mail that cannot be stored is retried with backoff, and blocks no other', async () => {
  const bad = await causeWelcome(h, { email: 'bad@example.com' })
  const good = await causeWelcome(h)
  await h.app.pool.query(`alter table emails add check (to_email <> 'bad@example.com')`)
  await h.drain()
  expect(await good()).toMatchObject({ status: 'kept' })
  expect(await bad()).toMatchObject({ status: 'pending', attempts: 1, rendered_at: null })
  expect((await bad()).response).toContain('violates check constraint')
  for (let attempts = 2; attempts < 19; attempts++) {
    const pause = (await bad()).due_at!.getTime() - h.app.clock.now().getTime()
    expect(pause / 30_000).toBeGreaterThan(Math.min(0.7 * 2 ** (attempts - 2), 500))
    await advanceClock(h.app, pause)
    expect(await bad()).toMatchObject({ status: 'pending', attempts })
  }
})

test('at most forty e-mails are leased, and more are leased once half of them are sent', async () => {
  const waiting: (() => void)[] = []
  const mailer: Mailer = {
    send: () => new Promise((resolve) => waiting.push(() => resolve('250 ok'))),
    close: () => {},
  }
  const busy = await startHarness({ mailer })
  for (let i = 0; i < 50; i++) await causeWelcome(busy)
  await busy.dispatch()
  let [woken, sent] = [0, 0]
  const sendMore = () => sendEmails(busy.app, () => (woken += 1))
  expect(await sendMore()).toBe(40)
  expect(await sendMore()).toBe(0)
  const countSent = async () =>
    (await busy.app.pool.query(`select from emails where status = 'sent'`)).rowCount
  const release = async (count: number) => {
    for (let released = 0; released < count; released++) {
      await expect.poll(() => waiting.length).toBeGreaterThan(0)
      waiting.shift()!()
    }
    sent += count
    await expect.poll(countSent).toBe(sent)
  }
  await release(19)
  expect(woken).toBe(0)
  await release(1)
  await expect.poll(() => woken).toBe(1)
  expect(await sendMore()).toBe(10)
  while ((await countSent())! < 50) {
    for (const resolve of waiting.splice(0)) resolve()
    await nextIteration()
  }
  await emailsSettled(busy.app)
  await busy.close()
})

test('an e-mail to a deleted contact shows no content, and a retry cancels it', async () => {
  const mailer: Mailer = {
    send: () => Promise.reject(new RefusedError(Object.assign(new Error('no'), { responseCode: 550 }))),
    close: () => {},
  }
  const refused = await startHarness({ mailer })
  const email = await welcome(refused)
  const { id, contact_id } = await email()
  expect(await email()).toMatchObject({ status: 'failed', html: expect.stringContaining('<html') })
  await refused.client.delete(`/v1/contacts/${contact_id}`)
  expect(await email()).toMatchObject({ status: 'failed', html: null, layout_hash: null, slots: null })
  expect(await retryJobs(refused.app, emailsQueue, id)).toBe(1)
  await refused.drain()
  expect(await email()).toMatchObject({ status: 'cancelled', attempts: 0, due_at: null })
  await refused.close()
})
