import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { inTransaction, isConnectionLost, withSavepoint } from '../platform/db/database.ts'
import { claimRuns, type DueRun } from './claim-runs.ts'
import { findRunsToStop } from './find-runs-to-stop.ts'
import { recordOutcomes } from './record-outcomes.ts'
import type { ClaimedRun, Outcome, Work } from './run.ts'
import { takeSteps } from './take-steps.ts'

const BATCH = 200
const MOST_ATTEMPTS = 8
const SHORTEST_PAUSE_MS = 15_000

/**
 * Takes the next step of runs that are due, those that have been due for longest first: one step of each run, in
 * one transaction with what the step does, so that either both have happened or neither. Any number of processes
 * may do this at once. A run that fails does not block others; it is retried with backoff.
 *
 * @returns how many runs it was
 */
export async function advanceRuns(app: App): Promise<number> {
  try {
    return await inTransaction(app.db, async (tx) => {
      const work = { tx, now: app.clock.now() }
      return advance(work, await claimRuns(tx, work.now, BATCH))
    })
  } catch (error) {
    if (isConnectionLost(error)) throw error
    app.log.warn({ err: error }, 'a batch of automation runs failed; they are advanced one at a time')
    return advanceSingly(app)
  }
}

async function advance(work: Work, claimed: DueRun[]): Promise<number> {
  const runs = firstOfEachContact(claimed)
  if (runs.length === 0) return 0
  const stops = await findRunsToStop(work.tx, runs, work.now)
  const outcomes: Map<ClaimedRun, Outcome> = await takeSteps(
    work,
    runs.filter(({ id }) => !stops.has(id)),
  )
  for (const run of runs) {
    const reason = stops.get(run.id)
    if (reason) outcomes.set(run, { state: 'stopped', reason })
  }
  await recordOutcomes(work.tx, outcomes, work.now)
  return runs.length
}

/** A contact's runs go one after another: what one does, the conditions of the next see. */
function firstOfEachContact(runs: DueRun[]): DueRun[] {
  const contactIds = new Set<string>()
  return runs.filter(({ contactId }) => {
    const isFirst = !contactIds.has(contactId)
    contactIds.add(contactId)
    return isFirst
  })
}

async function advanceSingly(app: App): Promise<number> {
  for (let count = 0; ; count++) {
    if (count === BATCH || !(await advanceOne(app))) return count
  }
}

/** Whether there was one. The lock of a failing run is kept until that is noted. */
async function advanceOne(app: App): Promise<boolean> {
  return inTransaction(app.db, async (tx) => {
    const work = { tx, now: app.clock.now() }
    const [run] = await claimRuns(tx, work.now, 1)
    if (!run) return false
    await withSavepoint(
      tx,
      async () => void (await advance(work, [run])),
      (error) => recordFailure(app, work, run, error),
    )
    return true
  })
}

async function recordFailure(app: App, { tx, now }: Work, run: DueRun, error: Error): Promise<void> {
  const { siteId, id, step, hasBegun } = run
  const attempts = run.attempts + 1
  const hasFailed = attempts === MOST_ATTEMPTS
  const pauseMs = SHORTEST_PAUSE_MS * 2 ** attempts
  await tx
    .updateTable('automation_runs')
    .set({
      attempts,
      error: error.message,
      ...(hasBegun && { begun_at: sql`coalesce(begun_at, ${now})` }),
      ...(hasFailed
        ? { status: 'failed', reason: 'failed', due_at: null, ended_at: now }
        : { reason: 'retry', due_at: new Date(now.getTime() + pauseMs) }),
    })
    .where('site_id', '=', siteId)
    .where('id', '=', id)
    .execute()
  app.log.error({ run: { siteId, id, step }, attempts, err: error }, 'a step of an automation failed')
}
