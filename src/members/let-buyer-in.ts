import { noteLinkSent } from '../payments/checkouts/confirm-checkout.ts'
import type { Checkout } from '../payments/checkouts/find-checkout.ts'
import { inTransaction } from '../platform/db/database.ts'
import { recordEvent } from '../platform/events/events.ts'
import { signIn } from './sign-in.ts'
import type { Visit } from './visit.ts'

/**
 * Lets whoever has paid in: who is signed in as the buyer, and the browser that has begun the checkout of a new customer. To have paid under somebody's address does not prove that it is one's own: an account that was there
 * before is opened by a link to its address alone, which is sent once.
 *
 * @param isOwn the browser has begun the checkout
 * @returns false when a link was mailed instead
 */
export async function letBuyerIn(visit: Visit, checkout: Checkout, isOwn: boolean): Promise<boolean> {
  const { app, site, member, visitor } = visit
  const { customer_id: customerId } = checkout
  if (member && member.customerId === customerId && !visit.isActing) return true
  if (customerId === null) return false
  const { isNew, isFresh, contactId } = await readBuyer(visit, customerId, checkout)
  if (isOwn && isFresh) {
    const session = await inTransaction(app.db, (tx) => signIn(app, tx, site.id, customerId, visitor))
    visit.remember(session)
    visit.dropNonce()
    return true
  }
  // New customers are welcomed by a link of their own.
  if (!isNew && contactId !== null && (await noteLinkSent(app, checkout))) {
    await inTransaction(app.db, (tx) =>
      recordEvent(
        tx,
        'sign_in_link_requested',
        { siteId: site.id, contactId, customerId },
        { language: visitor.language },
        { actor: 'visitor', requestId: null, now: app.clock.now() },
      ),
    )
    app.onEvents()
  }
  return false
}

/** Whether the checkout has made the customer, and whether they have not been here since. */
async function readBuyer({ app, site }: Visit, customerId: string, { created_at }: Checkout) {
  const row = await app.db
    .selectFrom('customers')
    .select(['contact_id', 'created_at', 'sign_in_count', 'password_hash'])
    .where('id', '=', customerId)
    .where('site_id', '=', site.id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  const isNew = row !== undefined && row.created_at >= created_at
  const isFresh = isNew && row.sign_in_count === 0 && row.password_hash === null
  return { isNew, isFresh, contactId: row?.contact_id ?? null }
}
