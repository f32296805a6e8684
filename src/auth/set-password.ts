import type { Tx } from '../db/database.ts'
import { notFound, unprocessable } from '../jsonapi/errors.ts'
import { parseEmailAddress } from '../text/email-address.ts'
import { hashPassword } from './secrets.ts'

const SHORTEST = 10

/**
 * Sets the password of a user of the account, for token requests with `username` and `password`.
 *
 * @throws ApiError 404 for an unknown e-mail, 422 for a password under ten characters
 */
export async function setPassword(tx: Tx, accountId: string, email: string, password: string): Promise<void> {
  if ([...password].length < SHORTEST) {
    throw unprocessable(
      'too_short',
      `A password is at least ${SHORTEST} characters long`,
      '/data/attributes/password',
    )
  }
  const user = await tx
    .updateTable('users')
    .set({ password_hash: await hashPassword(password) })
    .where('account_id', '=', accountId)
    .where('email', '=', parseEmailAddress(email) ?? '')
    .returning('id')
    .executeTakeFirst()
  if (!user) throw notFound(`There is no user with the e-mail ${email}.`)
}
