import type { Db, Tx } from '../platform/db/database.ts'
import { recordEvent } from '../platform/events/events.ts'

/** What the giver wrote, and whether the recipient has opened it. */
export interface GrantedGift {
  from_name: string | null
  message: string | null
  isRedeemed: boolean
}

/** The gift of a grant. */
export async function readGift(db: Db, siteId: string, grantId: string): Promise<GrantedGift> {
  const { gift, redeemed_at } = await db
    .selectFrom('offer_grants')
    .select(['gift', 'redeemed_at'])
    .where('site_id', '=', siteId)
    .where('id', '=', grantId)
    .executeTakeFirstOrThrow()
  const { from_name = null, message = null } = (gift ?? {}) as { from_name?: string; message?: string }
  return { from_name, message, isRedeemed: redeemed_at !== null }
}

/** Records that the recipient has opened a gift, the first time. */
export async function markRedeemed(tx: Tx, siteId: string, grantId: string, now: Date): Promise<void> {
  const redeemed = await tx
    .updateTable('offer_grants')
    .set({ redeemed_at: now })
    .where('site_id', '=', siteId)
    .where('id', '=', grantId)
    .where('redeemed_at', 'is', null)
    .returning(['offer_id', 'customer_id'])
    .executeTakeFirst()
  if (!redeemed) return
  const { customer_id: customerId, offer_id: offerId } = redeemed
  const { contact_id: contactId } = await tx
    .selectFrom('customers')
    .select('contact_id')
    .where('site_id', '=', siteId)
    .where('id', '=', customerId)
    .executeTakeFirstOrThrow()
  const about = { siteId, contactId, customerId, offerId, grantId }
  const origin = { actor: `customer:${customerId}`, requestId: null, now }
  await recordEvent(tx, 'gift_redeemed', about, {}, origin)
}
