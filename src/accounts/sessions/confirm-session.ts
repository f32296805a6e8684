import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import type { App } from '../../platform/app.ts'
import { type Db, inTransaction, type Tx } from '../../platform/db/database.ts'
import type { Caller } from '../../platform/http/route.ts'
import { missingAttribute } from '../../platform/jsonapi/read-attributes.ts'
import { usePasskey } from '../passkeys/use-passkey.ts'
import { assertOwnPassword } from '../passwords/assert-own-password.ts'

/** What a user proves with who they are. */
export interface Proof {
  password?: string | undefined
  passkey?: AuthenticationResponseJSON | undefined
}

/**
 * Records that the user of a session has just proved again who they are; what needs a recent sign-in is possible for
 * some minutes: see assertRecentSignIn().
 *
 * @returns when
 * @throws ApiError 401 for a passkey that is not valid or of somebody else; 422 for a wrong password; 429; 503
 */
export async function confirmSession(
  app: App,
  caller: Caller,
  { password, passkey }: Proof,
  { source, baseUrl }: { source: string; baseUrl: string },
): Promise<Date> {
  const now = app.clock.now()
  if (passkey !== undefined) {
    await usePasskey(app, { response: passkey, source, baseUrl }, async (tx, owner) => {
      if (owner.user_id !== caller.userId) return null
      await setConfirmed(tx, caller, now)
      return now
    })
    return now
  }
  if (password === undefined) throw missingAttribute('password')
  await assertOwnPassword(app, caller.userId, { attribute: 'password', password }, source)
  await inTransaction(app.db, (tx) => setConfirmed(tx, caller, now))
  return now
}

/** Of a session alone: tokens of programs are never asked, and stay so. */
async function setConfirmed(db: Db | Tx, { accountId, familyId }: Caller, now: Date): Promise<void> {
  await db
    .updateTable('token_families')
    .set({ confirmed_at: now })
    .where('id', '=', familyId)
    .where('account_id', '=', accountId)
    .where('confirmed_at', 'is not', null)
    .execute()
}
