import type { App } from '../../platform/app.ts'
import { type Credentials, signInUser } from '../sign-in-user.ts'
import { startFamily } from '../token-families.ts'

const SESSION_DAYS = 14

export interface Session {
  id: string
  userId: string
  /** For the cookie. */
  token: string
  /** How long it lasts. */
  seconds: number
  expiresAt: Date
}

/** Starts the session of a user in a browser: tokens of their own, kept in a cookie. See signInUser(). */
export async function startSession(
  app: App,
  credentials: Credentials,
): Promise<Session | { waitSeconds: number } | null> {
  const seconds = SESSION_DAYS * 86_400
  return signInUser(app, credentials, async (tx, owner) => {
    const now = app.clock.now()
    const expiresAt = new Date(now.getTime() + seconds * 1000)
    const claims = await startFamily(tx, owner, now, expiresAt)
    const token = await app.tokens.signSession(claims, seconds)
    return { id: claims.familyId, userId: owner.user_id, token, seconds, expiresAt }
  })
}
