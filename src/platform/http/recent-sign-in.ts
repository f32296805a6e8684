/** What a session alone may do, and what only soon after the user has proved who they are. */
import { sql } from 'kysely'
import type { App } from '../app.ts'
import type { Db, Tx } from '../db/database.ts'
import { ApiError } from '../jsonapi/errors.ts'
import type { Caller, Route } from './route.ts'

/** Minutes for which signing in, or confirming the session, permits what is sensitive. */
export const RECENT_MINUTES = 10

/**
 * Sees that a request comes from a session, and from one of the last minutes, if the route demands it.
 *
 * @throws ApiError 403
 */
export async function assertSession(
  app: App,
  db: Db | Tx,
  { onlySessions, needsRecentSignIn }: Pick<Route, 'onlySessions' | 'needsRecentSignIn'>,
  caller: Caller,
): Promise<void> {
  if (onlySessions && caller.keyId !== null)
    throw new ApiError(403, 'session_required', 'An API key cannot do this; sign in with POST /v1/sessions.')
  if (needsRecentSignIn) await assertRecentSignIn(app, db, caller)
}

/**
 * Sees that the user of a session has proved within the last minutes who they are. Programs are never asked.
 *
 * @throws ApiError 403 `recent_sign_in_required`
 */
export async function assertRecentSignIn(
  { clock, config }: App,
  db: Db | Tx,
  { keyId, accountId, familyId }: Caller,
): Promise<void> {
  if (keyId !== null) return
  const since = new Date(clock.now().getTime() - RECENT_MINUTES * 60_000)
  const { rows } = await sql<{ is_recent: boolean; has_proof: boolean }>`
    select coalesce(f.confirmed_at >= ${since}, true) as is_recent,
           u.password_hash is not null or exists (select from passkeys p where p.user_id = u.id) as has_proof
      from token_families f join users u on u.id = f.user_id
     where f.id = ${familyId}::uuid and f.account_id = ${accountId}`.execute(db)
  const [session] = rows
  if (session?.is_recent) return
  // The demo's owner signs in with the link that `npm start` prints, and has nothing else to prove it with.
  if (session && !session.has_proof && config.mode === 'development') return
  throw new ApiError(
    403,
    'recent_sign_in_required',
    `This needs a sign-in of the last ${RECENT_MINUTES} minutes. Send the password or a passkey to POST /v1/sessions/current/confirm, then repeat the request.`,
  )
}
