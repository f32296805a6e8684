import { endUserLinks, spendUserLink } from '../../links/user-links.ts'
import type { App } from '../../platform/app.ts'
import { inTransaction } from '../../platform/db/database.ts'
import { hashPassword } from '../../platform/secrets/secrets.ts'
import { limitingLinks } from '../limiting-links.ts'
import { type Session, startSession } from '../sessions/start-session.ts'
import { assertPassword, replacePassword } from '../set-password.ts'
import type { Device } from '../token-families.ts'

/**
 * Sets the password of a user who followed a link, ends their sessions and other links, and starts a session.
 *
 * @throws ApiError 401 for a link that is not valid, 422 for a short password, 429, 503
 */
export async function redeemPasswordReset(
  app: App,
  { token, password }: { token: string; password: string },
  device: Device,
): Promise<Session> {
  assertPassword(password)
  return limitingLinks(app, 'password', token, device.source, async () => {
    const passwordHash = await hashPassword(app.config, password)
    return inTransaction(app.db, async (tx) => {
      const now = app.clock.now()
      const link = await spendUserLink(tx, 'password', token, now)
      if (!link) return null
      const [accountId, userId] = [link.account_id!, link.user_id!]
      await replacePassword(tx, { accountId, userId, passwordHash }, now)
      await endUserLinks(tx, { userId }, now)
      return startSession(app, tx, { account_id: accountId, user_id: userId }, device)
    })
  })
}
