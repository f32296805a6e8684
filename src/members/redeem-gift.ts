import { findEndedLink, findLink, type MemberLink, useLink } from '../links/member-links.ts'
import type { App } from '../platform/app.ts'
import { inTransaction, type Tx } from '../platform/db/database.ts'
import { recordEvent } from '../platform/events/events.ts'
import { hashPassword } from '../platform/secrets/secrets.ts'
import { type HeldOffer, readHeldOffers } from './library.ts'
import { findMember, type Member, type MemberSite } from './member.ts'
import { setPasswordHash, signIn, type Visitor } from './sign-in.ts'

export interface Gift {
  grantId: string
  from_name: string | null
  message: string | null
  offers: HeldOffer[]
  /** The recipient. */
  member: Member
  /** The link still signs its recipient in. */
  signsIn: boolean
  isRedeemed: boolean
}

/** The gift of a link, also of one that signs nobody in any more; null when there is none, or it was taken back. */
export async function findGift(app: App, site: MemberSite, token: string): Promise<Gift | null> {
  const good = await findLink(app.db, site.id, 'gift', token, app.clock.now())
  const link = good ?? (await findEndedLink(app.db, site.id, 'gift', token))
  const member = link && (await findMember(app.db, site.id, { customerId: link.customer_id }))
  const offers = member ? await readHeldOffers(app, site, member.customerId, link.grant_id) : []
  if (!member || offers.length === 0) return null
  const { gift, redeemed_at } = await app.db
    .selectFrom('offer_grants')
    .select(['gift', 'redeemed_at'])
    .where('site_id', '=', site.id)
    .where('id', '=', link.grant_id!)
    .executeTakeFirstOrThrow()
  const { from_name = null, message = null } = (gift ?? {}) as { from_name?: string; message?: string }
  return {
    grantId: link.grant_id!,
    from_name,
    message,
    offers,
    member,
    signsIn: good !== null,
    isRedeemed: redeemed_at !== null,
  }
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
  const hash = password === null ? null : await hashPassword(password)
  const session = await inTransaction(app.db, async (tx) => {
    const link = await useLink(tx, site.id, 'gift', token, app.clock.now())
    if (!link) return null
    await markRedeemed(app, tx, site, link)
    if (hash) await setPasswordHash(app, tx, site.id, link.customer_id, hash)
    return signIn(app, tx, site.id, link.customer_id, visitor)
  })
  app.onEvents()
  return session
}

/** Opens a gift for its recipient, who is signed in already. */
export async function redeemOwnGift(app: App, site: MemberSite, { member, grantId }: Gift): Promise<void> {
  const own = { customer_id: member.customerId, grant_id: grantId }
  await inTransaction(app.db, (tx) => markRedeemed(app, tx, site, own))
  app.onEvents()
}

async function markRedeemed(
  app: App,
  tx: Tx,
  site: MemberSite,
  { customer_id, grant_id }: Pick<MemberLink, 'customer_id' | 'grant_id'>,
): Promise<void> {
  const now = app.clock.now()
  const redeemed = await tx
    .updateTable('offer_grants')
    .set({ redeemed_at: now })
    .where('site_id', '=', site.id)
    .where('id', '=', grant_id)
    .where('redeemed_at', 'is', null)
    .returning(['id', 'offer_id'])
    .executeTakeFirst()
  if (!redeemed) return
  const { contact_id } = await tx
    .selectFrom('customers')
    .select('contact_id')
    .where('site_id', '=', site.id)
    .where('id', '=', customer_id)
    .executeTakeFirstOrThrow()
  const about = {
    siteId: site.id,
    contactId: contact_id,
    customerId: customer_id,
    offerId: redeemed.offer_id,
    grantId: redeemed.id,
  }
  await recordEvent(
    tx,
    'gift_redeemed',
    about,
    {},
    { actor: `customer:${customer_id}`, requestId: null, now },
  )
}
