/** That imports say what became of their rows, and that no row was imported twice. */
import type { Invariant } from './invariant.ts'
import { type JobTables, recentJobs, wrongCounts, wrongEnds } from './job-rows.ts'

const IMPORTS = {
  noun: 'import',
  jobs: 'imports',
  rows: 'import_rows',
  jobId: 'import_id',
  failed: 'rejected',
} as const satisfies JobTables

const RECENT = recentJobs('i')

/** Statuses of rows whose cells are not needed again. */
const APPLIED = `('created', 'changed', 'unchanged', 'merged')`

/** Which member of the result names what a row has recorded, by kind. */
const RECORDED: [kind: string, member: string, table: string][] = [
  ['subscriptions', 'purchase_id', 'purchases'],
  ['transactions', 'transaction_id', 'transactions'],
  ['form_submissions', 'form_submission_id', 'form_submissions'],
]

/** What rows have recorded that is there no more, or that two rows of a kind have recorded both. */
const recordedOnce = ([kind, member, table]: (typeof RECORDED)[number]) => `
  select '${kind} row ' || min(r.id) || ' of import ' || min(r.import_id) as what
    from import_rows r
    join imports i on i.site_id = r.site_id and i.id = r.import_id
    left join ${table} t on t.site_id = r.site_id and t.id = (r.result ->> '${member}')::bigint
   where i.kind = '${kind}' and not i.is_dry_run and r.status = 'created' and r.result ->> '${member}' is not null
   group by r.site_id, r.result ->> '${member}' having count(*) > 1 or bool_or(t.id is null)`

export const importInvariants: Invariant[] = [
  {
    name: 'import_progress',
    rule: 'The numbers of every import that has not ended a day ago are those of its rows.',
    violations: wrongCounts(IMPORTS),
  },
  {
    name: 'import_finished',
    rule: 'A completed import has no pending rows, and an import has a time of its end exactly when it has ended.',
    violations: wrongEnds(IMPORTS),
  },
  {
    name: 'import_received',
    rule: 'No import waits for a file that has not come on for two hours.',
    violations: `select 'import ' || id as what from imports
              where status = 'receiving' and updated_at < $1::timestamptz - interval '2 hours'`,
  },
  {
    name: 'import_once',
    rule: 'No row of an import was imported twice, and what rows have recorded is there.',
    violations: `${RECORDED.map(recordedOnce).join(' union all ')}
             union all
             select 'import ' || i.id as what
               from imports i
               join (select site_id, request_id, count(*) as count from events
                      where type = 'contact_created' and request_id like 'import:%' group by site_id, request_id) e
                 on e.site_id = i.site_id and e.request_id = 'import:' || i.id
               left join (select site_id, import_id, count(*) as count from import_rows
                           where status = 'created' group by site_id, import_id) r
                 on r.site_id = i.site_id and r.import_id = i.id
              where i.kind = 'contacts' and ${RECENT} and e.count > coalesce(r.count, 0)`,
  },
  {
    name: 'import_cells',
    rule: 'Rows that were imported have no cells any more.',
    violations: `select 'row ' || r.id || ' of import ' || r.import_id as what
               from import_rows r join imports i on i.site_id = r.site_id and i.id = r.import_id
              where not i.is_dry_run and r.status in ${APPLIED} and (r.cells is not null or r.person is not null)`,
  },
]
