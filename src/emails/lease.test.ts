import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Harness, startHarness } from '../testing/harness.ts'
import { causeWelcome } from '../testing/outbox.ts'
import { type SmtpSink, startSmtp } from '../testing/smtp.ts'
import { failure, success } from './attempts.ts'
import { emailsQueue } from './emails-queue.ts'
import { LEASE_MS, renewLease } from './lease.ts'
import { HANDOVER_MS, MAIL_CONNECTIONS, smtpMailer } from './mailer.ts'
import { type Prepared, prepareEmails } from './prepare-emails.ts'
import { recordAttempt } from './record-attempts.ts'
import { emailsSettled, sendEmails } from './send-emails.ts'

const HOUR_MS = 3_600_000

let h: Harness
let sink: SmtpSink
/** How long the server takes to accept a message. */
let slowMs: number
/** Messages also wait for this promise. */
let gate: Promise<void>
let answered: number

beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())
beforeEach(async () => {
  slowMs = 0
  gate = Promise.resolve()
  answered = 0
  sink = await startSmtp({
    onData(stream, _session, callback) {
      stream.on('end', () => {
        setTimeout(async () => {
          await gate
          answered += 1
          callback(null, 'queued')
        }, slowMs)
      })
      stream.resume()
    },
  })
  await h.renew()
  h.app.mailer = smtpMailer(sink.url, 2_000)
})
afterEach(async () => {
  h.app.mailer!.close()
  await sink.close()
})

/** Simulates that so much time has passed: leases use the time of the database. */
async function later(ms: number, held: Prepared[]): Promise<void> {
  const { rows } = await h.app.pool.query(
    `update emails set sending_until = sending_until - make_interval(secs => $1) where sending_until is not null
     returning id, sending_until::text as lease`,
    [ms / 1_000],
  )
  for (const one of held) {
    one.since -= ms
    one.lease = rows.find(({ id }) => id === one.id).lease
  }
}

/** Runs something as a process whose clock is wrong. */
async function withClockOff<Result>(ms: number, work: () => Promise<Result>): Promise<Result> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })
  try {
    return await work()
  } finally {
    vi.useRealTimers()
  }
}

/** Creates a pending welcome e-mail. @returns a function that reads it */
async function queued() {
  const email = await causeWelcome(h)
  await h.dispatch()
  return email
}

/** Leases due e-mails, as a worker that does not send them. */
async function take(most = 10): Promise<Prepared[]> {
  const taken: Prepared[] = []
  await prepareEmails(h.app, most, (emails) => taken.push(...emails))
  return taken
}

/** Sends due e-mails, as a worker does. Resolves when all that it has leased are sent. */
async function send(): Promise<number> {
  const count = await sendEmails(h.app, () => {})
  await emailsSettled(h.app)
  return count
}

test('an e-mail that a worker sends slowly is not sent by a second worker meanwhile', async () => {
  slowMs = 1_000
  const email = await queued()
  const first = send()
  await expect.poll(async () => (await email()).sending_until).not.toBeNull()
  expect(await take()).toEqual([])
  await first
  expect(await email()).toMatchObject({ status: 'sent', attempts: 1, due_at: null, sending_until: null })
  expect(await send()).toBe(0)
  expect(answered).toBe(1)
})

test('an e-mail that a killed worker had leased is sent when the lease expires, within a minute, before all others', async () => {
  const email = await queued()
  const held = await take()
  expect(held).toHaveLength(1)
  await later(LEASE_MS - 1_000, held)
  expect(await send()).toBe(0)
  await queued()
  await later(60_000 - LEASE_MS, held)
  const { id } = await email()
  expect(await take(1)).toMatchObject([{ id, attempts: 0 }])
})

test('the lease of an e-mail that waited long for a connection is renewed before it is sent', async () => {
  const email = await queued()
  const held = await take()
  await later(LEASE_MS - HANDOVER_MS, held)
  expect(await renewLease(h.app, held[0]!)).toBe(true)
  expect((await email()).sending_until!.getTime() - Date.now()).toBeGreaterThan(HANDOVER_MS)
  expect(await take()).toEqual([])
})

test('a worker whose e-mail was leased by another records nothing about it except success', async () => {
  const email = await queued()
  const held = await take()
  await later(LEASE_MS + 1, held)
  expect(await take()).toHaveLength(1)
  expect(await renewLease(h.app, held[0]!)).toBe(false)
  const now = h.app.clock.now()
  await recordAttempt(h.app, held[0]!, failure(new Error('too late'), 0, now))
  expect(await email()).toMatchObject({ status: 'pending', attempts: 0 })
  expect((await email()).sending_until).not.toBeNull()
  await recordAttempt(h.app, held[0]!, success('queued', now))
  expect(await email()).toMatchObject({ status: 'sent', attempts: 1 })
})

test.each([HOUR_MS, -HOUR_MS])(
  'a worker whose clock is wrong by %i ms claims no e-mail that another worker has leased, nor loses its own leases',
  async (ms) => {
    await queued()
    // Also by a clock that is an hour behind.
    await h.app.pool.query(`update emails set due_at = due_at - interval '2 hours'`)
    const held = await take()
    expect(held).toHaveLength(1)
    expect(await withClockOff(ms, take)).toEqual([])
    await later(LEASE_MS + 1, held)
    const taken = await withClockOff(ms, take)
    expect(taken).toHaveLength(1)
    expect(await take()).toEqual([])
    expect(await withClockOff(ms, () => renewLease(h.app, taken[0]!))).toBe(true)
  },
)

test('a worker that stops sends nothing more, and another can send its e-mails at once', async () => {
  let open = () => {}
  gate = new Promise((resolve) => {
    open = resolve
  })
  for (let i = 0; i <= MAIL_CONNECTIONS; i++) await queued()
  const first = send()
  const inFlight = async () =>
    (await h.app.pool.query('select from emails where sending_until is not null')).rowCount
  await expect.poll(inFlight).toBe(MAIL_CONNECTIONS + 1)
  h.app.isStopping = true
  open()
  await first
  expect(answered).toBe(MAIL_CONNECTIONS)
  h.app.isStopping = false
  expect(await send()).toBe(1)
  expect(answered).toBe(MAIL_CONNECTIONS + 1)
})

test('waiting for a connection does not count towards the time limit of sending', async () => {
  h.app.mailer!.close()
  h.app.mailer = smtpMailer(sink.url, 4_000)
  slowMs = 2_500
  for (let i = 0; i <= MAIL_CONNECTIONS; i++) await queued()
  expect(await send()).toBe(MAIL_CONNECTIONS + 1)
  expect(answered).toBe(MAIL_CONNECTIONS + 1)
})

test('a server that takes too long for a message is disconnected, and the e-mail retried', async () => {
  slowMs = 60_000
  const email = await queued()
  await send()
  expect(await email()).toMatchObject({ status: 'pending', attempts: 1, sending_until: null })
})

test('sending never takes longer than the lease, which ends within a minute', () => {
  expect(HANDOVER_MS).toBeLessThan(LEASE_MS)
  expect(LEASE_MS + emailsQueue.everyMs).toBeLessThan(60_000)
})

test('each e-mail is leased by one of many workers', async () => {
  for (let i = 0; i < 5; i++) await queued()
  const taken = await Promise.all(Array.from({ length: 8 }, () => take()))
  expect(new Set(taken.flat().map(({ id }) => id)).size).toBe(5)
  expect(taken.flat()).toHaveLength(5)
})
