import { sql } from 'kysely'
import type { App } from '../app.ts'
import { hashPassword } from '../auth/secrets.ts'
import { type Db, inTransaction } from '../db/database.ts'
import { recordEvent } from '../events/events.ts'
import { findLink, useLink } from './links.ts'
import type { MemberSite } from './member.ts'
import { type SignIn, setPasswordHash, signIn, type Visitor } from './sign-in.ts'

export interface Gift {
  offer: string
  description: string | null
  from_name: string | null
  message: string | null
  products: string[]
  first_name: string
  has_password: boolean
}

/** What a gift link shows; null when the link is used, over, or of no live grant. */
export async function showGift(app: App, site: MemberSite, token: string): Promise<Gift | null> {
  const link = await findLink(app.db, site.id, 'gift', token, app.clock.now())
  return link ? readGift(app.db, site.id, link.grant_id!) : null
}

async function readGift(db: Db, siteId: string, grantId: string): Promise<Gift | null> {
  const { rows } = await sql<Gift>`
    select o.title as offer, o.description, g.gift ->> 'from_name' as from_name, g.gift ->> 'message' as message,
           array(select p.title from offer_products op join products p on p.site_id = op.site_id and p.id = op.product_id
                  where op.site_id = g.site_id and op.offer_id = g.offer_id order by op.position, p.id) as products,
           split_part(trim(c.name), ' ', 1) as first_name, c.password_hash is not null as has_password
      from offer_grants g
      join offers o on o.site_id = g.site_id and o.id = g.offer_id
      join customers c on c.site_id = g.site_id and c.id = g.customer_id and c.deleted_at is null
     where g.site_id = ${siteId} and g.id = ${grantId} and g.revoked_at is null`.execute(db)
  return rows[0] ?? null
}

/**
 * Opens a gift: signs its recipient in, with the password they choose when they have none, and marks the
 * grant as redeemed, once. Null when the link is used or over.
 */
export async function redeemGift(
  app: App,
  site: MemberSite,
  token: string,
  password: string | null,
  visitor: Visitor,
): Promise<SignIn | null> {
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
