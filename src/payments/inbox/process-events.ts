import { type RawBuilder, sql } from 'kysely'
import pLimit from 'p-limit'
import type { App } from '../../platform/app.ts'
import { inTransaction, isUnavailable, type Tx } from '../../platform/db/database.ts'
import { type Backoff, doubling, nextAttempt } from '../../platform/queue/backoff.ts'
import { clientOf, type ProviderAccount } from '../accounts/provider-account.ts'
import { applyReading } from '../apply-reading.ts'
import { explain, isMissing, isUnauthorized } from '../stripe/errors.ts'
import { readNotification } from '../stripe/read-notification.ts'
import { type ClaimedEvent, claimEvents } from './claim-events.ts'
import { performTask } from './perform-task.ts'
import { TASK_PREFIX, type Task } from './queue-task.ts'
import { nextTicket } from './tickets.ts'

/** Groups of events in progress per process. Stripe answers a hundred requests a second of an account. */
const CONCURRENCY = 5
const MAX_IN_FLIGHT = 20

/** An event fails permanently after three days: 13 attempts in the first half day, then every six hours. */
const BACKOFF: Backoff = { pausesMs: doubling(5_000, 6 * 3_600_000), maxAttempts: 23 }

export type Outcome = 'applied' | 'ignored' | 'foreign' | 'gone'

const inFlightByApp = new WeakMap<App, Set<Promise<void>>>()

function inFlight(app: App): Set<Promise<void>> {
  const known = inFlightByApp.get(app) ?? new Set()
  inFlightByApp.set(app, known)
  return known
}

const limited = pLimit(CONCURRENCY)

/**
 * Leases what is due in the inbox and starts to process it. Any number of processes may do this concurrently, in any
 * order: what an event leads to follows from the state of its object at the provider alone.
 *
 * @param wake called when there is capacity again
 * @returns number of events claimed; eventsSettled() waits for those in flight
 */
export async function processInbox(app: App, wake: () => void): Promise<number> {
  const running = inFlight(app)
  const capacity = MAX_IN_FLIGHT - running.size
  if (capacity <= 0) return 0
  const groups = await claimEvents(app, capacity)
  for (const group of groups) {
    const processing = limited(() => processGroup(app, group)).finally(() => {
      running.delete(processing)
      wake()
    })
    running.add(processing)
  }
  return groups.flat().length
}

/** Resolves when no event is in flight. */
export async function eventsSettled(app: App): Promise<void> {
  await Promise.all(inFlight(app))
}

async function processGroup(app: App, group: ClaimedEvent[]): Promise<void> {
  const [first] = group as [ClaimedEvent]
  try {
    const account = await accountOf(app, first)
    await processEvents(app, account, group)
    app.onEvents()
  } catch (error) {
    // Its lease expires, and it is retried.
    if (isUnavailable(error)) return
    await recordFailure(app, group, error as Error).catch((failure) =>
      app.log.error({ err: failure, event: first.id }, 'the failure of a payment event was not recorded'),
    )
  }
}

const accountOf = ({ db }: App, { site_id, provider_account_id }: ClaimedEvent): Promise<ProviderAccount> =>
  db
    .selectFrom('provider_accounts')
    .selectAll()
    .where('site_id', '=', site_id)
    .where('id', '=', provider_account_id)
    .executeTakeFirstOrThrow()

async function processEvents(app: App, account: ProviderAccount, group: ClaimedEvent[]): Promise<void> {
  const { type, object_id: id } = group[0]!
  if (type.startsWith(TASK_PREFIX)) {
    const finish = await performTask(app, account, type.slice(TASK_PREFIX.length) as Task, id)
    return inTransaction(app.db, async (tx) => {
      await finish(tx)
      await markProcessed(tx, group, 'applied', app.clock.now())
    })
  }
  const client = clientOf(app, account)
  const ticket = await nextTicket(app.db)
  const reading = await readNotification(client, type, id).catch((error) => {
    if (isMissing(error)) return 'gone' as const
    throw error
  })
  await inTransaction(app.db, async (tx) => {
    const outcome =
      typeof reading === 'string' ? reading : await applyReading(app, tx, account, reading, ticket)
    await markProcessed(tx, group, outcome, app.clock.now())
  })
}

/** Of those that this process still holds: what was queued again meanwhile is done again. */
async function markProcessed(tx: Tx, group: ClaimedEvent[], outcome: Outcome, now: Date): Promise<void> {
  for (const { site_id, id, lease } of group) {
    await tx
      .updateTable('provider_events')
      .set({ processed_at: now, outcome, due_at: null, leased_until: null, error: null })
      .where('site_id', '=', site_id)
      .where('id', '=', id)
      .where('leased_until', '=', timeOf(lease))
      .execute()
  }
}

/** As the database wrote it. */
const timeOf = (lease: string): RawBuilder<Date> => sql`${lease}::timestamptz`

async function recordFailure(app: App, group: ClaimedEvent[], error: Error): Promise<void> {
  const now = app.clock.now()
  const problem = explain(error)
  app.log.warn(
    { err: { message: problem }, type: group[0]!.type, event: group[0]!.id },
    'a payment event failed',
  )
  await inTransaction(app.db, async (tx) => {
    for (const { site_id, id, lease, attempts } of group) {
      const due = nextAttempt(BACKOFF, attempts + 1, now)
      await tx
        .updateTable('provider_events')
        .set({
          attempts: attempts + 1,
          error: problem,
          due_at: due,
          leased_until: null,
          ...(due === null && { failed_at: now }),
        })
        .where('site_id', '=', site_id)
        .where('id', '=', id)
        .where('leased_until', '=', timeOf(lease))
        .execute()
    }
    if (isUnauthorized(error)) await recordProblem(tx, group[0]!, problem, now)
  })
}

/** The key of the account is not accepted any more: its owner has to enter another one. */
async function recordProblem(
  tx: Tx,
  { site_id, provider_account_id }: ClaimedEvent,
  problem: string,
  now: Date,
): Promise<void> {
  await tx
    .updateTable('provider_accounts')
    .set({ problem, updated_at: now })
    .where('site_id', '=', site_id)
    .where('id', '=', provider_account_id)
    .execute()
}
