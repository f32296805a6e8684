/** What is true of jobs that work through rows: bulk jobs and imports. */

/** The tables and columns of such jobs. */
export interface JobTables {
  noun: string
  jobs: string
  rows: string
  /** Of a row: its job. */
  jobId: string
  /** The status of rows that could not be done, and the counter of the job for them. */
  failed: string
}

/** The rows of old jobs are removed before the jobs. @param alias of the table of jobs */
export const recentJobs = (alias: string): string =>
  `(${alias}.finished_at is null or ${alias}.finished_at > $1::timestamptz - interval '1 day')`

/** Jobs whose counters are not those of their rows. Rows of a file that is being received are not counted yet. */
export const wrongCounts = ({ noun, jobs, rows, jobId, failed }: JobTables): string => `
             select '${noun} ' || j.id as what
               from ${jobs} j
               left join (select site_id, ${jobId}, count(*) as total, count(*) filter (where status <> 'pending') as done,
                                 count(*) filter (where status = '${failed}') as failed
                            from ${rows} group by site_id, ${jobId}) r on r.site_id = j.site_id and r.${jobId} = j.id
              where j.status <> 'receiving' and ${recentJobs('j')}
                and (j.total, j.done, j.${failed}) <> (coalesce(r.total, 0), coalesce(r.done, 0), coalesce(r.failed, 0))
             union all
             select '${noun} ' || job_id || ', rows that are ' || status
               from (select j.site_id, j.id as job_id, c.key as status, c.value::bigint as count
                       from ${jobs} j cross join jsonb_each_text(j.counts) c
                      where c.value <> '0' and ${recentJobs('j')}) counted
               full join (select r.site_id, r.${jobId} as job_id, r.status, count(*) as count
                            from ${rows} r join ${jobs} j on j.site_id = r.site_id and j.id = r.${jobId}
                           where r.status <> 'pending' and ${recentJobs('j')}
                           group by r.site_id, r.${jobId}, r.status) there
                 using (site_id, job_id, status)
              where counted.count is distinct from there.count`

/** Completed jobs with pending rows, and jobs whose time of the end contradicts their status. */
export const wrongEnds = ({ noun, jobs, rows, jobId }: JobTables): string => `
             select '${noun} ' || j.id as what from ${jobs} j
              where j.status = 'completed'
                and exists (select from ${rows} r
                             where r.site_id = j.site_id and r.${jobId} = j.id and r.status = 'pending')
             union all
             select '${noun} ' || id from ${jobs}
              where (finished_at is not null) <> (status in ('completed', 'cancelled'))`
