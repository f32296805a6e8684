/** E-mails go out through a difficult mail server, while the workers that send them are killed. */
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { type Member, startFleet } from './fleet.ts'
import { brokenRules, countBy, type Findings, onGround, outcomeOf } from './ground.ts'
import { type Copy, type DifficultServer, startDifficultServer } from './mail/difficult-server.ts'
import { type Random, seededRandom } from './random.ts'
import type { Trial } from './trial.ts'

export interface MailReport extends Findings {
  seed: number
  emails: number
  seconds: number
  perSecond: number
  /** By how they ended. */
  ends: Record<string, number>
  /** What the server did. */
  tally: Record<string, number>
  kills: number
  /** Taken again, after the server hung up before it said so. */
  copiesAfterCuts: number
  /** Taken again, after the worker that was told so was killed. */
  copiesAfterKills: number
}

export interface MailOptions {
  emails?: number
  /** Between kills, on average. */
  killEveryMs?: number
  limitMs?: number
  /** SQL that breaks something on purpose. */
  fault?: string
}

/** Without kills: what a killed worker had in hand is taken over only after its time. */
export const SHORT: MailOptions = { emails: 250, killEveryMs: Number.POSITIVE_INFINITY, limitMs: 400_000 }
const WORKERS = 2
/** In which a worker notes what it was told. */
const NOTED_MS = 5_000
/** In which what was sent before a kill still comes to the server. */
const ARRIVING_MS = 500
/** What came before a copy that needs explaining. */
const HISTORY_MS = 60_000
const HURRY_EVERY_MS = 500

export const mailTrial: Trial = {
  name: 'mail',
  sentence: 'the mail server refuses, dawdles and hangs up at every stage, workers are killed',
  run: async ({ seed, isShort }) => outcomeOf(await mail(seed, isShort ? SHORT : {})),
}

export const mail = (
  seed: number,
  { emails = 3_000, killEveryMs = 10_000, limitMs = 900_000, fault }: MailOptions = {},
): Promise<MailReport> =>
  onGround(emails, async ({ postgres, account, database }) => {
    const server = await startDifficultServer(seededRandom(seed, 'mail server'))
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
      await sleep(HURRY_EVERY_MS)
      await database.query(
        `update emails set due_at = now() where status = 'pending' and attempts > 0 and due_at > now()`,
      )
    }
    const seconds = (performance.now() - begun) / 1_000
    ending.abort()
    const kills = await killing
    // In which a second copy would come.
    await sleep(NOTED_MS)
    await fleet.stop()
    await server.close()
    const { rows } = await database.query<Sent>(
      'select id, status, response, message_id, to_email from emails order by id',
    )
    const copies = judgeCopies(rows, server.copies, kills)
    const faults = [
      ...(rows.length === emails ? [] : [`${rows.length} e-mails instead of ${emails}`]),
      ...rows.flatMap((email) => faultOf(email, server)),
      ...copies.faults,
      ...(await brokenRules(postgres.url)),
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

/** As the events of so many grants, without their requests: the worker does the rest. */
async function grantToAll(database: pg.Pool, siteId: string, offerId: string): Promise<void> {
  await database.query(
    `select grant_offers($1, array_agg(id order by id), array_agg(jsonb_build_array($2::text)),
                         array_agg('{"actor": "test", "source": "api"}'::jsonb), now())
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

/** Until it is aborted. @returns when, on the clock of performance.now() */
async function killWorkers(
  workers: Member[],
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

/** An e-mail ends as sent, and then the server has it; or as failed, with the words that refused it. */
function faultOf(
  { id, status, response, message_id, to_email }: Sent,
  { copies, refusals }: DifficultServer,
): string[] {
  if (status === 'sent') {
    const isThere = copies.some(({ messageId }) => messageId === message_id)
    return isThere ? [] : [`e-mail ${id} counts as sent, and the server never took it`]
  }
  const said = refusals.get(to_email ?? '') ?? []
  if (status === 'failed' && said.some((words) => response?.includes(words))) return []
  return [`e-mail ${id} is ${status}: ${response}`]
}

interface Copies {
  faults: string[]
  afterCuts: number
  afterKills: number
}

/** A second copy is in order only when nobody could have noted the one before. */
function judgeCopies(emails: Sent[], copies: Copy[], kills: number[]): Copies {
  const found: Copies = { faults: [], afterCuts: 0, afterKills: 0 }
  for (const { id, message_id } of emails) {
    const taken = copies.filter(({ messageId }) => messageId === message_id)
    for (const { isAnswered, at } of taken.slice(0, -1)) {
      if (!isAnswered) found.afterCuts++
      else if (kills.some((kill) => kill > at - ARRIVING_MS && kill < at + NOTED_MS)) found.afterKills++
      else
        found.faults.push(
          `e-mail ${id} was taken ${taken.length} times without need: ${historyOf(taken, kills)}`,
        )
    }
  }
  return found
}

/** Copies and kills in their order, with the seconds at which they were. */
function historyOf(taken: Copy[], kills: number[]): string {
  const [first, last] = [taken[0]!.at, taken.at(-1)!.at]
  const near = kills.filter((kill) => kill > first - HISTORY_MS && kill < last)
  return [
    ...taken.map(({ at, isAnswered }) => ({ at, what: isAnswered ? 'taken' : 'cut' })),
    ...near.map((at) => ({ at, what: 'kill' })),
  ]
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, what }) => `${what} at ${(at / 1_000).toFixed(3)}`)
    .join(', ')
}
