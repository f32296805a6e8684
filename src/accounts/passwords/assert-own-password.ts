import type { App } from '../../platform/app.ts'
import { type Attempt, countAttempt, takeBackAttempt } from '../../platform/auth/attempts.ts'
import { invalidAttribute } from '../../platform/jsonapi/read-attributes.ts'
import { isPassword } from '../../platform/secrets/secrets.ts'
import { tooMany } from '../limiting-links.ts'

/** The hash of the password of a user; null for who has none. */
export async function passwordHashOf({ db }: App, userId: string): Promise<string | null> {
  const { password_hash } = await db
    .selectFrom('users')
    .select('password_hash')
    .where('id', '=', userId)
    .executeTakeFirstOrThrow()
  return password_hash
}

/**
 * Sees that a user who is signed in knows their password. Guesses are counted; see countAttempt().
 *
 * @param attribute in which the request has it
 * @param source IP address
 * @throws ApiError 422 for a wrong one, or when there is none; 429 after too many; 503
 */
export async function assertOwnPassword(
  app: App,
  userId: string,
  { attribute, password }: { attribute: string; password: string },
  source: string,
): Promise<void> {
  const attempt: Attempt = { realm: 'users', kind: 'account', person: userId, source }
  const waitSeconds = await countAttempt(app, attempt)
  if (waitSeconds > 0) throw tooMany('Too many wrong passwords.', waitSeconds)
  if (!(await isPassword(app.config, password, await passwordHashOf(app, userId))))
    throw invalidAttribute(attribute, 'wrong', 'is wrong')
  await takeBackAttempt(app, attempt)
}
