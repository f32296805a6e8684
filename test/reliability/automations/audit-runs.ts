/** Compares the runs of an automation and the effects of their steps with the grants that started them. */
import type pg from 'pg'
import type { FiveSteps } from './set-up.ts'

export interface RunsAudit {
  runs: number
  steps: number
  faults: string[]
}

/** For each grant exactly one run, for each run each of its steps once, and of each step exactly one effect. */
export async function auditRuns(
  database: pg.Pool,
  { offerId, bonusId, actions }: FiveSteps,
  grants: number,
): Promise<RunsAudit> {
  const { rows } = await database.query<Trace>(TRACES, [offerId, bonusId])
  const faults = rows.flatMap((trace) =>
    faultsOf(trace, actions).map((fault) => `event ${trace.event_id}: ${fault}`),
  )
  if (rows.length !== grants) faults.push(`${rows.length} grants were recorded instead of ${grants}`)
  const { rows: strays } = await database.query(STRAYS)
  faults.push(...strays.map(({ what, id }) => `${what} ${id} belongs to no step`))
  const total = (count: (trace: Trace) => number) => rows.reduce((sum, trace) => sum + count(trace), 0)
  return { runs: total(({ runs }) => runs), steps: total(({ steps }) => steps.length), faults }
}

/** The effects of a grant of the first offer. */
interface Trace {
  event_id: string
  runs: number
  statuses: string[]
  /** Action and state, in order. */
  steps: string[]
  tagged: number
  bonuses: number
  live_bonuses: number
  emails: number
  deliveries: number
  delivered: number
}

function faultsOf(trace: Trace, actions: string[]): string[] {
  const { statuses, steps } = trace
  const faults: string[] = []
  const expected = actions.map((action) => `${action} done`).join()
  if (statuses.join() !== 'completed') faults.push(`its runs are ${statuses.join() || 'none'}`)
  if (steps.join() !== expected) faults.push(`its steps are ${steps.join() || 'none'}`)
  for (const name of [
    'runs',
    'tagged',
    'bonuses',
    'live_bonuses',
    'emails',
    'deliveries',
    'delivered',
  ] as const) {
    if (trace[name] !== 1) faults.push(`${trace[name]} ${name}`)
  }
  return faults
}

const TRACES = `
  select e.id as event_id, count(r.id)::int as runs,
         coalesce(array_agg(r.status) filter (where r.id is not null), '{}') as statuses,
         array(select s.action || ' ' || s.state from automation_run_steps s
                where s.run_id = any (array_agg(r.id)) order by s.run_id, s.position) as steps,
         (select count(*)::int from events t where t.caused_by = e.id and t.type = 'tag_added') as tagged,
         (select count(*)::int from events t where t.caused_by = e.id and t.type = 'offer_granted') as bonuses,
         (select count(*)::int from offer_grants g
           where g.customer_id = e.customer_id and g.offer_id = $2 and g.revoked_at is null) as live_bonuses,
         (select count(*)::int from emails m where m.event_id = e.id and m.kind = 'automation') as emails,
         (select count(*)::int from webhook_deliveries d where d.event_id = e.id) as deliveries,
         (select count(*)::int from webhook_deliveries d where d.event_id = e.id and d.status = 'delivered') as delivered
    from events e left join automation_runs r on r.event_id = e.id
   where e.type = 'offer_granted' and e.offer_id = $1
   group by e.id, e.site_id, e.customer_id
   order by e.id`

/** Effects of runs that belong to no recorded step. */
const STRAYS = `
  with effects as (
    select 'event' as what, id, run_id, null::int as step from events where run_id is not null
     union all select 'e-mail', id, run_id, step from emails where run_id is not null
     union all select 'delivery', id, run_id, step from webhook_deliveries where run_id is not null)
  select f.what, f.id from effects f
   where not exists (select from automation_run_steps s
                      where s.run_id = f.run_id and (f.step is null or s.position = f.step))`
