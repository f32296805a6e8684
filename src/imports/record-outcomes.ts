import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import type { ClaimedImport } from './claim-people.ts'
import type { Findings } from './findings.ts'
import type { RowOutcome } from './import-kind.ts'

/** Records what became of rows of an import, in the transaction in which it happened. */
export async function recordOutcomes(
  tx: Tx,
  job: ClaimedImport,
  outcomes: Map<string, RowOutcome>,
): Promise<void> {
  const { siteId, id, total, isDryRun, origin, findings } = job
  const list = [...outcomes].map(([row, { contactId, column, ...outcome }]) => ({
    id: row,
    ...outcome,
    // In a dry run, contacts that would be created have got an id that they will not have.
    contact_id: isDryRun && outcome.status === 'created' ? null : contactId,
    column_name: column,
  }))
  // What has been imported is not kept twice; what was rejected can be downloaded, corrected and imported again.
  await sql`
    update import_rows r
       set status = o.status, code = o.code, column_name = o.column_name, detail = o.detail, result = o.result,
           contact_id = o.contact_id, done_at = ${origin.now},
           cells = case when ${isDryRun}::boolean or o.status = 'rejected' then r.cells end,
           person = case when ${isDryRun}::boolean or o.status = 'rejected' then r.person end
      from jsonb_to_recordset(${JSON.stringify(list)}::jsonb)
           o (id bigint, status text, code text, column_name text, detail text, result jsonb, contact_id bigint)
     where r.id = o.id and r.site_id = ${siteId}`.execute(tx)
  for (const { status } of outcomes.values()) job.counts[status] = (job.counts[status] ?? 0) + 1
  job.done += outcomes.size
  const isLast = job.done >= total
  await sql`
    update imports
       set counts = ${JSON.stringify(job.counts)}::jsonb, done = ${job.done}, rejected = ${job.counts.rejected ?? 0},
           findings = ${JSON.stringify(findings)}::jsonb, status = ${isLast ? 'completed' : 'running'},
           finished_at = ${isLast ? origin.now : null}, updated_at = ${origin.now}, due_at = ${origin.now}
     where id = ${id} and site_id = ${siteId}`.execute(tx)
}

/** Ends an import that is locked; rows that are pending stay so. */
export async function finishImport(
  tx: Tx,
  {
    id,
    siteId,
    origin: { now },
    findings,
  }: Pick<ClaimedImport, 'id' | 'siteId'> & { origin: { now: Date }; findings?: Findings },
  {
    status,
    reason = null,
  }: { status: 'completed' | 'cancelled'; reason?: 'cancelled' | 'permission_lost' | 'failed' | null },
): Promise<void> {
  await tx
    .updateTable('imports')
    .set({
      status,
      reason,
      finished_at: now,
      updated_at: now,
      ...(findings && { findings: JSON.stringify(findings) }),
    })
    .where('id', '=', id)
    .where('site_id', '=', siteId)
    .execute()
}
