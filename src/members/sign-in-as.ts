/** Signing in as a member: for who helps them and has to see what they see. */
import { keepLinks, linkPath, linkSeconds, linkToken, siteUrl, useLink } from '../links/member-links.ts'
import type { App } from '../platform/app.ts'
import { inTransaction, type Tx } from '../platform/db/database.ts'
import { type Origin, recordEvent } from '../platform/events/events.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import { findSiteById, type MemberSite } from './member.ts'
import { startActingSession } from './sessions.ts'
import type { Visitor } from './sign-in.ts'

interface Person {
  siteId: string
  contactId: string
  /** Null: the contact is not a customer. */
  customerId: string | null
}

export interface ActingLink {
  /** Of the event that records who asked, and why. */
  eventId: string
  url: string
  expiresAt: Date
}

/**
 * Makes a link that lets somebody of the account use the members' pages as a customer: once, within five minutes, for
 * ten minutes. The event that records it has their reason.
 *
 * @throws ApiError 422 for a contact who is not a customer
 */
export async function createActingLink(
  app: App,
  tx: Tx,
  { siteId, contactId, customerId }: Person,
  reason: string,
  origin: Origin,
): Promise<ActingLink> {
  if (customerId === null)
    throw new ApiError(
      422,
      'not_a_customer',
      `The contact ${contactId} is not a customer, and cannot sign in. Grant an offer first.`,
    )
  const about = { siteId, contactId, customerId }
  const eventId = await recordEvent(tx, 'sign_in_as_requested', about, { reason }, origin)
  await keepLinks(app, tx, [{ purpose: 'act_as', siteId, eventId, customerId, actedBy: origin.actor }])
  const site = (await findSiteById(tx, siteId))!
  return {
    eventId,
    url: siteUrl(app, site) + linkPath('act_as', linkToken(app, 'act_as', siteId, eventId)),
    expiresAt: new Date(origin.now.getTime() + linkSeconds('act_as') * 1_000),
  }
}

/** Uses the link. Returns the session; null when it is used or over. */
export function signInAs(
  app: App,
  site: MemberSite,
  token: string,
  visitor: Visitor,
): Promise<string | null> {
  const now = app.clock.now()
  return inTransaction(app.db, async (tx) => {
    const link = await useLink(tx, site.id, 'act_as', token, now)
    if (!link) return null
    const { session: previous } = visitor
    return startActingSession(tx, {
      siteId: site.id,
      customerId: link.customer_id,
      previous,
      actedBy: link.acted_by!,
      now,
    })
  })
}
