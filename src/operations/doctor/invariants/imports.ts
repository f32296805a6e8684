/** That imports say what became of their rows, and that no row was imported twice. */
import type { Invariant } from './invariant.ts'

/** The rows of old imports are removed before these. */
const RECENT = `(i.finished_at is null or i.finished_at > $1::timestamptz - interval '1 day')`

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
    violations: `select 'import ' || i.id as what
               from imports i
               left join (select site_id, import_id, count(*) as total, count(*) filter (where status <> 'pending') as done,
                                 count(*) filter (where status = 'rejected') as rejected
                            from import_rows group by site_id, import_id) r on r.site_id = i.site_id and r.import_id = i.id
              where i.status <> 'receiving' and ${RECENT}
                and (i.total, i.done, i.rejected) <> (coalesce(r.total, 0), coalesce(r.done, 0), coalesce(r.rejected, 0))
             union all
             select 'import ' || import_id || ', rows that are ' || status
               from (select i.site_id, i.id as import_id, c.key as status, c.value::bigint as count
                       from imports i cross join jsonb_each_text(i.counts) c where c.value <> '0' and ${RECENT}) counted
               full join (select r.site_id, r.import_id, r.status, count(*) as count
                            from import_rows r join imports i on i.site_id = r.site_id and i.id = r.import_id
                           where r.status <> 'pending' and ${RECENT} group by r.site_id, r.import_id, r.status) there
                 using (site_id, import_id, status)
              where counted.count is distinct from there.count`,
  },
  {
    name: 'import_finished',
    rule: 'A completed import has no pending rows, and an import has a time of its end exactly when it has ended.',
    violations: `select 'import ' || i.id as what from imports i
              where i.status = 'completed'
                and exists (select from import_rows r
                             where r.site_id = i.site_id and r.import_id = i.id and r.status = 'pending')
             union all
             select 'import ' || id from imports
              where (finished_at is not null) <> (status in ('completed', 'cancelled'))`,
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
              where i.kind = 'contacts' and ${RECENT}
                and e.count > (select count(*) from import_rows r
                                where r.site_id = i.site_id and r.import_id = i.id and r.status = 'created')`,
  },
  {
    name: 'import_cells',
    rule: 'Rows that were imported have no cells any more.',
    violations: `select 'row ' || r.id || ' of import ' || r.import_id as what
               from import_rows r join imports i on i.site_id = r.site_id and i.id = r.import_id
              where not i.is_dry_run and r.status in ${APPLIED} and (r.cells is not null or r.person is not null)`,
  },
]
