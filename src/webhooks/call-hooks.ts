import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import { queueForHooks, type Subscription } from './queue-for-hooks.ts'

/** A step of an automation that calls a hook of its site. */
export interface HookCall {
  siteId: string
  hookId: string
  /** What started the run. */
  eventId: string
  contactId: string
  runId: string
  step: number
}

const SUBSCRIPTION: Subscription = {
  isConcerned: sql`(h.id, h.site_id) in (select hook_id, site_id from notifications) and h.event = 'automation'`,
  gets: sql`h.id = n.hook_id`,
}

/**
 * Writes down, in the transaction of the steps, that these hooks are to be called: once for each step. A hook
 * that is disabled or deleted is not called, nor one for another event than `automation`.
 */
export async function callHooks(tx: Tx, calls: HookCall[], now: Date): Promise<void> {
  const notifications = calls.map(({ siteId, hookId, eventId, contactId, runId, step }) => ({
    site_id: siteId,
    event_id: eventId,
    contact_id: contactId,
    hook_id: hookId,
    run_id: runId,
    step,
  }))
  await queueForHooks(tx, notifications, SUBSCRIPTION, now)
}
