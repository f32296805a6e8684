/** What creating, changing and deleting a hook takes and does, besides its row. */
import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import { ApiError, unprocessable } from '../platform/jsonapi/errors.ts'
import type { Values } from '../platform/jsonapi/read-attributes.ts'
import type { Writing } from '../platform/records/records.ts'
import { cancelDeliveries, disableHook } from './disable-hook.ts'
import {
  assertCanSubscribe,
  assertConfinable,
  assertServed,
  assertTarget,
  type Hook,
} from './hook-attributes.ts'
import type { HookEvent } from './hook-events.ts'
import { newSigningSecret } from './signing.ts'

interface HookValues {
  event?: HookEvent
  target_url?: string
  resource_id?: string | null
  enabled?: boolean
}

/**
 * Checks what a request says of a hook. A new one gets the secret that signs its requests, stored encrypted and shown
 * this once. One that is enabled again receives events from then on.
 *
 * @throws ApiError 422; 403 for an event that the caller may not see; 409 when so much waited for a disabled hook that
 *   it is not all cancelled yet
 */
export async function completeHook(
  values: Values,
  hook: Hook | null,
  writing: Writing,
  siteId: string,
): Promise<Values> {
  const { app, tx } = writing
  const { enabled, ...columns } = values as HookValues
  const event = hook?.event ?? columns.event!
  if (!hook) assertServed(app.config, event)
  assertCanSubscribe(writing, event)
  if (columns.target_url !== undefined) assertTarget(app.config, columns.target_url)
  if (columns.resource_id) await assertConfinable(tx, siteId, event, columns.resource_id, 'resource_id')
  if (hook) return { ...columns, ...(await switchHook(writing, hook, columns.resource_id, enabled)) }
  await assertUnderLimit(tx, siteId)
  const secret = newSigningSecret()
  writing.showOnce({ secret })
  return { ...columns, secret: app.sealer.seal(secret) }
}

/** Each event is looked at for each of them. */
const MOST_HOOKS = 200

async function assertUnderLimit(tx: Tx, siteId: string): Promise<void> {
  // As the index hooks_list has it.
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from hooks
     where site_id = ${siteId} and created_at > '-infinity' and deleted_at is null`.execute(tx)
  if (rows[0]!.count < MOST_HOOKS) return
  const sentence = `A site has at most ${MOST_HOOKS} hooks. Delete one first.`
  throw unprocessable('too_many_hooks', sentence, '/data')
}

/** Disables or enables a hook. @returns the columns that are to change */
async function switchHook(
  { tx, now }: Writing,
  hook: Hook,
  resourceId: string | null | undefined,
  isWanted = hook.disabled_at === null,
): Promise<Values> {
  const isEnabled = hook.disabled_at === null
  if (isEnabled === isWanted) return {}
  if (isEnabled) {
    await disableHook(tx, hook.site_id, hook.id, 'requested', now)
    return {}
  }
  // It may have been archived meanwhile.
  if (resourceId === undefined && hook.resource_id !== null)
    await assertConfinable(tx, hook.site_id, hook.event, hook.resource_id, 'enabled')
  if (!(await cancelDeliveries(tx, hook.site_id, hook.id))) throw stillCancelling(hook)
  return { disabled_at: null, disabled_reason: null, failing_since: null }
}

const stillCancelling = ({ id }: Pick<Hook, 'id'>) =>
  new ApiError(
    409,
    'hook_being_disabled',
    `What waited for the hook ${id} is still being cancelled. Try again in a minute.`,
  )

/** The pending deliveries of a deleted hook are cancelled soon, and finished ones are kept. */
export async function endDeliveries({ site_id, id }: Hook, { tx }: Writing): Promise<void> {
  await tx
    .updateTable('hooks')
    .set({ due_at: null })
    .where('site_id', '=', site_id)
    .where('id', '=', id)
    .execute()
  await cancelDeliveries(tx, site_id, id)
}

/**
 * Makes a hook that was deleted with something else what it was, with its secret. It receives events from now on. One
 * that is not deleted stays as it is.
 *
 * @throws ApiError 422 when the site has too many; 403 for an event that the caller may not see; 409 when what waited
 *   for it is not all cancelled yet
 */
export async function restoreHook(writing: Writing, siteId: string, id: string): Promise<void> {
  const { tx } = writing
  const hook = await tx
    .selectFrom('hooks')
    .selectAll()
    .where('site_id', '=', siteId)
    .where('id', '=', id)
    .where('deleted_at', 'is not', null)
    .forUpdate()
    .executeTakeFirst()
  if (!hook) return
  assertCanSubscribe(writing, hook.event as HookEvent, { pointer: '/data/attributes/archived' })
  await assertUnderLimit(tx, siteId)
  if (!(await cancelDeliveries(tx, siteId, id))) throw stillCancelling(hook)
  await tx
    .updateTable('hooks')
    .set({ deleted_at: null })
    .where('site_id', '=', siteId)
    .where('id', '=', id)
    .execute()
}

/** @throws ApiError 409 when nothing is sent to the hook */
export function assertEnabled({ id, disabled_at }: Hook): void {
  if (disabled_at === null) return
  throw new ApiError(
    409,
    'hook_disabled',
    `The hook ${id} is disabled. Enable it first: PATCH it with {"enabled": true}.`,
  )
}
