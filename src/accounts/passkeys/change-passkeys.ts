import type { Db, Tx } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { actorOf } from '../../platform/http/authenticate.ts'
import type { Caller } from '../../platform/http/route.ts'
import { notFound } from '../../platform/jsonapi/errors.ts'
import { readId, withId } from '../../platform/jsonapi/identifiers.ts'
import { requiredName } from '../required-name.ts'
import { recordUserEvent } from '../user-events.ts'

const SHOWN = ['id', 'name', 'transports', 'is_backed_up', 'created_at', 'updated_at', 'used_at'] as const

/** The passkeys of the caller's user, the oldest first. */
export const listPasskeys = (db: Db, { accountId, userId }: Pick<Caller, 'accountId' | 'userId'>) =>
  db
    .selectFrom('passkeys')
    .select(SHOWN)
    .where('user_id', '=', userId)
    .where('account_id', '=', accountId)
    .orderBy('id')
    .execute()

/** One of them. @throws ApiError 404 */
export async function findPasskey(
  db: Db | Tx,
  { accountId, userId }: Pick<Caller, 'accountId' | 'userId'>,
  given: string,
) {
  const id = readId(given)
  const passkey = await db
    .selectFrom('passkeys')
    .select(SHOWN)
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  if (passkey) return passkey
  throw notFound(`You have no passkey ${withId(id)}.`)
}

/** Gives a passkey of the caller's user another name. @throws ApiError 422 for a blank name */
export async function renamePasskey(
  tx: Tx,
  caller: Caller,
  id: string,
  name: string,
  now: Date,
): Promise<void> {
  await tx
    .updateTable('passkeys')
    .set({ name: requiredName(name), updated_at: now })
    .where('id', '=', id)
    .where('user_id', '=', caller.userId)
    .where('account_id', '=', caller.accountId)
    .execute()
}

/** Removes a passkey of the caller's user, and records it. Sessions that it has started stay. @throws ApiError 404 */
export async function removePasskey(
  tx: Tx,
  caller: Caller,
  given: string,
  origin: Omit<Origin, 'actor'>,
): Promise<void> {
  const { id } = await findPasskey(tx, caller, given)
  await tx
    .deleteFrom('passkeys')
    .where('id', '=', id)
    .where('user_id', '=', caller.userId)
    .where('account_id', '=', caller.accountId)
    .execute()
  const about = { user_id: caller.userId, passkey_id: id }
  await recordUserEvent(tx, 'passkey_removed', caller.accountId, about, {
    actor: actorOf(caller),
    ...origin,
  })
}
