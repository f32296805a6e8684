import type { App } from '../platform/app.ts'
import { countAttempt } from '../platform/auth/attempts.ts'
import { inTransaction } from '../platform/db/database.ts'
import { recordEvent } from '../platform/events/events.ts'
import { findMember, type MemberSite } from './member.ts'
import { attemptAt, type Visitor } from './sign-in.ts'

/**
 * Has a link sent to somebody: to sign in, or to choose a new password. Whether the address is known
 * shows neither in the answer nor in the time: both record an event, and only one of them has a person.
 *
 * @param next the path of the site that the link leads on to after signing in; null for the library
 * @returns seconds to wait when it was asked for too often, else 0
 */
export async function requestLink(
  app: App,
  site: MemberSite,
  kind: 'sign_in' | 'password',
  email: string,
  visitor: Visitor,
  next: string | null = null,
): Promise<number> {
  const waitSeconds = await countAttempt(app, attemptAt(site, 'link', email, visitor))
  if (waitSeconds > 0) return waitSeconds
  await inTransaction(app.db, async (tx) => {
    const member = await findMember(tx, site.id, { email })
    const about = { siteId: site.id, contactId: member?.contactId ?? null, customerId: member?.customerId }
    const origin = { actor: 'visitor', requestId: null, now: app.clock.now() }
    await recordEvent(
      tx,
      kind === 'password' ? 'password_link_requested' : 'sign_in_link_requested',
      about,
      // Whoever asks need not be the member, whose own language stays as it is.
      { language: visitor.language, ...(next !== null && { next }) },
      origin,
    )
  })
  app.onEvents()
  return 0
}
