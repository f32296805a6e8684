/** For tests: checkouts that begin without the page that begins them, and what they led to. */
import { sql } from 'kysely'
import { clientOf, type ProviderAccount } from '../../payments/accounts/provider-account.ts'
import type { Snapshot } from '../../payments/checkouts/snapshot.ts'
import { createSession } from '../../payments/stripe/create-session.ts'
import type { App } from '../../platform/app.ts'
import { type Account, makeOffer, unique } from '../fixtures.ts'
import type { Harness } from '../harness.ts'

export interface Begun {
  offerId: string
  token: string
  /** Of the session at Stripe. */
  session: string
  email: string
}

const SINGLE: Snapshot = {
  title: 'Bread from the beginning',
  payment_type: 'single',
  amount: 2900,
  currency: 'USD',
  interval: null,
  interval_count: 1,
  payments_total: null,
  trial_days: null,
  coupon: null,
}

export const MONTHLY: Partial<Snapshot> = { payment_type: 'subscription', interval: 'month' }
export const planOf = (payments_total: number): Partial<Snapshot> => ({
  payment_type: 'multipay',
  interval: 'month',
  payments_total,
})

interface Given extends Partial<Snapshot> {
  email?: string
  /** Of the customer at Stripe, and here. */
  customer?: string
  customerId?: string
  /** Left out: a new one. */
  offerId?: string
}

/** Begins a checkout: an offer for 29 US dollars, unless it is given otherwise. */
export async function beginCheckout(
  { app }: Pick<Harness, 'app'>,
  account: ProviderAccount,
  { email = `buyer${unique()}@example.com`, customer, customerId, offerId: known, ...given }: Given = {},
): Promise<Begun> {
  const snapshot = { ...SINGLE, ...given }
  const [now, token] = [app.clock.now(), `checkout-${unique()}`]
  const offerId = known ?? (await makeOffer(app, account.site_id, { title: snapshot.title }))
  const client = clientOf(app, account)
  const product = await client.products.create({ name: snapshot.title })
  const coupon = snapshot.coupon && (await client.coupons.create(couponOf(snapshot)))
  const session = await createSession(client, {
    token,
    attempt: 1,
    snapshot,
    product: product.id,
    coupon: coupon?.id ?? null,
    customer: customer ?? null,
    email,
    language: null,
    successUrl: 'https://members.example.com/s/site/checkout/{CHECKOUT_SESSION_ID}',
    cancelUrl: 'https://members.example.com/s/site/offers/1',
    expiresAt: new Date(Date.now() + 3_600_000),
  })
  await app.db
    .insertInto('checkouts')
    .values({
      site_id: account.site_id,
      provider_account_id: account.id,
      token,
      offer_id: offerId,
      customer_id: customerId ?? null,
      email,
      snapshot: JSON.stringify(snapshot),
      session_id: session.id,
      session_url: session.url,
      nonce_hash: Buffer.alloc(32),
      expires_at: now,
      created_at: now,
      updated_at: now,
    })
    .execute()
  return { offerId, token, session: session.id, email }
}

function couponOf({ coupon, currency }: Snapshot) {
  const { percent_off, amount_off, duration, months } = coupon!
  return {
    duration,
    ...(months !== null && { duration_in_months: months }),
    ...(percent_off !== null ? { percent_off } : { amount_off: amount_off!, currency }),
  }
}

export interface Books {
  orders: { total: number; isFulfilled: boolean }[]
  /** Why access was blocked, of each purchase that is not over. */
  purchases: { type: string; isHeld: boolean; blocks: string[] }[]
  /** As in "charge succeeded 2900". */
  transactions: string[]
  subscriptions: { status: string; isPastDue: boolean; isPlannedToEnd: boolean }[]
  /** What came, less what went back, of a currency with two decimals. */
  money: number
  checkouts: string[]
}

/** What a site has sold, without ids and times: the same for the same sales, whatever the order of notifications. */
export async function booksOf(
  { app }: Pick<Harness, 'app'>,
  { siteId }: Pick<Account, 'siteId'>,
): Promise<Books> {
  const { rows } = await sql<Books>`
    select
      coalesce((select jsonb_agg(jsonb_build_object('total', total, 'isFulfilled', fulfilled_at is not null) order by id)
                  from orders where site_id = ${siteId}), '[]') as orders,
      coalesce((select jsonb_agg(jsonb_build_object(
                  'type', payment_type, 'isHeld', deactivated_at is null or deactivated_at > ${app.clock.now()},
                  'blocks', (select coalesce(jsonb_agg(distinct b.cause order by b.cause), '[]') from purchase_blocks b
                              where b.purchase_id = p.id and b.site_id = p.site_id and b.waived_at is null)) order by id)
                  from purchases p where site_id = ${siteId}), '[]') as purchases,
      coalesce((select jsonb_agg(concat_ws(' ', action, state, amount) order by action, state, amount, id)
                  from transactions where site_id = ${siteId}), '[]') as transactions,
      coalesce((select jsonb_agg(jsonb_build_object(
                  'status', status, 'isPastDue', past_due_since is not null, 'isPlannedToEnd', cancel_at is not null)
                  order by id) from subscriptions where site_id = ${siteId}), '[]') as subscriptions,
      (select coalesce(sum(amount), 0)::float / 100 from transactions
        where site_id = ${siteId} and state = 'succeeded') as money,
      coalesce((select jsonb_agg(state order by id) from checkouts where site_id = ${siteId}), '[]') as checkouts`.execute(
    app.db,
  )
  return rows[0]!
}

/** The account that a site is connected to. */
export async function accountOfSite({ db }: Pick<App, 'db'>, siteId: string): Promise<ProviderAccount> {
  return db
    .selectFrom('provider_accounts')
    .selectAll()
    .where('site_id', '=', siteId)
    .where('archived_at', 'is', null)
    .executeTakeFirstOrThrow()
}
