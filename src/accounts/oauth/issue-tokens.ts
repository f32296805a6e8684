import { randomUUID } from 'node:crypto'
import type { App } from '../../platform/app.ts'
import type { RefreshClaims } from '../../platform/auth/tokens.ts'
import { inTransaction, type Tx } from '../../platform/db/database.ts'
import { hashSecret } from '../../platform/secrets/secrets.ts'
import { type Credentials, signInUser } from '../sign-in-user.ts'
import { endFamily, startFamily, type TokenOwner } from '../token-families.ts'

/** A refresh token outlives its access token by this much. */
export const REFRESH_FACTOR = 4

export interface Tokens {
  access_token: string
  refresh_token: string
  token_type: 'Bearer'
  /** Seconds. */
  expires_in: number
}

/** What a client says of itself; what it leaves out is empty. */
export interface Client {
  id: string
  secret: string
}

/**
 * Tokens for the holder of a key; null when id and secret do not belong together.
 *
 * @param source IP address of the client; left out, the key does not count as used
 */
export async function issueForKey(
  app: App,
  id: string,
  secret: string,
  source?: string,
): Promise<Tokens | null> {
  return inTransaction(app.db, async (tx) => {
    const key = await findKey(tx, { id, secret })
    if (!key) return null
    if (source) app.keyUses.note({ accountId: key.account_id, keyId: key.id }, source)
    return startTokens(app, tx, { ...key, api_key_id: key.id })
  })
}

const findKey = (tx: Tx, { id, secret }: Client) =>
  tx
    .selectFrom('api_keys')
    .select(['id', 'account_id', 'user_id', 'epoch'])
    .$if(id !== '', (query) => query.where('client_id', '=', id))
    .$if(secret !== '', (query) => query.where('secret_hash', '=', hashSecret(secret)))
    .where('deleted_at', 'is', null)
    .executeTakeFirst()

/**
 * Tokens for a user by e-mail and password: see signInUser().
 *
 * @param client what the client says of itself besides, if it does
 */
export const issueForUser = (
  app: App,
  { client, ...credentials }: Credentials & { client: Client | null },
): Promise<Tokens | { waitSeconds: number } | null> =>
  signInUser(app, credentials, async (tx, owner) =>
    (await isClientOf(tx, owner.account_id, client)) ? startTokens(app, tx, owner) : null,
  )

/** Whether a client that says who it is, is one of the account's (RFC 6749, 4.3.2). */
const isClientOf = async (tx: Tx, accountId: string, client: Client | null): Promise<boolean> =>
  client === null || (await findKey(tx, client))?.account_id === accountId

async function startTokens(app: App, tx: Tx, owner: TokenOwner): Promise<Tokens> {
  const now = app.clock.now()
  return sign(app, await startFamily(tx, owner, now, refreshEnd(app, now)))
}

/**
 * New tokens for a refresh token, which is good once. One that was used before has been stolen, from
 * the client or by it: its whole family ends (RFC 9700, 4.14.2). It belongs to its client: a client that says who it
 * is must be the one that got it (RFC 6749, 6), and nothing has happened to the token when it is not.
 *
 * @param client what the client says of itself besides, if it does
 * @returns null when the token is not good; 'wrong_client' when it is another's, or the secret is wrong
 */
export async function refreshTokens(
  app: App,
  refreshToken: string,
  client: Client | null,
): Promise<Tokens | 'wrong_client' | null> {
  const claims = await app.tokens.verifyRefresh(refreshToken)
  return inTransaction(app.db, async (tx) => {
    const key = client && (await findKey(tx, client))
    if (client && !key) return 'wrong_client'
    if (!claims) return null
    const family = await tx
      .selectFrom('token_families')
      .select(['refresh_id', 'epoch', 'api_key_id'])
      .where('id', '=', claims.familyId)
      .where('account_id', '=', claims.accountId)
      .where('revoked_at', 'is', null)
      .forUpdate()
      .executeTakeFirst()
    if (!family || !(await isKeyCurrent(tx, family))) return null
    // What a user got with a password belongs to no key, but to the account.
    const isOwn =
      !key ||
      (family.api_key_id === null ? key.account_id === claims.accountId : key.id === family.api_key_id)
    if (!isOwn) return 'wrong_client'
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
    return sign(app, { ...claims, refreshId: refresh_id })
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

async function sign(app: App, claims: RefreshClaims): Promise<Tokens> {
  const seconds = app.config.TOKEN_TTL
  return {
    access_token: await app.tokens.signAccess(claims, seconds),
    refresh_token: await app.tokens.signRefresh(claims, seconds * REFRESH_FACTOR),
    token_type: 'Bearer',
    expires_in: seconds,
  }
}

const refreshEnd = (app: App, now: Date) =>
  new Date(now.getTime() + app.config.TOKEN_TTL * REFRESH_FACTOR * 1000)
