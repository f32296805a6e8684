import { type RawBuilder, sql } from 'kysely'
import type { Tx } from './database.ts'

/** A step of an automation's run. */
interface Step {
  runId: string
  step: number
}

/** The ids of what steps have queued, by run. @param table with a unique index of (run_id, step, site_id) */
export async function idsOfSteps(
  tx: Tx,
  table: RawBuilder<unknown>,
  siteId: string,
  steps: Step[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ run_id: string; id: string }>`
    select m.run_id, m.id
      from unnest(${steps.map(({ runId }) => runId)}::bigint[], ${steps.map(({ step }) => step)}::integer[]) s (run_id, step)
     cross join lateral (
       select m.run_id, m.id from ${table} m
        where m.run_id = s.run_id and m.step = s.step and m.site_id = ${siteId} limit 1) m`.execute(tx)
  return new Map(rows.map(({ run_id, id }) => [run_id, id]))
}
