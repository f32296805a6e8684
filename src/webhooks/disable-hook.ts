import type { Tx } from '../db/database.ts'

/** Its receiver is gone, nothing was delivered for days, or somebody asked for it. */
export type DisabledReason = 'gone' | 'failing' | 'requested'

/** Disables a hook: it is told nothing any more, and what waits for it is cancelled. A replay brings it back. */
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

/** In a statement after the one that locks the hook: it sees whatever was queued until then. */
export async function cancelDeliveries(tx: Tx, siteId: string, hookId: string): Promise<void> {
  await tx
    .updateTable('webhook_deliveries')
    .set({ status: 'cancelled', due_at: null })
    .where('site_id', '=', siteId)
    .where('hook_id', '=', hookId)
    .where('status', '=', 'pending')
    .execute()
}
