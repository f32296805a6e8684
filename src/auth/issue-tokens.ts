import { randomUUID } from 'node:crypto'
import type { App } from '../app.ts'
import { inTransaction, type Tx } from '../db/database.ts'
import { parseEmailAddress } from '../text/email-address.ts'
import { hashSecret, isPassword } from './secrets.ts'
import type { TokenClaims } from './tokens.ts'

/** A refresh token outlives its access token by this much. */
const REFRESH_FACTOR = 4

export interface Tokens {
  access_token: string
  refresh_token: string
  token_type: 'Bearer'
  /** Seconds. */
  expires_in: number
}

/** Tokens for the holder of a key; null when id and secret do not belong together. */
export async function issueForKey(app: App, clientId: string, clientSecret: string): Promise<Tokens | null> {
  return inTransaction(app.db, async (tx) => {
    const key = await tx
      .selectFrom('api_keys')
      .select(['id', 'account_id', 'user_id', 'epoch'])
      .where('client_id', '=', clientId)
      .where('secret_hash', '=', hashSecret(clientSecret))
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    return key ? startFamily(app, tx, { ...key, api_key_id: key.id }) : null
  })
}

/** Tokens for a user of the account by e-mail and password; null when they do not belong together. */
export async function issueForUser(app: App, email: string, password: string): Promise<Tokens | null> {
  return inTransaction(app.db, async (tx) => {
    const user = await tx
      .selectFrom('users')
      .select(['id', 'account_id', 'password_hash'])
      .where('email', '=', parseEmailAddress(email) ?? '')
      .executeTakeFirst()
    if (!(await isPassword(password, user?.password_hash ?? null)) || !user) return null
    return startFamily(app, tx, { account_id: user.account_id, user_id: user.id, api_key_id: null, epoch: 1 })
  })
}

interface Owner {
  account_id: string
  user_id: string
  api_key_id: string | null
  epoch: number
}

async function startFamily(
  app: App,
  tx: Tx,
  { account_id, user_id, api_key_id, epoch }: Owner,
): Promise<Tokens> {
  const [id, refresh_id] = [randomUUID(), randomUUID()]
  const now = app.clock.now()
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
      expires_at: refreshEnd(app, now),
    })
    .execute()
  return sign(app, { accountId: account_id, keyId: api_key_id, familyId: id, epoch }, refresh_id)
}

/**
 * New tokens for a refresh token, which is good once. One that was used before has been stolen, from
 * the client or by it: its whole family ends (RFC 9700, 4.14.2). Null when it is not good.
 */
export async function refreshTokens(app: App, refreshToken: string): Promise<Tokens | null> {
  const claims = await app.tokens.verifyRefresh(refreshToken)
  if (!claims) return null
  return inTransaction(app.db, async (tx) => {
    const family = await tx
      .selectFrom('token_families')
      .select(['refresh_id', 'epoch', 'api_key_id'])
      .where('id', '=', claims.familyId)
      .where('account_id', '=', claims.accountId)
      .where('revoked_at', 'is', null)
      .forUpdate()
      .executeTakeFirst()
    if (!family || !(await isKeyCurrent(tx, family))) return null
    const now = app.clock.now()
    if (family.refresh_id !== claims.refreshId) {
      await endFamily(tx, claims, now, 'reused')
      return null
    }
    const refresh_id = randomUUID()
    await tx
      .updateTable('token_families')
      .set({ refresh_id, expires_at: refreshEnd(app, now) })
      .where('id', '=', claims.familyId)
      .execute()
    return sign(app, claims, refresh_id)
  })
}

async function isKeyCurrent(tx: Tx, family: { api_key_id: string | null; epoch: number }): Promise<boolean> {
  if (family.api_key_id === null) return true
  const key = await tx
    .selectFrom('api_keys')
    .select('id')
    .where('id', '=', family.api_key_id)
    .where('epoch', '=', family.epoch)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return key !== undefined
}

/** Ends every token that shares a sign-in with this one. A token of another account is left alone. */
export async function revokeToken(app: App, token: string, accountId: string): Promise<void> {
  const claims = (await app.tokens.verifyAccess(token)) ?? (await app.tokens.verifyRefresh(token))
  if (claims?.accountId !== accountId) return
  await inTransaction(app.db, (tx) => endFamily(tx, claims, app.clock.now(), 'revoked'))
}

async function endFamily(
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

async function sign(app: App, claims: TokenClaims, refreshId: string): Promise<Tokens> {
  const seconds = app.config.TOKEN_TTL
  return {
    access_token: await app.tokens.signAccess(claims, seconds),
    refresh_token: await app.tokens.signRefresh({ ...claims, refreshId }, seconds * REFRESH_FACTOR),
    token_type: 'Bearer',
    expires_in: seconds,
  }
}

const refreshEnd = (app: App, now: Date) =>
  new Date(now.getTime() + app.config.TOKEN_TTL * REFRESH_FACTOR * 1000)
