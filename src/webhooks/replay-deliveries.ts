import { type RawBuilder, sql } from 'kysely'
import { anyOf, type Tx } from '../db/database.ts'
import { notFound } from '../jsonapi/errors.ts'
import { isId } from '../jsonapi/identifiers.ts'
import { assertEnabled, type LockedHook, lockHook } from './change-hooks.ts'

/**
 * Delivers once more, at once, whatever has become of it: with the same id and, unless the person was deleted, the
 * same body. What waits for its next attempt need not wait.
 *
 * @throws ApiError 404, 409 when its hook is disabled
 */
export async function replayDelivery(tx: Tx, siteIds: string[], id: string, now: Date): Promise<void> {
  const delivery = isId(id)
    ? await tx
        .selectFrom('webhook_deliveries')
        .select(['site_id', 'hook_id'])
        .where('id', '=', id)
        .where('site_id', '=', anyOf(siteIds))
        .executeTakeFirst()
    : undefined
  if (!delivery) throw notFound(`There is no webhook delivery with the id ${id}.`)
  const hook = await lockHook(tx, [delivery.site_id], delivery.hook_id)
  await replay(tx, hook, sql`id = ${id}`, now)
}

/** As many at once as a statement can change in its time. */
const BATCH = 10_000

/**
 * Delivers once more what a hook was not told of all that happened since a time: what failed, and what was cancelled.
 * The oldest first, and no more than BATCH at once.
 *
 * @returns how many they are
 * @throws ApiError 409 when the hook is disabled
 */
export const replayUndelivered = (tx: Tx, hook: LockedHook, since: Date, now: Date): Promise<number> =>
  replay(
    tx,
    hook,
    sql`id = any (array(select id from webhook_deliveries
                         where hook_id = ${hook.id} and site_id = ${hook.site_id}
                           and status in ('failed', 'cancelled') and created_at >= ${since}
                         order by created_at, id limit ${BATCH}))`,
    now,
  )

async function replay(tx: Tx, hook: LockedHook, which: RawBuilder<unknown>, now: Date): Promise<number> {
  assertEnabled(hook)
  const { numAffectedRows } = await sql`
    update webhook_deliveries set status = 'pending', due_at = ${now}, delivered_at = null, failed_at = null
     where hook_id = ${hook.id} and site_id = ${hook.site_id} and ${which}`.execute(tx)
  await makeDue(tx, hook, now)
  return Number(numAffectedRows ?? 0)
}

/** A hook for which something was queued; it is locked. */
export async function makeDue(tx: Tx, { site_id, id }: LockedHook, now: Date): Promise<void> {
  await sql`
    update hooks set due_at = least(due_at, ${now}) where site_id = ${site_id} and id = ${id}`.execute(tx)
}
