/** A million sales of one site, as they are a while later: analysed and idle. */
import type { BenchDatabase } from './database.ts'
import { withoutIndexes } from './without-indexes.ts'

export const MILLION = 1_000_000

/** Each has bought ten times; their ids and the numbers in their e-mails are the same, from 1 on. */
export const CUSTOMERS = 100_000

const TABLES = [
  ...['orders', 'order_items', 'purchases', 'transactions', 'transaction_purchases', 'subscriptions'],
  ...['purchase_blocks', 'disputes'],
]

/** So long ago that the log need not have their events. */
const LAST = `date_trunc('day', now()) - interval '420 days'`

/** Of n sales, 90 seconds lie between two: the million is three years. */
const AT = `${LAST} - make_interval(secs => 90 * n)`

/** Of one payment, except every twentieth, which is a subscription; of these every tenth has ended. */
const IS_SUBSCRIPTION = 'n % 20 = 5'
const IS_CANCELED = 'n % 200 = 5'
const IS_REFUNDED = 'n % 100 = 3'
const IS_DISPUTED = 'n % 1000 = 7'
/** Its payment has failed: there is no purchase. */
const IS_FAILED = 'n % 1000 = 11'

const TOTAL = '1000 + n % 50 * 100'
/** A prime number, so that the sales of a customer are not adjacent. */
const CUSTOMER = `1 + (n::bigint * 7919) % ${CUSTOMERS}`

/** Every second sale is one of the first offer, every hundredth one of the third, the others of the second. */
const OFFER = '($2::bigint[])[case when n % 100 = 1 then 3 when n % 2 = 0 then 1 else 2 end]'

const NUMBERS = `generate_series(1, ${MILLION}) n`

/** @param offerIds three */
export async function fillSales(
  { app, account, contacts }: BenchDatabase,
  offerIds: string[],
): Promise<void> {
  const { siteId } = account
  await contacts.fill(CUSTOMERS)
  const run = (text: string) =>
    app.pool.query(text, /\$2/.test(text) ? [siteId, offerIds] : /\$1/.test(text) ? [siteId] : [])
  await run(
    `insert into customers (site_id, id, contact_id, name, email, created_at, updated_at)
     select site_id, row_number() over (order by id), id, name, email, ${LAST}, ${LAST} from contacts where site_id = $1`,
  )
  await withoutIndexes(app, TABLES, async () => {
    for (const statement of SALES) await run(statement)
  })
  await run(
    `update customers c set net_revenue = paid.amount / 100.0
       from (select customer_id, sum(amount) as amount from transactions where is_completed group by customer_id) paid
      where c.id = paid.customer_id and c.site_id = $1`,
  )
  await run('vacuum (analyze)')
  await run('checkpoint')
}

const SALES = [
  `insert into orders (site_id, id, number, customer_id, provider, reference, currency, subtotal, total, ordered_at,
                       fulfilled_at, created_at, updated_at)
   select $1, n, n, ${CUSTOMER}, 'bench', 'order-' || n, 'USD', ${TOTAL}, ${TOTAL}, ${AT},
          case when ${IS_FAILED} then null else ${AT} end, ${AT}, ${AT}
     from ${NUMBERS}`,
  `insert into order_numbers (site_id, last) values ($1, ${MILLION})`,
  `insert into order_items (site_id, id, order_id, customer_id, offer_id, title, quantity, currency, subtotal, total,
                            fulfilled_at, created_at, updated_at)
   select $1, n, n, ${CUSTOMER}, ${OFFER}, 'Watercolour Basics', 1, 'USD', ${TOTAL}, ${TOTAL},
          case when ${IS_FAILED} then null else ${AT} end, ${AT}, ${AT}
     from ${NUMBERS}`,
  `insert into purchases (site_id, id, order_id, order_item_id, customer_id, offer_id, payment_type, amount, currency,
                          quantity, payment_status, effective_start_at, deactivated_at, deactivation_reason, closed_at,
                          created_at, updated_at)
   select $1, n, n, n, ${CUSTOMER}, ${OFFER}, case when ${IS_SUBSCRIPTION} then 'subscription' else 'single' end, ${TOTAL},
          'USD', 1, case when ${IS_REFUNDED} then 'refunded' when ${IS_DISPUTED} then 'disputed' else 'paid' end, ${AT},
          ended.at, ended.reason, ended.at, ${AT}, ${AT}
     from ${NUMBERS}
    cross join lateral (
      select case when ${IS_REFUNDED} then 'refund' when ${IS_DISPUTED} then 'dispute' when ${IS_CANCELED} then 'canceled' end)
        blocked (reason)
    cross join lateral (select reason, case when reason is not null then ${AT} end) ended (reason, at)
    where not (${IS_FAILED})`,
  `insert into subscriptions (site_id, id, purchase_id, customer_id, provider, reference, status, status_since, currency,
                              amount, interval, started_at, period_start, period_end, ended_at, created_at, updated_at)
   select $1, n, n, ${CUSTOMER}, 'bench', 'sub-' || n, case when ${IS_CANCELED} then 'canceled' else 'active' end, ${AT},
          'USD', ${TOTAL}, 'year', ${AT}, ${AT}, ${AT} + interval '1 year', case when ${IS_CANCELED} then ${AT} end, ${AT},
          ${AT}
     from ${NUMBERS} where ${IS_SUBSCRIPTION}`,
  `insert into subscription_states (site_id, subscription_id, since, status, amount, tax, interval, interval_count)
   select site_id, id, status_since, status, amount, tax, interval, interval_count from subscriptions where site_id = $1`,
  `insert into transactions (site_id, id, customer_id, order_id, subscription_id, offer_id, action, state, payment_type,
                             provider, reference, amount, currency, fee, occurred_at, created_at, updated_at)
   select $1, n, ${CUSTOMER}, n, case when ${IS_SUBSCRIPTION} then n end, ${OFFER},
          case when ${IS_SUBSCRIPTION} then 'subscribe' else 'charge' end,
          case when ${IS_FAILED} then 'failed' else 'succeeded' end,
          case when ${IS_SUBSCRIPTION} then 'subscription' else 'charge' end,
          'bench', 'charge-' || n, ${TOTAL}, 'USD', 59, ${AT}, ${AT}, ${AT}
     from ${NUMBERS}`,
  `insert into disputes (site_id, id, transaction_id, provider, reference, amount, currency, status, opened_at, lost_at,
                         created_at, updated_at)
   select $1, n, n, 'bench', 'dispute-' || n, ${TOTAL}, 'USD', 'lost', ${AT}, ${AT}, ${AT}, ${AT}
     from ${NUMBERS} where ${IS_DISPUTED}`,
  // What was paid back, and what was taken by disputes.
  `insert into transactions (site_id, id, customer_id, order_id, offer_id, parent_id, dispute_id, action, state,
                             payment_type, provider, reference, amount, currency, occurred_at, created_at, updated_at)
   select site_id, id + ${MILLION}, customer_id, order_id, offer_id, id, case when back.action = 'dispute' then id end,
          back.action, state, payment_type, provider, back.action || '-' || id, -amount, currency, occurred_at,
          created_at, updated_at
     from transactions
    cross join lateral (
      select case when id % 100 = 3 then 'refund' when id % 1000 = 7 then 'dispute' end) back (action)
    where site_id = $1 and back.action is not null`,
  `insert into transaction_purchases (site_id, transaction_id, purchase_id, amount)
   select site_id, id, order_id, amount from transactions where site_id = $1 and state = 'succeeded'`,
  `insert into purchase_blocks (site_id, purchase_id, cause, reference, since, actor, created_at)
   select site_id, id, deactivation_reason,
          (case deactivation_reason when 'refund' then id + ${MILLION} else id end)::text, deactivated_at, 'system',
          deactivated_at
     from purchases where site_id = $1 and deactivated_at is not null`,
  ...['orders', 'order_items', 'purchases', 'subscriptions', 'disputes', 'customers'].map(
    (table) => `select setval(pg_get_serial_sequence('${table}', 'id'), ${MILLION})`,
  ),
  `select setval(pg_get_serial_sequence('transactions', 'id'), ${2 * MILLION})`,
]
