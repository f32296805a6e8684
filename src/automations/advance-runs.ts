import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { type Backoff, doubling, nextAttempt } from '../platform/queue/backoff.ts'
import { processBatch } from '../platform/queue/process-batch.ts'
import { claimRuns, type DueRun } from './claim-runs.ts'
import { findRunsToStop } from './find-runs-to-stop.ts'
import { recordOutcomes } from './record-outcomes.ts'
import type { ClaimedRun, Outcome, Work } from './run.ts'
import { takeSteps } from './take-steps.ts'

const BATCH = 200
const BACKOFF: Backoff = { pausesMs: doubling(30_000, 1_920_000), maxAttempts: 8 }

/**
 * Takes the next step of runs that are due, those that have been due for longest first: one step of each run, in
 * one transaction with what the step does, so that either both have happened or neither. Any number of processes
 * may do this at once. A run that fails does not block others; it is retried with backoff.
 *
 * @returns how many runs it was
 */
export const advanceRuns = (app: App): Promise<number> =>
  processBatch(app, {
    what: 'automation runs',
    size: BATCH,
    claim: async (tx, limit) => firstOfEachContact(await claimRuns(tx, app.clock.now(), limit)),
    process: (tx, runs) => advance({ tx, now: app.clock.now() }, runs),
    recordFailure: (tx, run, error) => recordFailure(app, { tx, now: app.clock.now() }, run, error),
  })

async function advance(work: Work, runs: DueRun[]): Promise<void> {
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

async function recordFailure(app: App, { tx, now }: Work, run: DueRun, error: Error): Promise<void> {
  const { siteId, id, step, hasBegun } = run
  const attempts = run.attempts + 1
  const dueAt = nextAttempt(BACKOFF, attempts, now)
  await tx
    .updateTable('automation_runs')
    .set({
      attempts,
      error: error.message,
      ...(hasBegun && { begun_at: sql`coalesce(begun_at, ${now})` }),
      ...(dueAt
        ? { reason: 'retry', due_at: dueAt }
        : { status: 'failed', reason: 'failed', due_at: null, ended_at: now }),
    })
    .where('site_id', '=', siteId)
    .where('id', '=', id)
    .execute()
  app.log.error({ run: { siteId, id, step }, attempts, err: error }, 'a step of an automation failed')
}
