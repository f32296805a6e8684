import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'

/** Who has asked for what is done after the response, in the words of a token. */
export interface LastingCaller {
  /** Null: a user. */
  keyId: string | null
  /** Of the key, when it asked. */
  epoch: number
  userId: string
}

/**
 * Whether a caller may still do what it has asked for: its key has not been rotated or deleted since, and it and the
 * role of its user have these permissions. That the token or session has ended does not matter. A rotation waits until
 * the transaction ends, as for requests.
 */
export async function stillMay(
  tx: Tx,
  { keyId, epoch, userId }: LastingCaller,
  needs: readonly string[],
): Promise<boolean> {
  const ofKey = keyId === null ? ALL : await permissionsOfKey(tx, keyId, epoch)
  if (ofKey === null) return false
  const ofUser = await permissionsOfUser(tx, userId)
  return needs.every((permission) =>
    [ofKey, ofUser].every((given) => given === ALL || given.includes(permission)),
  )
}

const ALL = 'all'

type Permissions = string[] | typeof ALL

/** Null: the key has ended. */
async function permissionsOfKey(tx: Tx, keyId: string, epoch: number): Promise<Permissions | null> {
  await sql`select pg_advisory_xact_lock_shared(api_key_lock(${keyId}))`.execute(tx)
  const key = await tx
    .selectFrom('api_keys')
    .select('permissions')
    .where('id', '=', keyId)
    .where('epoch', '=', epoch)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return key ? (key.permissions ?? ALL) : null
}

/** Who has left the team, or is there no longer, may do nothing. */
async function permissionsOfUser(tx: Tx, userId: string): Promise<Permissions> {
  const user = await tx
    .selectFrom('users')
    .leftJoin('roles', 'roles.id', 'users.role_id')
    .select('roles.permissions')
    .where('users.id', '=', userId)
    .where('users.left_at', 'is', null)
    .executeTakeFirst()
  return user ? (user.permissions ?? ALL) : []
}
