import type { Db, Tx } from '../platform/db/database.ts'
import { notFound, unprocessable } from '../platform/jsonapi/errors.ts'
import { parseEmailAddress } from '../platform/text/email-address.ts'
import { requiredName } from './required-name.ts'
import { findRole } from './roles.ts'
import { explainTakenEmail, readUserEmail } from './user-email.ts'

export interface User {
  id: string
  name: string
  email: string
  /** The name of the role; null for the owner, who may do everything. */
  role: string | null
}

/** The users of an account, the owner first. */
export const listUsers = (tx: Tx, accountId: string): Promise<User[]> =>
  tx
    .selectFrom('users as u')
    .leftJoin('roles as r', 'r.id', 'u.role_id')
    .select(['u.id', 'u.name', 'u.email', 'r.name as role'])
    .where('u.account_id', '=', accountId)
    .where('u.left_at', 'is', null)
    .orderBy((eb) => eb('u.role_level', '<>', 'OWNER'))
    .orderBy('u.id')
    .execute()

/** Whom an e-mail to a user is addressed to. */
export const nameAndEmailOf = (
  db: Db | Tx,
  { accountId, userId }: { accountId: string; userId: string },
): Promise<Pick<User, 'name' | 'email'>> =>
  db
    .selectFrom('users')
    .select(['name', 'email'])
    .where('id', '=', userId)
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow()

/**
 * Adds a user with a role. They can sign in once they have a password: setPassword().
 *
 * @throws ApiError 404 for an unknown role, 422 for a name or e-mail that is malformed or taken
 */
export async function createUser(
  tx: Tx,
  user: { accountId: string; name: string; email: string; role: string; now: Date },
): Promise<User> {
  const name = requiredName(user.name)
  const email = readUserEmail(user.email)
  const role = await findRole(tx, user.accountId, user.role)
  try {
    const { id } = await tx
      .insertInto('users')
      .values({
        account_id: user.accountId,
        name,
        email,
        role_level: 'ADMINISTRATOR',
        role_id: role.id,
        created_at: user.now,
        updated_at: user.now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    return { id, name, email, role: role.name }
  } catch (error) {
    throw explainTakenEmail(error)
  }
}

/**
 * Gives a user another role, which applies at once, also to their keys.
 *
 * @throws ApiError 404 for an unknown e-mail or role, 422 for the owner
 */
export async function changeUserRole(
  tx: Tx,
  accountId: string,
  email: string,
  role: string,
  now: Date,
): Promise<User> {
  const users = await listUsers(tx, accountId)
  const user = users.find((each) => each.email === parseEmailAddress(email))
  if (!user) throw notFound(`There is no user with the e-mail ${email}.`)
  if (user.role === null)
    throw unprocessable('owner', 'The owner of an account may do everything and has no role', '/data')
  const { id, name } = await findRole(tx, accountId, role)
  await tx
    .updateTable('users')
    .set({ role_id: id, updated_at: now })
    .where('id', '=', user.id)
    .where('account_id', '=', accountId)
    .execute()
  return { ...user, role: name }
}
