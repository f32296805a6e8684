import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import type { ClaimedRun, Outcome } from './run.ts'

/** Writes down, in the transaction of the steps themselves, what became of each, and where the runs stand now. */
export async function recordOutcomes(tx: Tx, outcomes: Map<ClaimedRun, Outcome>, now: Date): Promise<void> {
  const rows = [...outcomes].map(([run, outcome]) => ({
    site_id: run.siteId,
    run_id: run.id,
    position: run.step,
    has_begun: run.hasBegun,
    ...stepOf(run, outcome),
    ...standingOf(run, outcome, now),
  }))
  await sql`
    with outcomes as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        o (site_id bigint, run_id bigint, position integer, action text, state text, detail jsonb,
           status text, reason text, step integer, due_at timestamptz, has_begun boolean)
    ), recorded as (
      insert into automation_run_steps (site_id, run_id, position, action, state, detail, done_at)
      select site_id, run_id, position, action, state, detail, ${now} from outcomes where action is not null
    )
    update automation_runs r
       set status = o.status, reason = o.reason, step = o.step, due_at = o.due_at, attempts = 0, error = null,
           begun_at = coalesce(r.begun_at, case when o.has_begun then ${now}::timestamptz end),
           ended_at = case when o.due_at is null then ${now}::timestamptz end
      from outcomes o where r.id = o.run_id and r.site_id = o.site_id`.execute(tx)
}

/** The action with what came of it, when it is over. */
function stepOf({ action: { action, ...members } }: ClaimedRun, outcome: Outcome) {
  if (outcome.state !== 'done' && outcome.state !== 'skipped') return {}
  return { action, state: outcome.state, detail: { ...members, ...outcome.detail } }
}

function standingOf({ step, action, isLast }: ClaimedRun, outcome: Outcome, now: Date) {
  switch (outcome.state) {
    case 'stopped':
      return { status: 'stopped', reason: outcome.reason, step, due_at: null }
    case 'postponed':
      return { status: 'active', reason: outcome.reason, step, due_at: outcome.until }
  }
  const next = { step: step + 1, reason: outcome.reason ?? null }
  if (action.action === 'stop') return { ...next, status: 'stopped', reason: 'stop', due_at: null }
  if (isLast) return { ...next, status: 'completed', reason: null, due_at: null }
  return { ...next, status: 'active', due_at: outcome.nextAt ?? now }
}
