import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { inTransaction, type Tx } from '../platform/db/database.ts'

/** As many at once as a statement can end in its time. */
const BATCH = 5_000

/**
 * Ends what waits of an automation that is locked and deleted, or the first of it: endRest() ends the rest. One that
 * begins at the same moment ends as soon as a worker looks at it.
 */
export async function endRunsOfAutomation(tx: Tx, siteId: string, id: string, now: Date): Promise<void> {
  const { numAffectedRows } = await sql`
    update automation_runs
       set status = 'stopped', reason = 'automation_deleted', due_at = null, ended_at = ${now}
     -- As an array it is read once, whatever the planner knows of the table.
     where id = any (array(select id from automation_runs
                            where automation_id = ${id} and site_id = ${siteId} and status = 'active' limit ${BATCH}))
       and site_id = ${siteId} and status = 'active'`.execute(tx)
  if (Number(numAffectedRows ?? 0) === BATCH) return
  await tx
    .updateTable('automations')
    .set({ runs_ended_at: now })
    .where('id', '=', id)
    .where('site_id', '=', siteId)
    .execute()
}

/** Ends what still waits of an automation that is deleted. @returns whether there was one, as 1 or 0 */
export async function endRest({ db, clock }: App): Promise<number> {
  return inTransaction(db, async (tx) => {
    const automation = await tx
      .selectFrom('automations')
      .select(['site_id', 'id'])
      .where('deleted_at', 'is not', null)
      .where('runs_ended_at', 'is', null)
      .orderBy('id')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst()
    if (!automation) return 0
    await endRunsOfAutomation(tx, automation.site_id, automation.id, clock.now())
    return 1
  })
}
