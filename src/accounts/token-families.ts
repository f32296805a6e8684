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

export async function endFamily(
  tx: Tx,
  claims: TokenClaims,
  now: Date,
  reason: 'revoked' | 'reused',
): Promise<void> {
  await tx
    .updateTable('token_families')
    .set({ revoked_at: now, revoke_reason: reason })
    .where('id', '=', claims.familyId)
    .where('account_id', '=', claims.accountId)
    .where('revoked_at', 'is', null)
    .execute()
}
