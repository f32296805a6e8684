import type { Tx } from '../../platform/db/database.ts'
import type { Caller } from '../../platform/http/route.ts'
import { endFamily } from '../token-families.ts'

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Ends a session, or other tokens of one sign-in, of the caller's user. @returns false when there is none */
export async function endSession(
  tx: Tx,
  { accountId, userId, familyId }: Pick<Caller, 'accountId' | 'userId' | 'familyId'>,
  now: Date,
): Promise<boolean> {
  if (!UUID.test(familyId)) return false
  return endFamily(tx, { accountId, userId, familyId }, now, 'revoked')
}
