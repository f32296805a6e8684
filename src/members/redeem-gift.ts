import type { App } from '../app.ts'
import { hashPassword } from '../auth/secrets.ts'
import { inTransaction } from '../db/database.ts'
import { recordEvent } from '../events/events.ts'
import { findLink, useLink } from '../auth/member-links.ts'
import { type HeldOffer, readHeldOffers } from './library.ts'
import { findMember, type Member, type MemberSite } from './member.ts'
import { setPasswordHash, signIn, type Visitor } from './sign-in.ts'

export interface Gift {
  from_name: string | null
  message: string | null
  offers: HeldOffer[]
  member: Member
}

/** What a gift link shows; null when the link is used, or the gift was taken back. */
export async function showGift(app: App, site: MemberSite, token: string): Promise<Gift | null> {
  const link = await findLink(app.db, site.id, 'gift', token, app.clock.now())
  const member = link && (await findMember(app.db, site.id, { customerId: link.customer_id }))
  const offers = member ? await readHeldOffers(app, site, member.customerId, link.grant_id) : []
  if (!member || offers.length === 0) return null
  const grant = await app.db
    .selectFrom('offer_grants')
    .select('gift')
    .where('site_id', '=', site.id)
    .where('id', '=', link.grant_id!)
    .executeTakeFirstOrThrow()
  const { from_name = null, message = null } = (grant.gift ?? {}) as { from_name?: string; message?: string }
  return { from_name, message, offers, member }
}

/**
 * Opens a gift: signs its recipient in, with the password they choose when they have none, and marks the
 * grant as redeemed, once. Returns the session; null when the link is used or over.
 */
export async function redeemGift(
  app: App,
  site: MemberSite,
  token: string,
  password: string | null,
  visitor: Visitor,
): Promise<string | null> {
  const hash = password === null ? null : await hashPassword(password)
  const outcome = await inTransaction(app.db, async (tx) => {
    const now = app.clock.now()
    const link = await useLink(tx, site.id, 'gift', token, now)
    if (!link) return null
    const customerId = link.customer_id
    const redeemed = await tx
      .updateTable('offer_grants')
      .set({ redeemed_at: now })
      .where('site_id', '=', site.id)
      .where('id', '=', link.grant_id)
      .where('redeemed_at', 'is', null)
      .returning(['id', 'offer_id'])
      .executeTakeFirst()
    if (redeemed) {
      const { contact_id } = await tx
        .selectFrom('customers')
        .select('contact_id')
        .where('site_id', '=', site.id)
        .where('id', '=', customerId)
        .executeTakeFirstOrThrow()
      const about = {
        siteId: site.id,
        contactId: contact_id,
        customerId,
        offerId: redeemed.offer_id,
        grantId: redeemed.id,
      }
      await recordEvent(
        tx,
        'gift_redeemed',
        about,
        {},
        { actor: `customer:${customerId}`, requestId: null, now },
      )
    }
    if (hash) await setPasswordHash(app, tx, site.id, customerId, hash)
    return signIn(app, tx, site.id, customerId, visitor)
  })
  app.onEvents()
  return outcome
}
