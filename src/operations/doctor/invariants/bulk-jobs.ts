/** That bulk jobs say what became of their rows, and that what rows say was done. */
import type { Invariant } from './invariant.ts'

/** The rows of old jobs are removed before the jobs. */
const RECENT = `(j.finished_at is null or j.finished_at > $1::timestamptz - interval '1 day')`

export const bulkJobInvariants: Invariant[] = [
  {
    name: 'bulk_progress',
    rule: 'The counters of every bulk job that has not ended a day ago are those of its rows.',
    violations: `select 'bulk job ' || j.id as what
               from bulk_jobs j
               left join (select site_id, job_id, count(*) as total, count(*) filter (where status <> 'pending') as done,
                                 count(*) filter (where status = 'failed') as failed
                            from bulk_job_rows group by site_id, job_id) r on r.site_id = j.site_id and r.job_id = j.id
              where ${RECENT} and (j.total, j.done, j.failed) <> (coalesce(r.total, 0), coalesce(r.done, 0), coalesce(r.failed, 0))
             union all
             select 'bulk job ' || job_id || ', rows that are ' || status
               from (select j.site_id, j.id as job_id, c.key as status, c.value::bigint as count
                       from bulk_jobs j cross join jsonb_each_text(j.counts) c where c.value <> '0' and ${RECENT}) counted
               full join (select r.site_id, r.job_id, r.status, count(*) as count
                            from bulk_job_rows r join bulk_jobs j on j.site_id = r.site_id and j.id = r.job_id
                           where r.status <> 'pending' and ${RECENT} group by r.site_id, r.job_id, r.status) there
                 using (site_id, job_id, status)
              where counted.count is distinct from there.count`,
  },
  {
    name: 'bulk_finished',
    rule: 'A completed bulk job has no pending rows, and a job has a time of its end exactly when it has ended.',
    violations: `select 'bulk job ' || j.id as what from bulk_jobs j
              where j.status = 'completed'
                and exists (select from bulk_job_rows r
                             where r.site_id = j.site_id and r.job_id = j.id and r.status = 'pending')
             union all
             select 'bulk job ' || id from bulk_jobs
              where (finished_at is not null) <> (status in ('completed', 'cancelled'))`,
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
