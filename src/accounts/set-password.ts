import type { App } from '../platform/app.ts'
import { inTransaction, type Tx } from '../platform/db/database.ts'
import { notFound, unprocessable } from '../platform/jsonapi/errors.ts'
import { hashPassword } from '../platform/secrets/secrets.ts'
import { parseEmailAddress } from '../platform/text/email-address.ts'
import { endSessionsOf } from './token-families.ts'

const SHORTEST = 10

/** @throws ApiError 422 for a password under ten characters */
export function assertPassword(password: string): void {
  if ([...password].length >= SHORTEST) return
  throw unprocessable(
    'too_short',
    `A password is at least ${SHORTEST} characters long`,
    '/data/attributes/password',
  )
}

/** Replaces the password of a user. Tokens and sessions that were got with the one before end, but for one. */
export async function replacePassword(
  tx: Tx,
  {
    accountId,
    userId,
    passwordHash,
    except,
  }: { accountId: string; userId: string; passwordHash: string; except?: string },
  now: Date,
): Promise<void> {
  await tx
    .updateTable('users')
    .set({ password_hash: passwordHash, updated_at: now })
    .where('id', '=', userId)
    .where('account_id', '=', accountId)
    .execute()
  await endSessionsOf(tx, { accountId, userId, ...(except && { except }) }, now, 'password_changed')
}

/**
 * Sets the password of a user of the account, to sign in and for token requests with `username` and `password`. Tokens
 * that were got with the one before end.
 *
 * @throws ApiError 404 for an unknown e-mail, 422 for a password under ten characters
 */
export async function setPassword(
  app: App,
  accountId: string,
  email: string,
  password: string,
): Promise<void> {
  assertPassword(password)
  const passwordHash = await hashPassword(app.config, password)
  await inTransaction(app.db, async (tx) => {
    const { id: userId } = await findUserByEmail(tx, accountId, email)
    await replacePassword(tx, { accountId, userId, passwordHash }, app.clock.now())
  })
}

/** The user with this e-mail, locked. @throws ApiError 404 */
export async function findUserByEmail(
  tx: Tx,
  accountId: string,
  email: string,
): Promise<{ id: string; email: string }> {
  const user = await tx
    .selectFrom('users')
    .select(['id', 'email'])
    .where('account_id', '=', accountId)
    .where('email', '=', parseEmailAddress(email) ?? '')
    .where('left_at', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (user) return user
  throw notFound(`There is no user with the e-mail ${email}.`)
}
