import type { App } from '../../platform/app.ts'
import { sessionCookie } from '../../platform/http/credentials.ts'
import type { Caller } from '../../platform/http/route.ts'
import { SESSION_DAYS } from './start-session.ts'

/**
 * Lets the session of a request last for its full time from a later moment on.
 *
 * @returns what makes its new cookie, to be called at that moment; it returns null for who has no session
 */
export async function renewSession(
  app: App,
  { keyId, accountId, familyId, epoch }: Caller,
  from: Date,
): Promise<(baseUrl: string) => Promise<string | null>> {
  const seconds = SESSION_DAYS * 86_400
  const { numUpdatedRows } = await app.db
    .updateTable('token_families')
    .set({ expires_at: new Date(from.getTime() + seconds * 1000) })
    .where('id', '=', familyId)
    .where('account_id', '=', accountId)
    // Tokens of programs have none.
    .where('confirmed_at', 'is not', null)
    .executeTakeFirst()
  return async (baseUrl) =>
    numUpdatedRows === 0n
      ? null
      : sessionCookie(
          await app.tokens.signSession({ keyId, accountId, familyId, epoch }, seconds),
          seconds,
          baseUrl,
        )
}
