import type { App } from '../../platform/app.ts'
import { inTransaction } from '../../platform/db/database.ts'
import { assertRecentSignIn } from '../../platform/http/recent-sign-in.ts'
import type { Caller } from '../../platform/http/route.ts'
import { missingAttribute } from '../../platform/jsonapi/read-attributes.ts'
import { hashPassword } from '../../platform/secrets/secrets.ts'
import { assertOwnPassword, passwordHashOf } from '../passwords/assert-own-password.ts'
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
 * @throws ApiError 403 for a first password without a recent sign-in; 422 for a blank name, a short password, or a wrong current one; 429 after too many guesses; 503
 */
export async function changeMe(
  app: App,
  caller: Caller,
  { name, password, current_password }: OwnChanges,
  source: string,
): Promise<void> {
  const { accountId, userId, familyId } = caller
  const readableName = name === undefined ? undefined : requiredName(name)
  if (password !== undefined) {
    assertPassword(password)
    await assertCurrentPassword(app, caller, current_password, source)
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

/** The current password is proof enough; who has none, having signed in with a link, must have done so recently. */
async function assertCurrentPassword(
  app: App,
  caller: Caller,
  given: string | undefined,
  source: string,
): Promise<void> {
  if ((await passwordHashOf(app, caller.userId)) === null) return assertRecentSignIn(app, app.db, caller)
  if (given === undefined) throw missingAttribute('current_password')
  const proof = { attribute: 'current_password', password: given }
  await assertOwnPassword(app, caller.userId, proof, source)
}
