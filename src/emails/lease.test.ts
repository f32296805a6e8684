import { afterEach, beforeEach, expect, test } from 'vitest'
import { dispatching } from '../background.ts'
import { advanceClock } from '../clock/advance-clock.ts'
import type { MovableClock } from '../clock/clock.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { causeWelcome } from '../testing/outbox.ts'
import { type SmtpSink, startSmtp } from '../testing/smtp.ts'
import { emailQueue } from './email-queue.ts'
import { LEASE_MS } from './lease.ts'
import { HANDOVER_MS, MAIL_CONNECTIONS, smtpMailer } from './mailer.ts'
import { sendEmail } from './send-email.ts'

let h: Harness
let sink: SmtpSink
/** How long the server takes to take a message. */
let slowMs: number
let answered: number

beforeEach(async () => {
  slowMs = 0
  answered = 0
  sink = await startSmtp({
    onData(stream, _session, callback) {
      stream.on('end', () => {
        setTimeout(() => {
          answered += 1
          callback(null, 'queued')
        }, slowMs)
      })
      stream.resume()
    },
  })
  h = await startHarness({ mailer: smtpMailer(sink.url, 2_000) })
})
afterEach(async () => {
  h.app.mailer!.close()
  await h.close()
  await sink.close()
})

/** A welcome that waits with its job. */
async function queued() {
  const email = await causeWelcome(h)
  await dispatching.run(h.app, h.jobs)
  const { site_id: siteId, id } = await email()
  return { email, which: { siteId, id } }
}

test('an e-mail that a worker hands over slowly is not sent by a second one meanwhile', async () => {
  slowMs = 1_000
  const { email, which } = await queued()
  const first = sendEmail(h.app, which, false)
  await expect.poll(async () => (await email()).sending_until).not.toBeNull()
  await expect(sendEmail(h.app, which, true)).rejects.toThrow('in hand')
  await first
  expect(await email()).toMatchObject({ status: 'sent', attempts: 1, sending_until: null })
  await sendEmail(h.app, which, false)
  expect(answered).toBe(1)
})

test('a killed worker’s e-mail is taken over when its time is over, within about two minutes', async () => {
  const { email, which } = await queued()
  await h.jobs.fetch(emailQueue.name)
  const taken = new Date(h.app.clock.now().getTime() + LEASE_MS)
  await h.app.db.updateTable('emails').set({ sending_until: taken }).where('id', '=', which.id).execute()
  await expect(sendEmail(h.app, which, false)).rejects.toThrow('in hand')
  const expiry = emailQueue.options.expireInSeconds!
  await h.app.pool.query(`update pgboss.job set started_on = started_on - make_interval(secs => $1)`, [
    expiry + 1,
  ])
  await h.jobs.supervise(emailQueue.name)
  await (h.app.clock as MovableClock).advance(h.app.db, (expiry + 1) * 1_000)
  expect(await email()).toMatchObject({ status: 'pending' })
  await advanceClock(h.app, (2 * emailQueue.options.retryDelay! + 1) * 1_000)
  expect(await email()).toMatchObject({ status: 'sent' })
  expect(expiry + 2 * emailQueue.options.retryDelay!).toBeLessThan(130)
})

test('a server that drags a message out is left, and the e-mail tried again', async () => {
  slowMs = 60_000
  const { email } = await queued()
  await h.drain()
  expect(await email()).toMatchObject({ status: 'pending', attempts: 1, sending_until: null })
})

test('no hand-over outlasts the time that the e-mail is in hand, nor that one its job', () => {
  expect(HANDOVER_MS).toBeLessThan(LEASE_MS)
  expect(LEASE_MS).toBeLessThan(emailQueue.options.expireInSeconds! * 1_000)
  expect(emailQueue.atOnce(h.app)).toBeLessThanOrEqual(MAIL_CONNECTIONS)
})
