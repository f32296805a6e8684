import type { App } from '../../platform/app.ts'
import { type Attempt, countAttempt, takeBackAttempt } from '../../platform/auth/attempts.ts'
import { inTransaction } from '../../platform/db/database.ts'
import type { Caller } from '../../platform/http/route.ts'
import { invalidAttribute, missingAttribute } from '../../platform/jsonapi/read-attributes.ts'
import { hashPassword, isPassword } from '../../platform/secrets/secrets.ts'
import { tooMany } from '../limiting-links.ts'
import { requiredName } from '../required-name.ts'
import { assertPassword, replacePassword } from '../set-password.ts'

export interface OwnChanges {
  name?: string
  password?: string
  /** Needed for a new password by who has one. */
  current_password?: string
}

/**
 * Changes the name or the password of the caller's user. A new password ends all other sessions, and the tokens that
 * were got with the previous one.
 *
 * @param source IP address
 * @throws ApiError 422 for a blank name, a short password, or a wrong current one; 429 after too many guesses; 503
 */
export async function changeMe(
  app: App,
  { accountId, userId, familyId }: Pick<Caller, 'accountId' | 'userId' | 'familyId'>,
  { name, password, current_password }: OwnChanges,
  source: string,
): Promise<void> {
  const readableName = name === undefined ? undefined : requiredName(name)
  if (password !== undefined) {
    assertPassword(password)
    await assertCurrentPassword(app, userId, current_password, source)
  }
  const passwordHash = password === undefined ? undefined : await hashPassword(app.config, password)
  const now = app.clock.now()
  await inTransaction(app.db, async (tx) => {
    if (readableName !== undefined)
      await tx
        .updateTable('users')
        .set({ name: readableName, updated_at: now })
        .where('id', '=', userId)
        .where('account_id', '=', accountId)
        .execute()
    if (passwordHash !== undefined)
      await replacePassword(tx, { accountId, userId, passwordHash, except: familyId }, now)
  })
}

async function assertCurrentPassword(
  app: App,
  userId: string,
  given: string | undefined,
  source: string,
): Promise<void> {
  const { password_hash } = await app.db
    .selectFrom('users')
    .select('password_hash')
    .where('id', '=', userId)
    .executeTakeFirstOrThrow()
  // Who signed in with a link may have none yet.
  if (password_hash === null) return
  if (given === undefined) throw missingAttribute('current_password')
  const attempt: Attempt = { realm: 'users', kind: 'account', person: userId, source }
  const waitSeconds = await countAttempt(app, attempt)
  if (waitSeconds > 0) throw tooMany('Too many wrong passwords.', waitSeconds)
  if (!(await isPassword(app.config, given, password_hash)))
    throw invalidAttribute('current_password', 'wrong', 'is wrong')
  await takeBackAttempt(app, attempt)
}
