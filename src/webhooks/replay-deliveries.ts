import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import type { WebhookDeliveries } from '../platform/db/types.ts'
import { findOne, lockOne, type Rows } from '../platform/records/lock-one.ts'
import type { Hook } from './hook-attributes.ts'
import { hookRecords } from './hooks.resource.ts'
import { missedEvents, recordMissed } from './missed-events.ts'
import { assertEnabled } from './save-hook.ts'
import { webhookDeliveries } from './webhook-deliveries.resource.ts'

type Delivery = Selectable<WebhookDeliveries>

const deliveries: Rows = { resource: webhookDeliveries, table: 'webhook_deliveries', ending: null }

/**
 * Delivers once more, at once, whatever has become of it: with the same id and, unless the person was deleted, the
 * same body. What waits for its next attempt need not wait. What has succeeded before stays so: its `delivered_at`
 * is kept, and it is `delivered` again when the replay fails permanently.
 *
 * @throws ApiError 404, 409 when its hook is disabled
 */
export async function replayDelivery(tx: Tx, siteIds: string[], id: string, now: Date): Promise<void> {
  const { site_id, hook_id } = await findOne<Delivery>(tx, deliveries, siteIds, id)
  const hook = await lockOne<Hook>(tx, hookRecords, [site_id], hook_id)
  await replay(tx, hook, sql`select ${id}::bigint as id, 1 as place`, now)
}

/** As many at once as a statement can change in its time. */
const BATCH = 10_000

/**
 * Delivers what a hook did not get of all that happened since a time: what failed, what was cancelled, and what
 * happened while it was disabled, from the log of events. The oldest first, and no more than BATCH at once.
 *
 * @returns how many they are
 * @throws ApiError 404, 409 when the hook is disabled
 */
export async function replayUndelivered(
  tx: Tx,
  siteIds: string[],
  hookId: string,
  since: Date,
  now: Date,
): Promise<number> {
  const found = await findOne<Hook>(tx, hookRecords, siteIds, hookId)
  assertEnabled(found)
  // Before the lock, for which the dispatcher waits: the log may be long.
  const missed = await missedEvents(tx, found, since, BATCH)
  const hook = await lockOne<Hook>(tx, hookRecords, siteIds, hookId)
  await recordMissed(tx, hook, missed)
  return replay(
    tx,
    hook,
    sql`select id, row_number() over (order by created_at, id) as place
          from webhook_deliveries
         where hook_id = ${hook.id} and site_id = ${hook.site_id}
           and status in ('failed', 'cancelled') and created_at >= ${since}
         order by created_at, id limit ${BATCH}`,
    now,
  )
}

/** @param which ids of deliveries, each with its place from 1 on: they are sent in this order */
async function replay(tx: Tx, hook: Hook, which: RawBuilder<unknown>, now: Date): Promise<number> {
  assertEnabled(hook)
  const { numAffectedRows } = await sql`
    with chosen as materialized (${which})
    update webhook_deliveries d
       set status = 'pending', failed_at = null,
           due_at = ${now}::timestamptz - (${BATCH}::integer - chosen.place) * interval '1 microsecond'
      from chosen
     where d.hook_id = ${hook.id} and d.site_id = ${hook.site_id} and d.id = chosen.id`.execute(tx)
  await makeDue(tx, hook, now)
  return Number(numAffectedRows ?? 0)
}

/** A hook for which something was queued; it is locked. */
export async function makeDue(tx: Tx, { site_id, id }: Hook, now: Date): Promise<void> {
  await sql`
    update hooks set due_at = least(due_at, ${now}) where site_id = ${site_id} and id = ${id}`.execute(tx)
}
