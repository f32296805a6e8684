/** What creating, changing and deleting a role takes: nobody gives what they lack, or edits their own role. */
import { ApiError } from '../../platform/jsonapi/errors.ts'
import type { Values } from '../../platform/jsonapi/read-attributes.ts'
import type { Row } from '../../platform/jsonapi/resource.ts'
import type { Writing } from '../../platform/records/records.ts'
import { assertPermissions } from '../assert-permissions.ts'
import { lackOf, powerOfCaller } from '../power.ts'

export interface RoleRow extends Row {
  name: string
  permissions: string[] | null
}

const POINTER = '/data/attributes/permissions'

/** @throws ApiError 403 for what the caller may not do, 422 for an unknown permission */
export async function completeRole(values: Values, role: RoleRow | null, writing: Writing): Promise<Values> {
  if (role) await assertEdits(writing, role)
  const { permissions } = values as { permissions?: string[] | null }
  if (permissions) assertPermissions(writing.app.resources, permissions)
  if (permissions !== undefined) await assertGivesRole(writing, { permissions }, POINTER)
  return values
}

/** Sees that the caller may do all that a role permits. @param pointer to what in the request gives it, if anything @throws ApiError 403 */
export async function assertGivesRole(
  writing: Writing,
  { permissions }: Pick<RoleRow, 'permissions'>,
  pointer?: string,
): Promise<void> {
  const lack = lackOf(await powerOfCaller(writing), { permissions, isOwner: false })
  if (lack === null) return
  throw new ApiError(403, 'forbidden', `The role permits ${lack}, which the caller lacks.`, {
    ...(pointer !== undefined && { source: { pointer } }),
  })
}

async function assertEdits(writing: Writing, role: RoleRow): Promise<void> {
  const { tx, accountId, userId } = writing
  const own = await tx
    .selectFrom('users')
    .select('id')
    .where('id', '=', userId ?? '0')
    .where('account_id', '=', accountId)
    .where('role_id', '=', role.id)
    .executeTakeFirst()
  if (own)
    throw new ApiError(
      403,
      'own_role',
      'Nobody changes their own role. Ask somebody who may do more, or the owner.',
    )
  const lack = lackOf(await powerOfCaller(writing), { permissions: role.permissions, isOwner: false })
  if (lack)
    throw new ApiError(403, 'forbidden', `The role ${role.name} permits ${lack}, which the caller lacks.`)
}

/** @throws ApiError 403; 422 while users or open invitations have the role */
export async function assertRoleIsFree(role: RoleRow, writing: Writing): Promise<void> {
  await assertEdits(writing, role)
  const { tx, accountId } = writing
  const user = await tx
    .selectFrom('users')
    .select('email')
    .where('account_id', '=', accountId)
    .where('role_id', '=', role.id)
    .orderBy('id')
    .executeTakeFirst()
  const invitation = await tx
    .selectFrom('invitations')
    .select('email')
    .where('account_id', '=', accountId)
    .where('role_id', '=', role.id)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .orderBy('id')
    .executeTakeFirst()
  const holder = user?.email ?? invitation?.email
  if (holder === undefined) return
  throw new ApiError(
    422,
    'in_use',
    `The role ${role.name} is that of ${holder}. Give everybody who has it another one first.`,
  )
}
