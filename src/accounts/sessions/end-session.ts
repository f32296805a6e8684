import type { Tx } from '../../platform/db/database.ts'
import type { Caller } from '../../platform/http/route.ts'

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Ends a session, or other tokens of one sign-in, of the caller's user. @returns false when there is none */
export async function endSession(
  tx: Tx,
  { accountId, userId, familyId }: Pick<Caller, 'accountId' | 'userId' | 'familyId'>,
  now: Date,
): Promise<boolean> {
  if (!UUID.test(familyId)) return false
  const { numUpdatedRows } = await tx
    .updateTable('token_families')
    .set({ revoked_at: now, revoke_reason: 'revoked' })
    .where('id', '=', familyId)
    .where('account_id', '=', accountId)
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
