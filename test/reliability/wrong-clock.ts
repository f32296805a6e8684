/** Two workers share a database, and the clock of one is an hour off; mail server and webhook receiver are slow. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { sealer } from '../../src/platform/secrets/sealing.ts'
import { startReceiver } from '../../src/testing/receiver.ts'
import { startSmtp } from '../../src/testing/smtp.ts'
import { newSigningSecret } from '../../src/webhooks/signing.ts'
import { fleetSettings } from './fleet.ts'
import type { Trial, TrialResult } from './trial.ts'
import { type Findings, resultOf, violatedInvariants, withTrialEnvironment } from './trial-environment.ts'

export interface WrongClockReport extends Findings {
  hoursOff: number
  contacts: number
  /** Numbers of e-mails and webhooks that were received. */
  emails: number
  deliveries: number
  seconds: number
}

export interface WrongClockOptions {
  contacts: number
  /** Response time of the mail server and the receiver. */
  slowMs: number
  limitMs: number
  /** Plants a fault, and ends with the first second copy: leases use the clock of each worker. */
  hasOwnClocks?: boolean
}

const FULL: WrongClockOptions = { contacts: 60, slowMs: 5_000, limitMs: 300_000 }
export const SHORT: WrongClockOptions = { contacts: 8, slowMs: 800, limitMs: 90_000 }

/** Hooks are leased one by one: many, so that both workers get some. */
const HOOKS = 10
const CHECK_EVERY_MS = 250
/** Second copies would arrive in this time. */
const COPY_MS = 3_000

export const wrongClockTrial: Trial = {
  name: 'wrong-clock',
  summary: 'the clock of one of two workers is an hour ahead, then an hour behind',
  async run({ isShort }): Promise<TrialResult> {
    if (faketimeLibrary() === null) return { passed: true, lines: [`skipped: ${FAKETIME_MISSING}`] }
    const results: TrialResult[] = []
    for (const hours of [1, -1]) results.push(resultOf(await wrongClock(hours, isShort ? SHORT : FULL)))
    return {
      passed: results.every(({ passed }) => passed),
      lines: results.flatMap(({ lines }) => lines),
    }
  },
}

export const FAKETIME_MISSING =
  'faketime is not installed (Debian: apt-get install faketime); it sets the clock of one process'

/** The library that makes a process see another time; null when it is not installed. */
export function faketimeLibrary(): string | null {
  const { stdout } = spawnSync('faketime', ['-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' })
  const library = stdout?.trim().split(/[\s:]+/)[0]
  if (!library) return null
  // `$LIB` is replaced by the dynamic linker.
  return library.includes('$LIB') || existsSync(library) ? library : null
}

/** @param hours by which the clock of one worker is ahead; negative when it is behind */
export const wrongClock = (
  hours: number,
  { contacts, slowMs, limitMs, hasOwnClocks = false }: WrongClockOptions,
): Promise<WrongClockReport> =>
  withTrialEnvironment(contacts, async (environment) => {
    const { database, postgres, account } = environment
    const taken: string[] = []
    const mail = await startSmtp({
      onData(stream, { envelope }, callback) {
        stream.on('end', async () => {
          taken.push(envelope.rcptTo[0]!.address)
          await sleep(slowMs)
          callback(null, 'taken')
        })
        stream.resume()
      },
    })
    const receiver = await startReceiver()
    receiver.answer(async (response) => {
      await sleep(slowMs)
      response.end()
    })
    try {
      if (hasOwnClocks) await giveOwnClocks(database)
      await makeHooks(database, account.siteId, receiver.url)
      const settings = { SMTP_URL: mail.url, MAIL_FROM: 'hello@bestow.example', ALLOW_PRIVATE_TARGETS: '1' }
      await environment.start('worker', withOffset(postgres.url, 0), settings)
      await environment.start('worker', withOffset(postgres.url, hours), {
        ...settings,
        LD_PRELOAD: faketimeLibrary()!,
        FAKETIME: `${hours < 0 ? '' : '+'}${hours}h`,
        // Only the time of day is wrong; monotonic clocks are not affected.
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        DONT_FAKE_MONOTONIC: '1',
      })
      const begun = performance.now()
      // Due by the clocks of both.
      await grantToAll(database, account.siteId, account.offers[0]!, hours)
      const delivered = () => receiver.received.map(({ headers }) => String(headers['webhook-id']))
      const isFound = () => hasOwnClocks && (hasCopies(taken) || hasCopies(delivered()))
      const waiting = await untilDone(database, begun + limitMs, isFound)
      const seconds = Math.round((performance.now() - begun) / 1_000)
      if (!isFound()) await sleep(COPY_MS)
      const deliveries = delivered()
      const faults = [
        ...waiting,
        ...oncePerItem('e-mail to', taken, contacts),
        ...oncePerItem('delivery', deliveries, HOOKS * contacts),
        ...(await violatedInvariants(postgres.url)),
      ]
      return {
        passed: faults.length === 0,
        faults,
        hoursOff: hours,
        contacts,
        emails: taken.length,
        deliveries: deliveries.length,
        seconds,
      }
    } finally {
      await mail.close()
      await receiver.close()
    }
  })

/** A connection URL whose sessions have the offset of the worker's clock, for the planted fault. */
function withOffset(url: string, hours: number): string {
  const options = encodeURIComponent(`-c trial.offset=${hours * 3_600}`)
  return `${url}&options=${options}`
}

/**
 * Makes the sessions of each worker return its own time, as if it compared leases with its own clock. The first
 * schema of the path stays `public`, where a worker that starts creates the functions of its version.
 */
async function giveOwnClocks(database: pg.Pool): Promise<void> {
  await database.query(`
    create schema own_clocks;
    create function own_clocks.offset() returns interval language sql stable as $$
      select make_interval(secs => coalesce(nullif(current_setting('trial.offset', true), ''), '0')::float)
    $$;
    create function own_clocks.clock_timestamp() returns timestamptz language sql volatile as $$
      select pg_catalog.clock_timestamp() + own_clocks.offset()
    $$;
    create function own_clocks.now() returns timestamptz language sql stable as $$
      select pg_catalog.now() + own_clocks.offset()
    $$;
    alter database bestow set search_path = public, own_clocks, pg_catalog`)
}

async function makeHooks(database: pg.Pool, siteId: string, url: string): Promise<void> {
  const secret = sealer([fleetSettings('').SECRET_KEY!]).seal(newSigningSecret())
  await database.query(
    `insert into hooks (site_id, event, target_url, secret, created_at, updated_at)
     select $1, 'customer_created', $2, $3, now(), now() from generate_series(1, $4)`,
    [siteId, url, secret, HOOKS],
  )
}

async function grantToAll(database: pg.Pool, siteId: string, offerId: string, hours: number): Promise<void> {
  await database.query(
    `select grant_offers(array_agg(jsonb_populate_record(null::offers_change, jsonb_build_object(
                           'place', id, 'site_id', site_id, 'contact_id', id, 'offer_ids', array[$2::bigint],
                           'options', '{"actor": "test", "source": "api"}'::jsonb))),
                         now() - make_interval(hours => greatest(0, -$3::integer)))
       from contacts where site_id = $1`,
    [siteId, offerId, hours],
  )
}

/** Waits until nothing is pending. @returns what is still pending at the end */
async function untilDone(database: pg.Pool, end: number, isFound: () => boolean): Promise<string[]> {
  for (;;) {
    // E-mails that one worker has written are due by the clock of the other too.
    await database.query(
      `update emails set due_at = now() - interval '2 hours' where status = 'pending' and attempts = 0
          and due_at > now() - interval '90 minutes' and sending_until is null`,
    )
    const { rows } = await database.query<{ what: string; count: number }>(`
      select 'events' as what, count(*)::int from events where dispatched_at is null
       union all select 'e-mails', count(*)::int from emails where status = 'pending'
       union all select 'deliveries', count(*)::int from webhook_deliveries where status = 'pending'`)
    const waiting = rows.filter(({ count }) => count > 0)
    if (waiting.length === 0 || isFound()) return []
    if (performance.now() > end) return waiting.map(({ what, count }) => `${count} ${what} are still pending`)
    await sleep(CHECK_EVERY_MS)
  }
}

const hasCopies = (received: string[]) => new Set(received).size < received.length

/** Reports missing items, and items that arrived more than once. */
function oncePerItem(what: string, received: string[], count: number): string[] {
  const copies = Map.groupBy(received, (name) => name)
  return [
    ...(copies.size === count ? [] : [`${copies.size} of ${count} arrived: ${what}`]),
    ...[...copies].flatMap(([name, { length }]) =>
      length > 1 ? [`${what} ${name} arrived ${length} times`] : [],
    ),
  ]
}
