/** That bulk jobs say what became of their rows, and that what rows say was done. */
import type { Invariant } from './invariant.ts'
import { type JobTables, wrongCounts, wrongEnds } from './job-rows.ts'

const BULK_JOBS = {
  noun: 'bulk job',
  jobs: 'bulk_jobs',
  rows: 'bulk_job_rows',
  jobId: 'job_id',
  failed: 'failed',
} as const satisfies JobTables

export const bulkJobInvariants: Invariant[] = [
  {
    name: 'bulk_progress',
    rule: 'The counters of every bulk job that has not ended a day ago are those of its rows.',
    violations: wrongCounts(BULK_JOBS),
  },
  {
    name: 'bulk_finished',
    rule: 'A completed bulk job has no pending rows, and a job has a time of its end exactly when it has ended.',
    violations: wrongEnds(BULK_JOBS),
  },
  {
    name: 'bulk_grants',
    rule: 'Every grant that a row of a bulk job has made or renewed exists, and is that of its contact.',
    violations: `select 'row ' || r.id || ' of bulk job ' || r.job_id as what
               from bulk_job_rows r
               cross join jsonb_array_elements(r.result -> 'offers') o
               left join offer_grants g
                 on g.site_id = r.site_id and g.id = (o ->> 'grant_id')::bigint and g.offer_id = (o ->> 'id')::bigint
               left join customers c
                 on c.site_id = g.site_id and c.id = g.customer_id and c.contact_id = r.contact_id
              where r.status in ('granted', 'renewed') and o ->> 'status' <> 'already_granted' and c.id is null`,
  },
]
