import { sql } from 'kysely'
import { anyOf, type Tx } from '../platform/db/database.ts'
import { differing } from '../platform/db/differing.ts'
import { ApiError, notFound, unprocessable } from '../platform/jsonapi/errors.ts'
import { isId } from '../platform/jsonapi/identifiers.ts'
import { assertUnused } from '../platform/references/in-use.ts'
import type { Sealer } from '../platform/secrets/sealing.ts'
import { cancelDeliveries, disableHook } from './disable-hook.ts'
import type { HookEvent } from './hook-events.ts'
import { newSigningSecret } from './signing.ts'

export interface NewHook {
  siteId: string
  event: HookEvent
  targetUrl: string
  resourceId: string | null
}

/** Each event is looked at for each of them. */
const MOST_HOOKS = 200

/**
 * Makes a hook.
 *
 * @returns its id, and the secret that signs its requests, stored encrypted
 * @throws ApiError 422 when the site has enough of them
 */
export async function createHook(
  tx: Tx,
  sealer: Sealer,
  { siteId, event, targetUrl, resourceId }: NewHook,
  now: Date,
): Promise<{ id: string; secret: string }> {
  await assertUnderLimit(tx, siteId)
  const secret = newSigningSecret()
  const { id } = await tx
    .insertInto('hooks')
    .values({
      site_id: siteId,
      event,
      target_url: targetUrl,
      resource_id: resourceId,
      secret: sealer.seal(secret),
      created_at: now,
      updated_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { id, secret }
}

async function assertUnderLimit(tx: Tx, siteId: string): Promise<void> {
  // As the index hooks_list has it.
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from hooks
     where site_id = ${siteId} and created_at > '-infinity' and deleted_at is null`.execute(tx)
  if (rows[0]!.count < MOST_HOOKS) return
  const sentence = `A site has at most ${MOST_HOOKS} hooks. Delete one first.`
  throw unprocessable('too_many_hooks', sentence, '/data')
}

/** Takes a hook for this transaction alone. @throws ApiError 404 */
export async function lockHook(tx: Tx, siteIds: string[], id: string): Promise<LockedHook> {
  return known(
    isId(id) ? await hookQuery(tx, siteIds, id).forNoKeyUpdate().executeTakeFirst() : undefined,
    id,
  )
}

/** A hook as it is now; somebody else may change it meanwhile. @throws ApiError 404 */
export async function findHook(tx: Tx, siteIds: string[], id: string): Promise<LockedHook> {
  return known(isId(id) ? await hookQuery(tx, siteIds, id).executeTakeFirst() : undefined, id)
}

const hookQuery = (tx: Tx, siteIds: string[], id: string) =>
  tx
    .selectFrom('hooks')
    .selectAll()
    .where('id', '=', id)
    .where('site_id', '=', anyOf(siteIds))
    .where('deleted_at', 'is', null)

type HookRow = Awaited<ReturnType<ReturnType<typeof hookQuery>['executeTakeFirstOrThrow']>>

export type LockedHook = HookRow & { event: HookEvent }

function known(hook: HookRow | undefined, id: string): LockedHook {
  if (!hook) throw notFound(`There is no hook with the id ${id}.`)
  return { ...hook, event: hook.event as HookEvent }
}

/** What a request says of a hook; what it does not mention is left out. */
export interface HookChanges {
  targetUrl?: string
  resourceId?: string | null
  enabled?: boolean
}

/**
 * Changes a hook; current values change nothing. When enabled again, it receives events from then on.
 *
 * @throws ApiError 409 when so much waited for it that it is not all cancelled yet
 */
export async function changeHook(
  tx: Tx,
  hook: LockedHook,
  { targetUrl, resourceId, enabled }: HookChanges,
  now: Date,
): Promise<void> {
  const isEnabled = hook.disabled_at === null
  if (isEnabled && enabled === false) await disableHook(tx, hook.site_id, hook.id, 'requested', now)
  if (!isEnabled && enabled && !(await cancelDeliveries(tx, hook.site_id, hook.id)))
    throw stillCancelling(hook)
  const changes = {
    ...differing({ target_url: targetUrl, resource_id: resourceId }, hook),
    ...(!isEnabled && enabled && { disabled_at: null, disabled_reason: null, failing_since: null }),
  }
  if (Object.keys(changes).length === 0) return
  await tx
    .updateTable('hooks')
    .set({ ...changes, updated_at: now })
    .where('site_id', '=', hook.site_id)
    .where('id', '=', hook.id)
    .execute()
}

const stillCancelling = ({ id }: LockedHook) =>
  new ApiError(
    409,
    'hook_being_disabled',
    `What waited for the hook ${id} is still being cancelled. Try again in a minute.`,
  )

/**
 * Deletes a hook; its pending deliveries are cancelled soon, and finished ones are kept.
 *
 * @throws ApiError 404; 422 while an enabled automation calls it
 */
export async function deleteHook(tx: Tx, siteIds: string[], id: string, now: Date): Promise<void> {
  const { site_id } = await lockHook(tx, siteIds, id)
  await assertUnused(tx, site_id, 'hooks', id)
  await tx
    .updateTable('hooks')
    .set({ deleted_at: now, updated_at: now, due_at: null })
    .where('site_id', '=', site_id)
    .where('id', '=', id)
    .execute()
  await cancelDeliveries(tx, site_id, id)
}

const SIGNS_ON_MS = 24 * 3_600_000
/** Each is another signature in the headers of a request. */
const MOST_PREVIOUS_SECRETS = 10

/**
 * Gives a hook a new secret. The one before signs for another 24 hours, as do all others that were replaced within
 * the last 24 hours.
 *
 * @returns the new one
 * @throws ApiError 409 after 10 rotations within 24 hours
 */
export async function rotateSecret(tx: Tx, sealer: Sealer, hook: LockedHook, now: Date): Promise<string> {
  await assertMayRotate(tx, hook, now)
  const secret = newSigningSecret()
  await tx
    .insertInto('hook_secrets')
    .values({
      site_id: hook.site_id,
      hook_id: hook.id,
      secret: hook.secret,
      signs_until: new Date(now.getTime() + SIGNS_ON_MS),
    })
    .execute()
  await tx
    .updateTable('hooks')
    .set({ secret: sealer.seal(secret), updated_at: now })
    .where('site_id', '=', hook.site_id)
    .where('id', '=', hook.id)
    .execute()
  return secret
}

async function assertMayRotate(tx: Tx, { site_id, id }: LockedHook, now: Date): Promise<void> {
  const { count, next } = await tx
    .selectFrom('hook_secrets')
    .select((eb) => [eb.fn.countAll<string>().as('count'), eb.fn.min('signs_until').as('next')])
    .where('site_id', '=', site_id)
    .where('hook_id', '=', id)
    .where('signs_until', '>', now)
    .executeTakeFirstOrThrow()
  if (Number(count) < MOST_PREVIOUS_SECRETS) return
  throw new ApiError(
    409,
    'too_many_rotations',
    `The secret of the hook ${id} was rotated ${MOST_PREVIOUS_SECRETS} times within 24 hours, and all of those secrets still sign. It can be rotated again at ${next.toISOString()}.`,
  )
}

/** @throws ApiError 409 when nothing is sent to the hook */
export function assertEnabled({ id, disabled_at }: LockedHook): void {
  if (disabled_at === null) return
  throw new ApiError(
    409,
    'hook_disabled',
    `The hook ${id} is disabled. Enable it first: PATCH it with {"enabled": true}.`,
  )
}
