import { sql } from 'kysely'
import type { App } from '../../platform/app.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { inTransaction } from '../../platform/db/database.ts'
import type { BackgroundTask } from '../../platform/queue/queue.ts'
import { clientOf, type ProviderAccount } from '../accounts/provider-account.ts'
import { explain, isUnauthorized } from '../stripe/errors.ts'
import { EVENT_TYPES } from '../stripe/event-types.ts'
import { queueTask } from './queue-task.ts'
import { storeEvents } from './store-events.ts'

const POLL_MS = 3_600_000
/** Events of one moment are listed a little later; what was stored before is not stored again. */
const OVERLAP_MS = 10 * 60_000
/** How far back Stripe lists events. */
const LONGEST_MS = 29 * 86_400_000
/** Stripe accepts so many types in one request. */
const MOST_TYPES = 20
const MOST_EVENTS = 10_000
/** Subscriptions that are read again in one run. */
const BATCH = 50

/**
 * Finds what no notification has said: asks each connected account for its events every hour, and at once when a
 * process starts; and reads each subscription that can still change once a day. All by real time: what a provider
 * lists does not follow a clock that was moved.
 */
export const reconcileTask: BackgroundTask = {
  name: 'reconcile payments',
  everyMs: 60_000,
  wakesOthers: true,
  run: reconcile,
}

/** The processes that have asked since they started. */
const started = new WeakSet<App>()

async function reconcile(app: App): Promise<number> {
  const isStart = !started.has(app)
  started.add(app)
  const accounts = await claimAccounts(app, isStart)
  let count = 0
  for (const account of accounts) count += await fetchEvents(app, account)
  return count + (await readUnseen(app))
}

/** Those whose time has come, or all. Their next time is noted at once: another process asks for others. */
async function claimAccounts({ db }: App, isStart: boolean): Promise<(ProviderAccount & { since: Date })[]> {
  const { rows } = await sql<ProviderAccount & { since: Date }>`
    with due as materialized (
      select id, site_id, polled_at from provider_accounts
       where archived_at is null and connected_at is not null
         and (${isStart} or polled_at < clock_timestamp() - make_interval(secs => ${POLL_MS / 1_000}))
       order by id for no key update skip locked
    )
    update provider_accounts a set polled_at = clock_timestamp()
      from due
     where a.id = due.id and a.site_id = due.site_id
    returning a.*, due.polled_at as since`.execute(db)
  return rows
}

/** @returns number of events that were not known */
async function fetchEvents(app: App, account: ProviderAccount & { since: Date }): Promise<number> {
  const now = systemClock.now().getTime()
  const since = Math.max(account.since.getTime() - OVERLAP_MS, now - LONGEST_MS)
  try {
    const client = clientOf(app, account)
    let count = 0
    for (let first = 0; first < EVENT_TYPES.length; first += MOST_TYPES) {
      const events = await client.events
        .list({
          types: EVENT_TYPES.slice(first, first + MOST_TYPES),
          created: { gte: Math.floor(since / 1_000) },
          limit: 100,
        })
        .autoPagingToArray({ limit: MOST_EVENTS })
      // The oldest first, as they happened.
      count += await storeEvents(app.db, account, events.toReversed(), app.clock.now())
    }
    return count
  } catch (error) {
    app.log.warn(
      { problem: explain(error), account: account.id },
      'the events of a payment provider were not fetched',
    )
    await forget(app, account, isUnauthorized(error) ? explain(error) : null)
    return 0
  }
}

/** Nothing was fetched: the next run begins where this one did. */
async function forget({ db }: App, account: ProviderAccount & { since: Date }, problem: string | null) {
  // Not at once: a provider that is not reached is asked again in a few minutes.
  const again = sql<Date>`least(${account.since}::timestamptz, clock_timestamp() - make_interval(secs => ${(POLL_MS - OVERLAP_MS) / 1_000}))`
  await db
    .updateTable('provider_accounts')
    .set({ polled_at: again, ...(problem !== null && { problem }) })
    .where('site_id', '=', account.site_id)
    .where('id', '=', account.id)
    .execute()
}

/** Subscriptions that were not read for a day. @returns their number */
async function readUnseen({ db, clock }: App): Promise<number> {
  return inTransaction(db, async (tx) => {
    const { rows } = await sql<{ site_id: string; provider_account_id: string; reference: string }>`
      with unseen as materialized (
        select o.site_id, o.provider_account_id, o.reference from provider_objects o
          join provider_accounts a on a.id = o.provider_account_id and a.site_id = o.site_id and a.archived_at is null
         where o.live_seen_at < clock_timestamp() - interval '24 hours'
         order by o.live_seen_at limit ${BATCH} for no key update of o skip locked
      )
      update provider_objects o set live_seen_at = clock_timestamp()
        from unseen u
       where o.site_id = u.site_id and o.provider_account_id = u.provider_account_id and o.reference = u.reference
      returning o.site_id, o.provider_account_id, o.reference`.execute(tx)
    for (const { site_id, provider_account_id, reference } of rows)
      await queueTask(tx, { site_id, id: provider_account_id }, 'read_subscription', reference, clock.now())
    return rows.length
  })
}
