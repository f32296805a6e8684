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

/** From where a user has signed in. */
export interface Device {
  /** IP address. */
  source: string
  /** The User-Agent header. */
  browser: string | null
}

/**
 * Starts the tokens of one sign-in. They end together: when they expire, are revoked, or the key or password changes.
 *
 * @param device of a session
 */
export async function startFamily(
  tx: Tx,
  { account_id, user_id, api_key_id, epoch }: TokenOwner,
  now: Date,
  expiresAt: Date,
  device?: Device,
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
      started_from: device?.source ?? null,
      browser: device?.browser ?? null,
      confirmed_at: device ? now : null,
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

interface FamiliesOf {
  accountId: string
  userId: string
  /** The sign-in that stays. */
  except?: string
}

/** Ends the sessions of a user, and the tokens that they got with a password; those of their API keys stay. */
export async function endSessionsOf(
  tx: Tx,
  { accountId, userId, except }: FamiliesOf,
  now: Date,
  reason: 'revoked' | 'password_changed',
): Promise<void> {
  await tx
    .updateTable('token_families')
    .set({ revoked_at: now, revoke_reason: reason })
    .where('user_id', '=', userId)
    .where('account_id', '=', accountId)
    .where('api_key_id', 'is', null)
    .where('revoked_at', 'is', null)
    .$if(except !== undefined, (query) => query.where('id', '<>', except!))
    .execute()
}
