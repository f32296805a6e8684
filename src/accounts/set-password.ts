import type { App } from '../platform/app.ts'
import { inTransaction } from '../platform/db/database.ts'
import { notFound, unprocessable } from '../platform/jsonapi/errors.ts'
import { hashPassword } from '../platform/secrets/secrets.ts'
import { parseEmailAddress } from '../platform/text/email-address.ts'

const SHORTEST = 10

/**
 * Sets the password of a user of the account, for token requests with `username` and `password`. Tokens that were
 * got with the one before end.
 *
 * @throws ApiError 404 for an unknown e-mail, 422 for a password under ten characters
 */
export async function setPassword(
  app: App,
  accountId: string,
  email: string,
  password: string,
): Promise<void> {
  if ([...password].length < SHORTEST) {
    throw unprocessable(
      'too_short',
      `A password is at least ${SHORTEST} characters long`,
      '/data/attributes/password',
    )
  }
  const password_hash = await hashPassword(app.config, password)
  await inTransaction(app.db, async (tx) => {
    const user = await tx
      .updateTable('users')
      .set({ password_hash })
      .where('account_id', '=', accountId)
      .where('email', '=', parseEmailAddress(email) ?? '')
      .returning('id')
      .executeTakeFirst()
    if (!user) throw notFound(`There is no user with the e-mail ${email}.`)
    await tx
      .updateTable('token_families')
      .set({ revoked_at: app.clock.now(), revoke_reason: 'password_changed' })
      .where('user_id', '=', user.id)
      .where('account_id', '=', accountId)
      .where('api_key_id', 'is', null)
      .where('revoked_at', 'is', null)
      .execute()
  })
}
