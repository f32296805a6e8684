/** How much somebody may do. Nobody gives or controls more than that. */
import type { Tx } from '../platform/db/database.ts'
import type { Writing } from '../platform/records/records.ts'

export interface Power {
  /** Null: all, also those of later versions. */
  permissions: string[] | null
  /** The owner of an account stands above everybody else, also above who has all permissions. */
  isOwner: boolean
}

/** The power of a user, with the role that they have now. @throws when the account has no such user */
export async function powerOfUser(tx: Tx, accountId: string, userId: string): Promise<Power> {
  const { role_level, permissions } = await tx
    .selectFrom('users as u')
    .leftJoin('roles as r', 'r.id', 'u.role_id')
    .select(['u.role_level', 'r.permissions'])
    .where('u.id', '=', userId)
    .where('u.account_id', '=', accountId)
    .executeTakeFirstOrThrow()
  return { permissions, isOwner: role_level === 'OWNER' }
}

/** The power of who sends a request; the operator of the server has that of an owner. */
export const powerOfCaller = async ({
  tx,
  accountId,
  userId,
  permissions,
}: Pick<Writing, 'tx' | 'accountId' | 'userId' | 'permissions'>): Promise<Power> => ({
  permissions,
  isOwner: userId === null || (await powerOfUser(tx, accountId, userId)).isOwner,
})

/** What both permit. Null: all. */
export function intersection(some: string[] | null, others: string[] | null): string[] | null {
  if (some === null || others === null) return some ?? others
  return some.filter((permission) => others.includes(permission))
}

/** In words, what of the other's power one lacks; null: nothing. */
export function lackOf(own: Power, other: Power): string | null {
  if (other.isOwner && !own.isOwner) return 'everything that the owner of the account may do'
  if (own.permissions === null) return null
  if (other.permissions === null) return 'all permissions'
  const lacking = other.permissions.find((permission) => !own.permissions!.includes(permission))
  return lacking === undefined ? null : `the permission ${lacking}`
}
