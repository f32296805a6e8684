import { afterEach, beforeEach, expect, test } from 'vitest'
import { dispatching } from '../background.ts'
import { advanceClock } from '../clock/advance-clock.ts'
import type { MovableClock } from '../clock/clock.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { causeWelcome, welcome } from '../testing/outbox.ts'
import type { Mailer } from './mailer.ts'
import { requeueEmails } from './requeue-emails.ts'

let h: Harness
let sent: number
let isAway: boolean
const mailer: Mailer = {
  async send() {
    if (isAway) throw new Error('away')
    sent += 1
    return '250 ok'
  },
  close: () => {},
}

beforeEach(async () => {
  sent = 0
  isAway = false
  h = await startHarness({ mailer })
})
afterEach(() => h.close())

const pass = (minutes: number) => (h.app.clock as MovableClock).advance(h.app.db, minutes * 60_000)

const liveJobs = async () =>
  (await h.app.pool.query(`select from pgboss.job where state in ('created', 'retry', 'active')`)).rowCount

test('an e-mail that was rendered for a mail server is kept by a worker that has none', async () => {
  isAway = true
  const email = await welcome(h)
  expect(await email()).toMatchObject({ status: 'pending', html: expect.any(String) })
  h.app.mailer = null
  await advanceClock(h.app, 3_600_000)
  expect(await email()).toMatchObject({ status: 'kept', sending_until: null })
})

test('an e-mail whose job was deleted is queued again and sent once', async () => {
  const email = await causeWelcome(h)
  await dispatching.run(h.app, h.jobs)
  await h.app.pool.query('delete from pgboss.job')
  await h.drain()
  expect(await email()).toMatchObject({ status: 'pending' })
  await advanceClock(h.app, 10 * 60_000)
  expect(await email()).toMatchObject({ status: 'sent', attempts: 1 })
  expect(sent).toBe(1)
})

test('an e-mail whose worker died in the last attempt is queued again', async () => {
  const email = await causeWelcome(h)
  await dispatching.run(h.app, h.jobs)
  await h.app.pool.query(`update pgboss.job set state = 'failed', completed_on = now()`)
  await advanceClock(h.app, 10 * 60_000)
  expect(await email()).toMatchObject({ status: 'sent' })
})

test('an e-mail that a killed worker had in hand is sent once it is free, and not when a failure would be', async () => {
  const email = await causeWelcome(h)
  await dispatching.run(h.app, h.jobs)
  // As the supervisor leaves the job of a worker that stirs no more.
  await h.app.pool.query(
    `update pgboss.job set state = 'retry', retry_count = 1, start_after = now() + interval '1 hour'`,
  )
  const inHandUntil = new Date(h.app.clock.now().getTime() + 60_000)
  await h.app.pool.query('update emails set sending_until = $1', [inHandUntil])
  await h.drain()
  expect(await email()).toMatchObject({ status: 'pending' })
  await pass(1)
  await h.drain()
  expect(await email()).toMatchObject({ status: 'sent', attempts: 1 })
})

test('an e-mail whose job waits, is tried again or runs gets no second job', async () => {
  await causeWelcome(h)
  await dispatching.run(h.app, h.jobs)
  await pass(10)
  for (const state of ['created', 'retry', 'active']) {
    await h.app.pool.query('update pgboss.job set state = $1', [state])
    expect(await requeueEmails(h.app, h.jobs)).toBe(0)
  }
})

test('of many workers one queues a forgotten e-mail again', async () => {
  await causeWelcome(h)
  await causeWelcome(h)
  await dispatching.run(h.app, h.jobs)
  await h.app.pool.query('delete from pgboss.job')
  await pass(10)
  const counts = await Promise.all(Array.from({ length: 8 }, () => requeueEmails(h.app, h.jobs)))
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2)
  expect(await liveJobs()).toBe(2)
})
