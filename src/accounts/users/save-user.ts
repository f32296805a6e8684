/** What changing and removing users takes, and what ends with somebody who leaves the team. */

import { endUserLinks } from '../../links/user-links.ts'
import { ApiError, unprocessable } from '../../platform/jsonapi/errors.ts'
import type { Values } from '../../platform/jsonapi/read-attributes.ts'
import type { Row } from '../../platform/jsonapi/resource.ts'
import type { Writing } from '../../platform/records/records.ts'
import { deleteApiKey } from '../api-keys/api-keys.ts'
import { lackOf, powerOfCaller, powerOfUser } from '../power.ts'
import { assertGivesRole } from '../roles/save-role.ts'
import { endSessionsOf } from '../token-families.ts'

export interface UserRow extends Row {
  email: string
  role_level: string
  role_id: string | null
}

const ROLE = '/data/relationships/role/data/id'

/**
 * Checks what a request changes of a user: nobody changes their own role, or somebody who may do more.
 *
 * @throws ApiError 403; 422 for a role of the owner
 */
export async function completeUser(values: Values, user: UserRow | null, writing: Writing): Promise<Values> {
  const { role_id } = values as { role_id?: string }
  const isNewRole = role_id !== undefined && role_id !== user!.role_id
  if (isNewRole) await assertChangesRole(writing, user!, role_id)
  else await assertAbove(writing, user!)
  return values
}

async function assertChangesRole(writing: Writing, user: UserRow, roleId: string): Promise<void> {
  if (user.role_level === 'OWNER')
    throw unprocessable('owner', 'The owner of an account may do everything and has no role', ROLE)
  if (user.id === writing.userId)
    throw new ApiError(403, 'own_role', 'Nobody changes their own role.', { source: { pointer: ROLE } })
  await assertAbove(writing, user)
  const role = await writing.tx
    .selectFrom('roles')
    .select('permissions')
    .where('id', '=', roleId)
    .where('account_id', '=', writing.accountId)
    .executeTakeFirstOrThrow()
  await assertGivesRole(writing, role, ROLE)
}

/** The caller is the user, or may do all that the user may. @throws ApiError 403 */
async function assertAbove(writing: Writing, { id, email }: UserRow): Promise<void> {
  if (id === writing.userId) return
  const { tx, accountId } = writing
  const lack = lackOf(await powerOfCaller(writing), await powerOfUser(tx, accountId, id))
  if (lack) throw new ApiError(403, 'forbidden', `The user ${email} has ${lack}, which the caller lacks.`)
}

/** @throws ApiError 403; 422 for the owner, without whom an account cannot be */
export async function assertLeaves(user: UserRow, writing: Writing): Promise<void> {
  if (user.role_level === 'OWNER')
    throw new ApiError(422, 'owner', 'The owner of an account cannot leave it.')
  await assertAbove(writing, user)
}

/** Ends the keys, passkeys, sessions, tokens and links of somebody who has left; the role is free again. */
export async function endAccess({ id }: UserRow, { tx, accountId, now }: Writing): Promise<void> {
  const keys = await tx
    .selectFrom('api_keys')
    .select('id')
    .where('account_id', '=', accountId)
    .where('user_id', '=', id)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute()
  for (const key of keys) await deleteApiKey(tx, accountId, key.id, now)
  await endSessionsOf(tx, { accountId, userId: id }, now, 'revoked')
  await endUserLinks(tx, { userId: id }, now)
  await tx.deleteFrom('passkeys').where('user_id', '=', id).where('account_id', '=', accountId).execute()
  await tx
    .updateTable('users')
    .set({ role_id: null, password_hash: null })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .execute()
}
