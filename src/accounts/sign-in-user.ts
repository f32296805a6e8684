import type { App } from '../platform/app.ts'
import { type Attempt, countAttempt, takeBackAttempt } from '../platform/auth/attempts.ts'
import { inTransaction, type Tx } from '../platform/db/database.ts'
import { isPassword } from '../platform/secrets/secrets.ts'
import { parseEmailAddress } from '../platform/text/email-address.ts'
import type { TokenOwner } from './token-families.ts'

export interface Credentials {
  email: string
  password: string
  /** IP address. */
  source: string
}

/**
 * Checks the password of a user. Guesses are counted; see countAttempt().
 *
 * @param start called in a transaction in which the password stays valid; null rejects the sign-in
 * @returns null when e-mail and password do not belong together; or the seconds to wait when there were too many
 *   guesses
 * @throws ApiError 503 when too many passwords are being checked
 */
export async function signInUser<Started extends object>(
  app: App,
  { email, password, source }: Credentials,
  start: (tx: Tx, owner: TokenOwner) => Promise<Started | null>,
): Promise<Started | { waitSeconds: number } | null> {
  const attempt: Attempt = { realm: 'users', kind: 'token', person: email, source }
  const waitSeconds = await countAttempt(app, attempt)
  if (waitSeconds > 0) return { waitSeconds }
  const user = await app.db
    .selectFrom('users')
    .select(['id', 'account_id', 'password_hash'])
    .where('email', '=', parseEmailAddress(email) ?? '')
    .where('left_at', 'is', null)
    .executeTakeFirst()
  const isRight = await isPassword(app.config, password, user?.password_hash ?? null)
  if (!user || !isRight) return null
  const started = await inTransaction(app.db, async (tx) => {
    // It may have been changed while the given one was checked.
    const still = await tx
      .selectFrom('users')
      .select('id')
      .where('id', '=', user.id)
      .where('password_hash', '=', user.password_hash)
      .where('left_at', 'is', null)
      .forShare()
      .executeTakeFirst()
    return still
      ? start(tx, { account_id: user.account_id, user_id: user.id, api_key_id: null, epoch: 1 })
      : null
  })
  if (started) await takeBackAttempt(app, attempt)
  return started
}
