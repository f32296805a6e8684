import { makeOffer } from '../../src/testing/fixtures.ts'
import { diagnose } from '../audit.ts'
import { createBenchDatabase } from '../database.ts'
import type { Bench, Figure } from '../figure.ts'
import { CUSTOMERS, fillSales } from '../sales.ts'
import { askForLists } from './lists.ts'

/** `{n}` is a customer. A name that one in eleven has, and a text that all have. */
const BY = {
  customer: 'filter[customer_id]={n}',
  email: 'filter[name_or_email]=person{n}@example.com',
  name: 'filter[name_or_email]=velac',
  all: 'filter[name_or_email]=example.com',
  day: 'filter[start_date]={day}&filter[end_date]={day}',
  year: 'filter[start_date]={yearBefore}&filter[end_date]={day}',
  offer: 'filter[offer_id]={offer}',
}

/** By how much they have to read at least: the limit of the 95th percentile in milliseconds, and the lists. */
const LISTS: [most: number, lists: [key: string, what: string, path: string][]][] = [
  [
    15,
    [
      ['transactions', 'first page of transactions', 'transactions'],
      ['transactions amount', 'transactions sorted by amount', 'transactions?sort=-amount_in_cents'],
      ['orders', 'first page of orders', 'orders'],
      ['orders total', 'orders sorted by total', 'orders?sort=-total_price_in_cents'],
      ['order_items', 'first page of order items', 'order_items'],
      ['purchases', 'first page of purchases', 'purchases'],
    ],
  ],
  [
    50,
    [
      ['transactions customer', 'transactions of a customer', `transactions?${BY.customer}`],
      ['transactions email', 'transactions by e-mail', `transactions?${BY.email}`],
      ['transactions day', 'transactions of a day', `transactions?${BY.day}`],
      ['transactions failed', 'transactions that failed', 'transactions?filter[state]=failed'],
      ['transactions refund', 'refunds', 'transactions?filter[action]=refund'],
      ['orders customer', 'orders of a customer', `orders?${BY.customer}`],
      ['orders day', 'orders of a day', `orders?${BY.day}`],
      ['orders pending', 'orders that are not paid', 'orders?filter[fulfilled_at_null]=true'],
      ['order_items customer', 'order items of a customer', `order_items?${BY.customer}`],
      ['purchases customer', 'purchases of a customer', `purchases?${BY.customer}`],
      ['purchases refunded', 'purchases that are refunded', 'purchases?filter[status]=refunded'],
      ['purchases ended', 'purchases without access', 'purchases?filter[active]=false'],
      ['purchases plan', 'subscriptions', 'purchases?filter[payment_type]=subscription'],
    ],
  ],
  [
    100,
    [
      ['transactions name', 'transactions by a name that many have', `transactions?${BY.name}`],
      ['transactions all', 'transactions by a text that all have', `transactions?${BY.all}`],
      ['transactions year', 'transactions of a year', `transactions?${BY.year}`],
      ['transactions charge', 'charges, nearly all', 'transactions?filter[action]=charge'],
      ['transactions offer', 'transactions of an offer, half', `transactions?${BY.offer}`],
      ['orders all', 'orders by a text that all have', `orders?${BY.all}`],
      ['orders year', 'orders of a year', `orders?${BY.year}`],
      ['orders paid', 'orders that are paid, nearly all', 'orders?filter[fulfilled_at_null]=false'],
      ['orders offer', 'orders of an offer, half', `orders?${BY.offer}`],
      ['purchases all', 'purchases by a text that all have', `purchases?${BY.all}`],
      ['purchases paid', 'purchases that are paid, nearly all', 'purchases?filter[status]=paid'],
      ['purchases offer', 'purchases of an offer, half', `purchases?${BY.offer}`],
    ],
  ],
]

/** With the longest time that each may take. */
export const LISTS_OF_SALES = LISTS.flatMap(([most, lists]) =>
  lists.map(([key, what, path]) => ({ key: `q ${key}`, what, path: `/v1/${path}`, most })),
)

const daysBefore = (now: Date, days: number) =>
  new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 10)

/** The lists as they are asked for: the days are within the three years of the sales. */
export const listsOf = (offerId: string, now: Date) =>
  LISTS_OF_SALES.map(({ path, ...list }) => ({
    ...list,
    path: path
      .replaceAll('{day}', daysBefore(now, 820))
      .replace('{yearBefore}', daysBefore(now, 1_184))
      .replace('{offer}', offerId),
  }))

/** The time to find sales. */
export const millionSales: Figure = {
  keys: ['q'],
  async measure({ postgres }: Bench) {
    const database = await createBenchDatabase(postgres)
    const { app, account, offerId } = database
    const others = [await makeOffer(app, account.siteId), await makeOffer(app, account.siteId)]
    await fillSales(database, [offerId, ...others])
    const results = await askForLists(database, listsOf(offerId, app.clock.now()), CUSTOMERS)
    await diagnose(database.settings)
    await database.drop()
    return results
  },
}
