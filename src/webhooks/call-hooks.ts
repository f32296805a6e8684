import { sql } from 'kysely'
import type { Db, Tx } from '../platform/db/database.ts'
import { idsOfSteps } from '../platform/db/ids-of-steps.ts'
import { queueForHooks, type Subscription } from './queue-for-hooks.ts'

/** A step of an automation that calls a hook of its site. */
export interface HookCall {
  hookId: string
  /** What started the run. */
  eventId: string
  contactId: string
  runId: string
  step: number
}

/** Whether such a step would call the hook, by its target. Null: it is disabled, deleted, or for another event. */
export async function targetOfCall(db: Db | Tx, siteId: string, hookId: string): Promise<string | null> {
  const hook = await db
    .selectFrom('hooks')
    .select('target_url')
    .where('id', '=', hookId)
    .where('site_id', '=', siteId)
    .where('event', '=', 'automation')
    .where('deleted_at', 'is', null)
    .where('disabled_at', 'is', null)
    .executeTakeFirst()
  return hook?.target_url ?? null
}

const SUBSCRIPTION: Subscription = {
  isConcerned: sql`(h.id, h.site_id) in (select hook_id, site_id from notifications) and h.event = 'automation'`,
  gets: sql`h.id = n.hook_id`,
}

/**
 * Writes down, in the transaction of the steps, that these hooks are to be called: once for each step. A hook
 * that is disabled or deleted is not called, nor one for another event than `automation`.
 *
 * @returns the ids of the deliveries by run, of the calls that are made
 */
export async function callHooks(
  tx: Tx,
  siteId: string,
  calls: HookCall[],
  now: Date,
): Promise<Map<string, string>> {
  const notifications = calls.map(({ hookId, eventId, contactId, runId, step }) => ({
    site_id: siteId,
    event_id: eventId,
    contact_id: contactId,
    hook_id: hookId,
    run_id: runId,
    step,
  }))
  await queueForHooks(tx, notifications, SUBSCRIPTION, now)
  return idsOfSteps(tx, sql`webhook_deliveries`, siteId, calls)
}
