import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { unique } from './fixtures.ts'

export interface SaleFixture {
  customerId: string
  offerId: string
  /** In the smallest unit of the currency. */
  total?: number
  tax?: number
  discount?: number
  currency?: string
  at?: Date
  payment_type?: 'free' | 'single' | 'multipay' | 'subscription'
}

export interface SaleIds {
  orderId: string
  itemId: string
  purchaseId: string
  transactionId: string
}

/** A sale of one offer for one payment, as it is in the tables; a purchase is not settled. */
export async function makeSale(
  app: App,
  siteId: string,
  {
    customerId,
    offerId,
    total = 4900,
    tax = 0,
    discount = 0,
    currency = 'USD',
    at = app.clock.now(),
    payment_type = 'single',
  }: SaleFixture,
): Promise<SaleIds> {
  const reference = `ch_${unique()}`
  const { rows } = await sql<SaleIds>`
    with numbered as (
      insert into order_numbers (site_id, last) values (${siteId}, 1)
      on conflict (site_id) do update set last = order_numbers.last + 1 returning last
    ), sold as (
      insert into orders (site_id, number, customer_id, provider, reference, currency, subtotal, discount, tax, total,
                          ordered_at, fulfilled_at, created_at, updated_at)
      values (${siteId}, (select last from numbered), ${customerId}, 'test',
              ${reference}, ${currency}, ${total - tax + discount}, ${discount}, ${tax}, ${total}, ${at}, ${at}, ${at}, ${at})
      returning *
    ), item as (
      insert into order_items (site_id, order_id, customer_id, offer_id, title, quantity, currency, subtotal, discount, tax,
                               total, fulfilled_at, created_at, updated_at)
      select site_id, id, customer_id, ${offerId}, 'Sold offer', 1, currency, subtotal, discount, tax, total, fulfilled_at,
             created_at, updated_at from sold
      returning *
    ), bought as (
      insert into purchases (site_id, order_id, order_item_id, customer_id, offer_id, payment_type, amount, currency, quantity,
                             effective_start_at, created_at, updated_at)
      select site_id, order_id, id, customer_id, offer_id, ${payment_type}, total, currency, 1, ${at}::timestamptz, created_at, updated_at
        from item
      returning *
    ), paid as (
      insert into transactions (site_id, customer_id, order_id, offer_id, action, state, payment_type, provider, reference,
                                amount, tax, currency, occurred_at, created_at, updated_at)
      select site_id, customer_id, order_id, offer_id, 'charge', 'succeeded', 'charge', 'test', ${reference}, total, tax,
             currency, created_at, created_at, created_at from item
      returning *
    ), linked as (
      insert into transaction_purchases (site_id, transaction_id, purchase_id, amount, tax)
      select p.site_id, p.id, b.id, p.amount, p.tax from paid p, bought b
    )
    select s.id as "orderId", i.id as "itemId", b.id as "purchaseId", p.id as "transactionId"
      from sold s, item i, bought b, paid p`.execute(app.db)
  return rows[0]!
}

/** A payout of one transaction. @returns its id */
export async function makePayout(
  app: App,
  siteId: string,
  {
    transactionId,
    amount,
    fee = 0,
    currency = 'USD',
  }: { transactionId: string; amount: number; fee?: number; currency?: string },
): Promise<string> {
  const now = app.clock.now()
  const { rows } = await sql<{ id: string }>`
    with paid as (
      insert into payouts (site_id, provider, reference, amount, currency, status, initiated_at, arrival_at, bank_account,
                           created_at, updated_at)
      values (${siteId}, 'stripe', ${`po_${unique()}`}, ${amount - fee}, ${currency}, 'paid', ${now}, ${now}, 'Test Bank - 1234', ${now}, ${now})
      returning *
    ), entry as (
      insert into payout_entries (site_id, payout_id, reference, type, transaction_id, amount, fee, net, currency, occurred_at)
      select site_id, id, ${`txn_${unique()}`}, 'sale', ${transactionId}, ${amount}, ${fee}, ${amount - fee}, currency, ${now}::timestamptz from paid
    )
    select id from paid`.execute(app.db)
  return rows[0]!.id
}
