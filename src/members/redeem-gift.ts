import { type GrantedGift, markRedeemed, readGift } from '../grants/redeem-gift.ts'
import { findEndedLink, findLink, useLink } from '../links/member-links.ts'
import type { App } from '../platform/app.ts'
import { inTransaction } from '../platform/db/database.ts'
import { hashPassword } from '../platform/secrets/secrets.ts'
import { type HeldOffer, readHeldOffers } from './library.ts'
import { findMember, type Member, type MemberSite } from './member.ts'
import { setPasswordHash, signIn, type Visitor } from './sign-in.ts'

export interface Gift extends GrantedGift {
  grantId: string
  offers: HeldOffer[]
  /** The recipient. */
  member: Member
  /** The link still signs its recipient in. */
  signsIn: boolean
}

/** The gift of a link, also of one that signs nobody in any more; null when there is none, or it was taken back. */
export async function findGift(app: App, site: MemberSite, token: string): Promise<Gift | null> {
  const good = await findLink(app.db, site.id, 'gift', token, app.clock.now())
  const link = good ?? (await findEndedLink(app.db, site.id, 'gift', token))
  const member = link && (await findMember(app.db, site.id, { customerId: link.customer_id }))
  const offers = member ? await readHeldOffers(app, site, member.customerId, link.grant_id) : []
  if (!member || offers.length === 0) return null
  const gift = await readGift(app.db, site.id, link.grant_id!)
  return { grantId: link.grant_id!, ...gift, offers, member, signsIn: good !== null }
}

/**
 * Opens a gift by its link: signs its recipient in, with the password they choose when they have none, and marks
 * the grant as redeemed, once. Returns the session; null when the link is used or over.
 */
export async function redeemGift(
  app: App,
  site: MemberSite,
  token: string,
  password: string | null,
  visitor: Visitor,
): Promise<string | null> {
  const hash = password === null ? null : await hashPassword(app.config, password)
  const session = await inTransaction(app.db, async (tx) => {
    const link = await useLink(tx, site.id, 'gift', token, app.clock.now())
    if (!link) return null
    await markRedeemed(tx, site.id, link.grant_id!, app.clock.now())
    if (hash) await setPasswordHash(app, tx, site.id, link.customer_id, hash)
    return signIn(app, tx, site.id, link.customer_id, visitor)
  })
  app.onEvents()
  return session
}

/** Opens a gift for its recipient, who is signed in already. */
export async function redeemOwnGift(app: App, site: MemberSite, { grantId }: Gift): Promise<void> {
  await inTransaction(app.db, (tx) => markRedeemed(tx, site.id, grantId, app.clock.now()))
  app.onEvents()
}
