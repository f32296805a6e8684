import { randomUUID } from 'node:crypto'
import type { App } from '../../platform/app.ts'
import { type Attempt, countAttempt, takeBackAttempt } from '../../platform/auth/attempts.ts'
import type { TokenClaims } from '../../platform/auth/tokens.ts'
import { inTransaction, type Tx } from '../../platform/db/database.ts'
import { hashSecret, isPassword } from '../../platform/secrets/secrets.ts'
import { parseEmailAddress } from '../../platform/text/email-address.ts'

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

/** Tokens for the holder of a key; null when id and secret do not belong together. */
export async function issueForKey(app: App, id: string, secret: string): Promise<Tokens | null> {
  return inTransaction(app.db, async (tx) => {
    const key = await findKey(tx, { id, secret })
    return key ? startFamily(app, tx, { ...key, api_key_id: key.id }) : null
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
 * Tokens for a user by e-mail and password. Guesses are counted; see countAttempt().
 *
 * @param client what the client says of itself besides, if it does
 * @param source IP address
 * @returns null when they do not belong together; or the seconds to wait when there were too many guesses
 * @throws ApiError 503 when too many passwords are being checked
 */
export async function issueForUser(
  app: App,
  {
    email,
    password,
    client,
    source,
  }: { email: string; password: string; client: Client | null; source: string },
): Promise<Tokens | { waitSeconds: number } | null> {
  const attempt: Attempt = { realm: 'users', kind: 'token', person: email, source }
  const waitSeconds = await countAttempt(app, attempt)
  if (waitSeconds > 0) return { waitSeconds }
  const user = await app.db
    .selectFrom('users')
    .select(['id', 'account_id', 'password_hash'])
    .where('email', '=', parseEmailAddress(email) ?? '')
    .executeTakeFirst()
  const isRight = await isPassword(password, user?.password_hash ?? null)
  if (!user || !isRight) return null
  const tokens = await inTransaction(app.db, async (tx) => {
    // It may have been changed while the given one was checked.
    const still = await tx
      .selectFrom('users')
      .select('id')
      .where('id', '=', user.id)
      .where('password_hash', '=', user.password_hash)
      .forShare()
      .executeTakeFirst()
    if (!still || !(await isClientOf(tx, user.account_id, client))) return null
    return startFamily(app, tx, { account_id: user.account_id, user_id: user.id, api_key_id: null, epoch: 1 })
  })
  if (tokens) await takeBackAttempt(app, attempt)
  return tokens
}

/** Whether a client that says who it is, is one of the account's (RFC 6749, 4.3.2). */
const isClientOf = async (tx: Tx, accountId: string, client: Client | null): Promise<boolean> =>
  client === null || (await findKey(tx, client))?.account_id === accountId

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
