import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import type { Tx } from '../platform/db/database.ts'

/** Its receiver is gone, nothing was delivered for days, or somebody asked for it. */
export type DisabledReason = 'gone' | 'failing' | 'requested'

/** Disables a hook: it gets no more events, and its pending deliveries are cancelled soon. A replay delivers them. */
export async function disableHook(
  tx: Tx,
  siteId: string,
  id: string,
  reason: DisabledReason,
  now: Date,
): Promise<void> {
  await tx
    .updateTable('hooks')
    .set({ disabled_at: now, disabled_reason: reason, due_at: null, updated_at: now })
    .where('site_id', '=', siteId)
    .where('id', '=', id)
    .execute()
  await cancelDeliveries(tx, siteId, id)
}

/** A replay of what has succeeded before leaves it delivered. */
const CANCELLED = sql`status = case when delivered_at is null then 'cancelled' else 'delivered' end, due_at = null`

/** As many at once as a statement can cancel in its time, while whoever queues for the hook waits. */
const BATCH = 5_000

/**
 * Cancels what waits for a hook that is locked, or the first of it: the rest of what is disabled or deleted follows
 * automatically. In a statement after the one that locks the hook: it sees whatever was queued until then.
 *
 * @returns whether that was all
 */
export async function cancelDeliveries(tx: Tx, siteId: string, hookId: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update webhook_deliveries set ${CANCELLED}
     where site_id = ${siteId}
       -- As an array it is read once, whatever the planner knows of the table.
       and id = any (array(select id from webhook_deliveries
                            where hook_id = ${hookId} and site_id = ${siteId} and status = 'pending'
                            order by due_at, id limit ${BATCH}))`.execute(tx)
  return Number(numAffectedRows) < BATCH
}

/** Cancels what still waits for a hook that is disabled or deleted. @returns how much; there may be more */
export async function cancelRest({ db }: App): Promise<number> {
  const { numAffectedRows } = await sql`
    with closed as materialized (
      select h.site_id, h.id
        from hooks h
       cross join lateral (select from webhook_deliveries d
                            where d.hook_id = h.id and d.site_id = h.site_id and d.status = 'pending' limit 1) waiting
       where h.deleted_at is not null or h.disabled_at is not null
       limit 1 for no key update of h skip locked
    )
    update webhook_deliveries set ${CANCELLED}
     where site_id = (select site_id from closed)
       and id = any (array(select d.id from webhook_deliveries d
                            where d.hook_id = (select id from closed) and d.site_id = (select site_id from closed)
                              and d.status = 'pending'
                            order by d.due_at, d.id limit ${BATCH}))`.execute(db)
  return Number(numAffectedRows)
}
