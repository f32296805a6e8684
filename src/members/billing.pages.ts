/** What members have bought: its state, receipts, and what they can change of it. */

import { siteUrl } from '../links/member-links.ts'
import { cardPage } from '../payments/billing/card-page.ts'
import { canEnd, endAtPeriodEnd } from '../payments/billing/end-at-period-end.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import {
  mayCancel,
  type OwnPurchase,
  readOwnPurchases,
  readReceipt,
} from '../sales/purchases/read-billing.ts'
import { FINAL_STATUSES } from '../sales/states.ts'
import { type Inside, oneOf, ownPage, type Page } from './page.ts'
import { paths } from './pages/paths.ts'
import type { BillingPurchase } from './pages/views.ts'
import { money, regularly } from './price-text.ts'
import { notFound } from './public.pages.ts'

const billing = ownPage('GET', paths.billing, (visit) => renderBilling(visit, 200))

const ownerOf = ({ site, member }: Inside) => ({ siteId: site.id, customerId: member.customerId })

async function renderBilling(visit: Inside, status: number, problem: string | null = null) {
  const { app, site, query } = visit
  const purchases = await readOwnPurchases(app.db, ownerOf(visit))
  const isAllowed = await mayCancel(app.db, site.id)
  // To the page of the payment provider.
  visit.relaxPolicy({ mayLeave: true })
  return visit.render(
    'billing',
    {
      notice: problem === null ? oneOf(query.notice, ['canceled', 'card_saved']) : null,
      problem,
      purchases: purchases.map((purchase) => viewOf(visit, purchase, isAllowed)),
    },
    status,
  )
}

function viewOf({ app, visitor }: Inside, purchase: OwnPurchase, isAllowed: boolean): BillingPurchase {
  const { language } = visitor
  const { id, title, amount, currency, bought_at, ends_at, subscription, receipts } = purchase
  const hasEnded = ends_at !== null && ends_at <= app.clock.now()
  return {
    title,
    price: subscription
      ? regularly(language, { currency, ...subscription }, amount)
      : money(language, amount, currency),
    bought_at,
    state: stateOf(purchase),
    date: dateOf(purchase) ?? bought_at,
    amount: money(language, subscription?.amount ?? amount, currency),
    made: subscription?.payments_made ?? 0,
    total: subscription?.payments_total ?? 0,
    ended_at: hasEnded ? ends_at : null,
    cancel: isAllowed && canEnd(purchase) ? paths.cancelSubscription(id) : null,
    card: isCharged(purchase) ? paths.updateCard(id) : null,
    receipts: receipts.map((each) => ({
      path: paths.receipt(each.id),
      date: each.occurred_at,
      amount: money(language, each.amount, each.currency),
      is_refund: each.amount < 0,
    })),
  }
}

/** Which sentence says how it is. */
function stateOf({ status, amount, payment_type, subscription }: OwnPurchase): string {
  if (!subscription) return status === 'paid' && (payment_type === 'free' || amount === 0) ? 'free' : status
  if (subscription.cancel_at !== null && !isOver(status)) return 'ending'
  if (status === 'active' && subscription.payments_total !== null) return 'plan'
  if (status === 'past_due' || status === 'unpaid') return 'past_due'
  return status
}

const isOver = (status: string) => (FINAL_STATUSES as readonly string[]).includes(status)

/** The time of that sentence. */
function dateOf({ status, subscription }: OwnPurchase): Date | null {
  if (!subscription) return null
  if (isOver(status)) return subscription.ended_at
  return (
    subscription.cancel_at ?? (status === 'trialing' ? subscription.trial_ends_at : subscription.period_end)
  )
}

/** A connected provider will charge a card again. */
const isCharged = ({ status, subscription }: OwnPurchase) =>
  subscription?.reference != null && subscription.provider_account_id !== null && !isOver(status)

/** A purchase of the member; undefined when there is none with the id of the address. */
const purchaseOf = async (visit: Inside): Promise<OwnPurchase | undefined> =>
  (await readOwnPurchases(visit.app.db, ownerOf(visit), visit.params.id!))[0]

const askToCancel = ownPage('GET', '/billing/purchases/:id/cancel', async (visit) => {
  const purchase = await cancelable(visit)
  if (!purchase) return notFound(visit)
  return visit.render('cancel_subscription', {
    action: paths.cancelSubscription(purchase.id),
    title: purchase.title,
    ends_at: dateOf(purchase),
  })
})

const cancel = ownPage('POST', '/billing/purchases/:id/cancel', async (visit) => {
  const purchase = await cancelable(visit)
  // Pressed twice: it is done.
  if (!purchase) return visit.redirect(paths.billing)
  const refused = await refusalOf(() => endAtPeriodEnd(visit.app, visit.site.id, purchase))
  return refused
    ? renderBilling(visit, refused.status, refused.message)
    : visit.redirect(`${paths.billing}?notice=canceled`)
})

async function cancelable(visit: Inside): Promise<OwnPurchase | null> {
  const purchase = await purchaseOf(visit)
  return purchase && canEnd(purchase) && (await mayCancel(visit.app.db, visit.site.id)) ? purchase : null
}

const updateCard = ownPage('POST', '/billing/purchases/:id/card', async (visit) => {
  const { app, site } = visit
  const purchase = await purchaseOf(visit)
  if (!purchase || !isCharged(purchase)) return notFound(visit)
  const back = siteUrl(app, site) + paths.billing
  let url = back
  const refused = await refusalOf(async () => {
    url = await cardPage(app, site.id, purchase.subscription!, `${back}?notice=card_saved`)
  })
  return refused ? renderBilling(visit, refused.status, refused.message) : visit.leave(url)
})

/** Why the payment provider has not done something; null: it has. */
async function refusalOf(work: () => Promise<void>): Promise<ApiError | null> {
  try {
    await work()
    return null
  } catch (error) {
    if (error instanceof ApiError && [422, 503].includes(error.status)) return error
    throw error
  }
}

const receipt = ownPage('GET', '/billing/receipts/:id', async (visit) => {
  const { app, visitor, params } = visit
  const found = await readReceipt(app.db, ownerOf(visit), params.id!)
  if (!found) return notFound(visit)
  const amount = (cents: number) => money(visitor.language, cents, found.currency)
  return visit.render('receipt', {
    number: found.id,
    order_number: found.order_number,
    date: found.occurred_at,
    is_refund: found.amount < 0,
    period_start: found.period_start,
    period_end: found.period_end,
    lines: found.lines.map((line) => ({ ...line, amount: amount(line.amount) })),
    tax: found.tax === 0 ? null : amount(found.tax),
    total: amount(found.amount),
    refunded: found.refunded > 0 ? amount(found.refunded) : null,
  })
})

export const billingPages: Page[] = [billing, askToCancel, cancel, updateCard, receipt]
