import { type Tx, violates } from '../platform/db/database.ts'
import { notFound, unprocessable } from '../platform/jsonapi/errors.ts'
import type { Resources } from '../platform/jsonapi/resources.ts'
import { readName } from '../platform/text/names.ts'
import { assertPermissions } from './assert-permissions.ts'
import { requiredName } from './required-name.ts'

/** What users with this role may do, themselves and with their keys. */
export interface Role {
  id: string
  name: string
  /** Null: all. */
  permissions: string[] | null
}

const COLUMNS = ['id', 'name', 'permissions'] as const

/** The roles of an account, oldest first. */
export const listRoles = (tx: Tx, accountId: string): Promise<Role[]> =>
  tx.selectFrom('roles').select(COLUMNS).where('account_id', '=', accountId).orderBy('id').execute()

/** @throws ApiError 422 for a name that is blank or taken, and for an unknown permission */
export async function createRole(
  resources: Resources,
  tx: Tx,
  {
    accountId,
    name,
    permissions,
    now,
  }: { accountId: string; name: string; permissions: string[]; now: Date },
): Promise<Role> {
  const readableName = requiredName(name)
  assertPermissions(resources, permissions)
  try {
    return await tx
      .insertInto('roles')
      .values({ account_id: accountId, name: readableName, permissions, created_at: now, updated_at: now })
      .returning(COLUMNS)
      .executeTakeFirstOrThrow()
  } catch (error) {
    throw violates(error, 'roles_name')
      ? unprocessable('taken', 'Name has already been taken', '/data/attributes/name')
      : error
  }
}

/**
 * Replaces the permissions of a role; they apply to its users at once.
 *
 * @throws ApiError 404 for an unknown role, 422 for an unknown permission
 */
export async function changeRole(
  resources: Resources,
  tx: Tx,
  {
    accountId,
    name,
    permissions,
    now,
  }: { accountId: string; name: string; permissions: string[]; now: Date },
): Promise<Role> {
  assertPermissions(resources, permissions)
  const { id } = await findRole(tx, accountId, name)
  return tx
    .updateTable('roles')
    .set({ permissions, updated_at: now })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow()
}

/** The role of this name, in any case. @throws ApiError 404 */
export async function findRole(tx: Tx, accountId: string, name: string): Promise<Role> {
  const roles = await listRoles(tx, accountId)
  const role = roles.find((each) => each.name.toLowerCase() === readName(name).toLowerCase())
  if (role) return role
  const known = roles.map((each) => each.name).join(', ') || 'none yet'
  throw notFound(`There is no role ${name}. Roles of the account: ${known}.`)
}
