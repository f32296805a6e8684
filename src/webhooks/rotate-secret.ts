import type { Tx } from '../platform/db/database.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import type { Sealer } from '../platform/secrets/sealing.ts'
import type { Hook } from './hook-attributes.ts'
import { newSigningSecret } from './signing.ts'

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
export async function rotateSecret(tx: Tx, sealer: Sealer, hook: Hook, now: Date): Promise<string> {
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

async function assertMayRotate(tx: Tx, { site_id, id }: Hook, now: Date): Promise<void> {
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
