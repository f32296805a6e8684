import { keepUserLink, userLinkToken } from '../../links/user-links.ts'
import type { App } from '../../platform/app.ts'
import { countAttempt } from '../../platform/auth/attempts.ts'
import { inTransaction } from '../../platform/db/database.ts'
import { parseEmailAddress } from '../../platform/text/email-address.ts'
import { recordUserEvent } from '../user-events.ts'

/**
 * Has a link sent with which a user sets a new password. The answer does not show whether there is such a user.
 *
 * @returns seconds to wait after too many requests, else 0
 */
export async function requestPasswordReset(app: App, email: string, source: string): Promise<number> {
  const waitSeconds = await countAttempt(app, { realm: 'users', kind: 'link', person: email, source })
  if (waitSeconds > 0) return waitSeconds
  const now = app.clock.now()
  await inTransaction(app.db, async (tx) => {
    const user = await tx
      .selectFrom('users')
      .select(['id', 'account_id'])
      .where('email', '=', parseEmailAddress(email) ?? '')
      .where('left_at', 'is', null)
      .executeTakeFirst()
    if (!user) return
    const origin = { actor: 'visitor', requestId: null, now }
    const about = { user_id: user.id }
    const eventId = await recordUserEvent(tx, 'user_password_link_requested', user.account_id, about, origin)
    const token = userLinkToken(app, 'password', eventId)
    await keepUserLink(tx, 'password', token, { accountId: user.account_id, userId: user.id }, now)
  })
  app.onEvents()
  return 0
}
