import { randomUUID } from 'node:crypto'
import type { RefreshClaims, TokenClaims } from '../platform/auth/tokens.ts'
import type { Tx } from '../platform/db/database.ts'

/** Whose tokens they are: a key's, or a user's who signed in. */
export interface TokenOwner {
  account_id: string
  user_id: string
  api_key_id: string | null
  epoch: number
}

/** Starts the tokens of one sign-in. They end together: when they expire, are revoked, or the key or password changes. */
export async function startFamily(
  tx: Tx,
  { account_id, user_id, api_key_id, epoch }: TokenOwner,
  now: Date,
  expiresAt: Date,
): Promise<RefreshClaims> {
  const [id, refresh_id] = [randomUUID(), randomUUID()]
  await tx
    .insertInto('token_families')
    .values({
      id,
      account_id,
      user_id,
      api_key_id,
      epoch,
      refresh_id,
      created_at: now,
      expires_at: expiresAt,
    })
    .execute()
  return { accountId: account_id, keyId: api_key_id, familyId: id, epoch, refreshId: refresh_id }
}

/** The tokens of one sign-in; with a user, only if they are that user's. */
type Family = Pick<TokenClaims, 'accountId' | 'familyId'> & { userId?: string }

/** Ends the tokens of one sign-in. @returns false when there are none, or they have ended */
export async function endFamily(
  tx: Tx,
  { accountId, familyId, userId }: Family,
  now: Date,
  reason: 'revoked' | 'reused',
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('token_families')
    .set({ revoked_at: now, revoke_reason: reason })
    .where('id', '=', familyId)
    .where('account_id', '=', accountId)
    .$if(userId !== undefined, (query) => query.where('user_id', '=', userId!))
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
