import { endLinks, keepLinks, useLink } from '../links/member-links.ts'
import { isAddressTaken } from '../people/contacts/address-taken.ts'
import type { ContactValues } from '../people/contacts/contact-attributes.ts'
import { type Contact, contactRows } from '../people/contacts/contacts.resource.ts'
import { updateContact } from '../people/contacts/update-contact.ts'
import type { App } from '../platform/app.ts'
import { countAttempt, takeBackAttempt } from '../platform/auth/attempts.ts'
import { inTransaction, type Tx } from '../platform/db/database.ts'
import { type Origin, recordEvent } from '../platform/events/events.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import { lockOne } from '../platform/records/lock-one.ts'
import { hashPassword, isPassword } from '../platform/secrets/secrets.ts'
import { findMember, type Member, type MemberSite } from './member.ts'
import { attemptAt, setPasswordHash, signIn, type Visitor } from './sign-in.ts'

const originOf = (app: App, { customerId }: { customerId: string }): Origin => ({
  actor: `customer:${customerId}`,
  requestId: null,
  now: app.clock.now(),
})

/** Changes the name of a member, and with it that of the contact. */
export async function changeName(app: App, site: MemberSite, member: Member, name: string): Promise<void> {
  await inTransaction(app.db, (tx) => updateMember(app, tx, site, member, { name }))
  app.onEvents()
}

async function updateMember(
  app: App,
  tx: Tx,
  site: MemberSite,
  member: Member,
  values: ContactValues,
): Promise<void> {
  const contact = await lockOne<Contact>(tx, contactRows, [site.id], member.contactId)
  await updateContact(tx, contact, { values }, originOf(app, member))
}

/**
 * Whether this is the member's password; true for who has none, having come by a link. Guesses are
 * counted as at sign-in.
 *
 * @returns seconds to wait when there were too many
 */
export async function knowsPassword(
  app: App,
  site: MemberSite,
  member: Member,
  password: string,
  visitor: Visitor,
): Promise<boolean | { waitSeconds: number }> {
  const attempt = attemptAt(site, 'account', member.customerId, visitor)
  const waitSeconds = await countAttempt(app, attempt)
  if (waitSeconds > 0) return { waitSeconds }
  const stored = await findMember(app.db, site.id, { customerId: member.customerId })
  const knows = stored?.passwordHash
    ? await isPassword(app.config, password, stored.passwordHash)
    : stored !== null
  if (knows) await takeBackAttempt(app, attempt)
  return knows
}

/** Changes the password of a member, who is signed out everywhere else. */
export async function changePassword(
  app: App,
  site: MemberSite,
  member: Member,
  password: string,
  visitor: Visitor,
): Promise<string> {
  const hash = await hashPassword(app.config, password)
  return inTransaction(app.db, async (tx) => {
    await setPasswordHash(app, tx, site.id, member.customerId, hash)
    return signIn(app, tx, site.id, member.customerId, visitor)
  })
}

/**
 * Sends a link to a new address, which takes effect when the link is followed; an earlier one that waits is
 * invalid then. Whether the address is somebody else's shows only to whoever reads mail there.
 *
 * @param newEmail as parseEmailAddress() reads it
 */
export async function requestEmailChange(
  app: App,
  site: MemberSite,
  member: Member,
  newEmail: string,
): Promise<void> {
  const { customerId, contactId } = member
  await inTransaction(app.db, async (tx) => {
    const origin = originOf(app, member)
    await endLinks(tx, site.id, customerId, origin.now, 'email_change')
    const eventId = await recordEvent(
      tx,
      'email_change_requested',
      { siteId: site.id, contactId, customerId },
      {},
      origin,
    )
    await keepLinks(app, tx, [{ purpose: 'email_change', siteId: site.id, eventId, customerId, newEmail }])
  })
  app.onEvents()
}

export type EmailChange = 'changed' | 'taken' | 'ended'

/** Puts the confirmed address into force, in contact and customer. */
export async function confirmEmailChange(app: App, site: MemberSite, token: string): Promise<EmailChange> {
  try {
    return await inTransaction(app.db, async (tx): Promise<EmailChange> => {
      const link = await useLink(tx, site.id, 'email_change', token, app.clock.now())
      const member = link && (await findMember(tx, site.id, { customerId: link.customer_id }))
      if (!member) return 'ended'
      await updateMember(app, tx, site, member, { email: link.new_email! })
      return 'changed'
    })
  } catch (error) {
    if (error instanceof ApiError && isAddressTaken(error)) return 'taken'
    throw error
  } finally {
    app.onEvents()
  }
}
