import { afterEach, beforeEach, expect, test } from 'vitest'
import { dispatching, requeueing } from '../background.ts'
import { advanceClock } from '../clock/advance-clock.ts'
import type { MovableClock } from '../clock/clock.ts'
import { SUPERVISE_SECONDS } from '../jobs/jobs.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { causeWelcome } from '../testing/outbox.ts'
import { type SmtpSink, startSmtp } from '../testing/smtp.ts'
import { emailQueue } from './email-queue.ts'
import { type EmailId, keepInHand, LEASE_MS } from './lease.ts'
import { HANDOVER_MS, MAIL_CONNECTIONS, smtpMailer } from './mailer.ts'
import { prepareEmail } from './prepare-email.ts'
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

/** Time passes, and nothing is done. */
const later = (ms: number) => (h.app.clock as MovableClock).advance(h.app.db, ms)

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
  const silence = emailQueue.options.heartbeatSeconds!
  await h.app.pool.query(`update pgboss.job set heartbeat_on = heartbeat_on - make_interval(secs => $1)`, [
    silence + 1,
  ])
  await h.jobs.supervise(emailQueue.name)
  await later((silence + 1) * 1_000)
  expect(await email()).toMatchObject({ status: 'pending' })
  await advanceClock(h.app, (2 * emailQueue.options.retryDelay! + 1) * 1_000)
  expect(await email()).toMatchObject({ status: 'sent' })
  expect(silence + 2 * emailQueue.options.retryDelay!).toBeLessThan(130)
})

test('an e-mail whose turn comes late is taken in hand anew before it is handed over', async () => {
  const { email, which } = await queued()
  const { until } = (await prepareEmail(h.app, which))!
  await later(LEASE_MS - HANDOVER_MS)
  await keepInHand(h.app, which, until)
  expect((await email()).sending_until!.getTime() - h.app.clock.now().getTime()).toBeGreaterThan(HANDOVER_MS)
  await expect(prepareEmail(h.app, which)).rejects.toThrow('in hand')
})

test('an e-mail that waited for its turn until another worker took it over is not handed over', async () => {
  const { which } = await queued()
  const first = (await prepareEmail(h.app, which))!
  await later(LEASE_MS + 1)
  await prepareEmail(h.app, which)
  await expect(keepInHand(h.app, which, first.until)).rejects.toThrow('in hand')
})

test('e-mails that wait for a connection do not use up the time for their hand-over', async () => {
  h.app.mailer!.close()
  h.app.mailer = smtpMailer(sink.url, 4_000)
  slowMs = 2_500
  const waiting: EmailId[] = []
  while (waiting.length <= MAIL_CONNECTIONS) waiting.push((await queued()).which)
  await Promise.all(waiting.map((which) => sendEmail(h.app, which, false)))
  expect(answered).toBe(waiting.length)
})

test('a server that drags a message out is left, and the e-mail tried again', async () => {
  slowMs = 60_000
  const { email } = await queued()
  await h.drain()
  expect(await email()).toMatchObject({ status: 'pending', attempts: 1, sending_until: null })
})

test('no hand-over outlasts the time that the e-mail is in hand, nor that one its job', () => {
  const { heartbeatSeconds, expireInSeconds } = emailQueue.options
  expect(HANDOVER_MS).toBeLessThan(LEASE_MS)
  // That a worker has died is noticed before its e-mails are free, and those are within a minute.
  expect((heartbeatSeconds! + SUPERVISE_SECONDS) * 1_000).toBeLessThan(LEASE_MS)
  expect(LEASE_MS + requeueing.everyMs).toBeLessThan(60_000)
  const rounds = Math.ceil(emailQueue.atOnce(h.app) / MAIL_CONNECTIONS)
  expect(rounds * HANDOVER_MS).toBeLessThan(expireInSeconds! * 1_000)
})
