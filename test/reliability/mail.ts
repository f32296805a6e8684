/** E-mails are sent through a flaky mail server, while the workers that send them are killed. */
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { type FleetProcess, startFleet } from './fleet.ts'
import { type Copy, type FlakyServer, startFlakyServer } from './mail/flaky-server.ts'
import { type Random, seededRandom } from './random.ts'
import type { Trial } from './trial.ts'
import {
  countBy,
  type Findings,
  resultOf,
  violatedInvariants,
  withTrialEnvironment,
} from './trial-environment.ts'

export interface MailReport extends Findings {
  seed: number
  emails: number
  seconds: number
  perSecond: number
  /** E-mails by final status. */
  ends: Record<string, number>
  /** Number of the server's actions. */
  tally: Record<string, number>
  kills: number
  /** Second copies after the server disconnected before confirming the first. */
  copiesAfterCuts: number
  /** Second copies after the worker that received the confirmation of the first was killed. */
  copiesAfterKills: number
}

export interface MailOptions {
  emails?: number
  /** Between kills, on average. */
  killEveryMs?: number
  limitMs?: number
  /** SQL that plants a fault. */
  fault?: string
}

/** Without kills: e-mails that a killed worker has leased are sent only after the lease expires. */
export const SHORT: MailOptions = { emails: 250, killEveryMs: Number.POSITIVE_INFINITY, limitMs: 400_000 }
const WORKERS = 2
/** Time in which a worker records a confirmation. */
const RECORDED_MS = 5_000
/** Time in which data sent before a kill still reaches the server. */
const ARRIVING_MS = 500
/** Length of the history that is reported with an unexplained copy. */
const HISTORY_MS = 60_000
const SPEED_UP_EVERY_MS = 500

export const mailTrial: Trial = {
  name: 'mail',
  summary: 'the mail server refuses, delays and disconnects at every stage, workers are killed',
  run: async ({ seed, isShort }) => resultOf(await mail(seed, isShort ? SHORT : {})),
}

export const mail = (
  seed: number,
  { emails = 3_000, killEveryMs = 10_000, limitMs = 900_000, fault }: MailOptions = {},
): Promise<MailReport> =>
  withTrialEnvironment(emails, async ({ postgres, account, database }) => {
    const server = await startFlakyServer(seededRandom(seed, 'mail server'))
    if (fault) await database.query(fault)
    await grantToAll(database, account.siteId, account.offers[0]!)
    const fleet = await startFleet(
      postgres.url,
      { SMTP_URL: server.url, MAIL_FROM: 'hello@bestow.example', LOG_LEVEL: 'fatal' },
      { servers: 0, workers: WORKERS },
    )
    const begun = performance.now()
    const ending = new AbortController()
    const killing = killWorkers(fleet.workers, seededRandom(seed, 'kills'), killEveryMs, ending.signal)
    while ((await countWaiting(database)) > 0 && performance.now() < begun + limitMs) {
      await sleep(SPEED_UP_EVERY_MS)
      await database.query(
        `update emails set due_at = now() where status = 'pending' and attempts > 0 and due_at > now()`,
      )
    }
    const seconds = (performance.now() - begun) / 1_000
    ending.abort()
    const kills = await killing
    // Second copies would arrive in this time.
    await sleep(RECORDED_MS)
    await fleet.stop()
    await server.close()
    const { rows } = await database.query<Sent>(
      'select id, status, response, message_id, to_email from emails order by id',
    )
    const copies = auditCopies(rows, server.copies, kills)
    const faults = [
      ...(rows.length === emails ? [] : [`${rows.length} e-mails instead of ${emails}`]),
      ...rows.flatMap((email) => faultOf(email, server)),
      ...copies.faults,
      ...(await violatedInvariants(postgres.url)),
    ]
    return {
      passed: faults.length === 0,
      faults,
      seed,
      emails: rows.length,
      seconds,
      perSecond: rows.length / seconds,
      ends: countBy(rows, ({ status }) => status),
      tally: server.tally,
      kills: kills.length,
      copiesAfterCuts: copies.afterCuts,
      copiesAfterKills: copies.afterKills,
    }
  })

interface Sent {
  id: string
  status: string
  response: string | null
  message_id: string | null
  to_email: string | null
}

/** Grants without requests: the workers do the rest. */
async function grantToAll(database: pg.Pool, siteId: string, offerId: string): Promise<void> {
  await database.query(
    `select grant_offers(array_agg(jsonb_populate_record(null::offers_change, jsonb_build_object(
                           'place', id, 'site_id', site_id, 'contact_id', id, 'offer_ids', array[$2::bigint],
                           'options', '{"actor": "test", "source": "api"}'::jsonb))), now())
       from contacts where site_id = $1`,
    [siteId, offerId],
  )
}

async function countWaiting(database: pg.Pool): Promise<number> {
  const { rows } = await database.query<{ waiting: number }>(
    `select (select count(*) from events where dispatched_at is null)::int
          + (select count(*) from emails where status = 'pending')::int as waiting`,
  )
  return rows[0]!.waiting
}

/** Kills workers until it is aborted. @returns the times of the kills, on the clock of performance.now() */
async function killWorkers(
  workers: FleetProcess[],
  random: Random,
  everyMs: number,
  signal: AbortSignal,
): Promise<number[]> {
  const kills: number[] = []
  while (everyMs < Number.POSITIVE_INFINITY) {
    await sleep(everyMs * (0.5 + random.next()), undefined, { signal }).catch(() => {})
    if (signal.aborted) break
    kills.push(performance.now())
    await random.pick(workers).crash()
  }
  return kills
}

/** An e-mail must end as sent, and be on the server; or as failed, with the text of a refusal. */
function faultOf(
  { id, status, response, message_id, to_email }: Sent,
  { copies, refusals }: FlakyServer,
): string[] {
  if (status === 'sent') {
    const isAccepted = copies.some(({ messageId }) => messageId === message_id)
    return isAccepted ? [] : [`e-mail ${id} is marked as sent, but the server never accepted it`]
  }
  const texts = refusals.get(to_email ?? '') ?? []
  if (status === 'failed' && texts.some((words) => response?.includes(words))) return []
  return [`e-mail ${id} is ${status}: ${response}`]
}

interface Copies {
  faults: string[]
  afterCuts: number
  afterKills: number
}

/** A second copy is allowed only when the first could not be recorded. */
function auditCopies(emails: Sent[], copies: Copy[], kills: number[]): Copies {
  const found: Copies = { faults: [], afterCuts: 0, afterKills: 0 }
  for (const { id, message_id } of emails) {
    const accepted = copies.filter(({ messageId }) => messageId === message_id)
    for (const { isConfirmed, at } of accepted.slice(0, -1)) {
      if (!isConfirmed) found.afterCuts++
      else if (kills.some((kill) => kill > at - ARRIVING_MS && kill < at + RECORDED_MS)) found.afterKills++
      else
        found.faults.push(
          `e-mail ${id} was sent ${accepted.length} times unnecessarily: ${historyOf(accepted, kills)}`,
        )
    }
  }
  return found
}

/** Copies and kills in order, with their times in seconds. */
function historyOf(accepted: Copy[], kills: number[]): string {
  const [first, last] = [accepted[0]!.at, accepted.at(-1)!.at]
  const near = kills.filter((kill) => kill > first - HISTORY_MS && kill < last)
  return [
    ...accepted.map(({ at, isConfirmed }) => ({ at, what: isConfirmed ? 'confirmed' : 'cut' })),
    ...near.map((at) => ({ at, what: 'kill' })),
  ]
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, what }) => `${what} at ${(at / 1_000).toFixed(3)}`)
    .join(', ')
}
