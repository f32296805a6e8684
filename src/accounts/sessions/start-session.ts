import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { spendUserLink } from '../../links/user-links.ts'
import type { App } from '../../platform/app.ts'
import { inTransaction, type Tx } from '../../platform/db/database.ts'
import { limitingLinks } from '../limiting-links.ts'
import { usePasskey } from '../passkeys/use-passkey.ts'
import { type Credentials, signInUser } from '../sign-in-user.ts'
import { type Device, startFamily } from '../token-families.ts'

/** How long a session lasts. */
export const SESSION_DAYS = 14

export interface Session {
  id: string
  userId: string
  /** For the cookie. */
  token: string
  /** How long it lasts. */
  seconds: number
  expiresAt: Date
}

/** Starts the session of a user in a browser: tokens of their own, kept in a cookie. */
export async function startSession(
  app: App,
  tx: Tx,
  user: { account_id: string; user_id: string },
  device: Device,
): Promise<Session> {
  const now = app.clock.now()
  const seconds = SESSION_DAYS * 86_400
  const expiresAt = new Date(now.getTime() + seconds * 1000)
  const owner = { ...user, api_key_id: null, epoch: 1 }
  const claims = await startFamily(tx, owner, now, expiresAt, device)
  const token = await app.tokens.signSession(claims, seconds)
  return { id: claims.familyId, userId: user.user_id, token, seconds, expiresAt }
}

/** Starts a session for an e-mail and a password: see signInUser(). */
export const startSessionByPassword = (
  app: App,
  credentials: Omit<Credentials, 'source'>,
  device: Device,
): Promise<Session | { waitSeconds: number } | null> =>
  signInUser(app, { ...credentials, source: device.source }, (tx, owner) =>
    startSession(app, tx, owner, device),
  )

/** Starts a session for a sign-in link, which is used up. @throws ApiError 401 for one that is not valid, 429 */
export const startSessionByLink = (app: App, token: string, device: Device): Promise<Session> =>
  limitingLinks(app, 'sign_in', token, device.source, () =>
    inTransaction(app.db, async (tx) => {
      const link = await spendUserLink(tx, 'sign_in', token, app.clock.now())
      if (!link) return null
      return startSession(app, tx, { account_id: link.account_id!, user_id: link.user_id! }, device)
    }),
  )

/** Starts a session for a passkey. @throws ApiError 401, 422, 429: see usePasskey() */
export const startSessionByPasskey = (
  app: App,
  response: AuthenticationResponseJSON,
  device: Device,
  baseUrl: string,
): Promise<Session> =>
  usePasskey(app, { response, baseUrl, source: device.source }, (tx, owner) =>
    startSession(app, tx, owner, device),
  )
