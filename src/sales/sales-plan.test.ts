/** How many rows lists of sales read, whatever the number of sales. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { rowsReadBy } from '../testing/plans.ts'
import { recordStatements, type Statement } from '../testing/statements.ts'

/** Of 3,000 customers; one in a thousand failed. A minute lies between two. */
const SALES = 30_000
/** Divides them. */
const PART = 5_000

let h: Harness
let statements: Statement[]
let customer: string
let contact: string
let offer: string
beforeAll(async () => {
  h = await startHarness()
  const { siteId } = h.account
  offer = await makeOffer(h.app, siteId)
  contact = await makeContact(h.app, siteId, { name: 'Ada Lovelace', email: 'ada@example.com' })
  const granted = await h.client.post(`/v1/contacts/${contact}/relationships/offers`, offersBody([offer]))
  customer = granted.body.meta.customer_id
  const run = (text: string, ...values: unknown[]) => h.app.pool.query(text, [siteId, ...values])
  await run(
    `insert into contacts (site_id, id, name, email, created_at, updated_at)
     select $1, 100000 + i, 'Person ' || i, 'person' || i || '@example.com', now(), now() from generate_series(1, 3000) i`,
  )
  await run(
    `insert into customers (site_id, id, contact_id, name, email, created_at, updated_at)
     select site_id, id, id, name, email, created_at, updated_at from contacts where site_id = $1 and id > 100000`,
  )
  // In parts: on a busy machine one statement would exceed its time.
  for (let first = 1; first <= SALES; first += PART) {
    const rows = `generate_series(${first}, ${first + PART - 1}) i`
    const of = `case when i % 3000 = 0 then $2::bigint else 100000 + i % 3000 end`
    const at = `timestamptz '2026-01-01' - i * interval '1 minute'`
    await run(
      `insert into orders (site_id, id, number, customer_id, provider, reference, currency, subtotal, total, ordered_at,
                           fulfilled_at, created_at, updated_at)
       select $1, i, i, ${of}, 'test', 'ch_' || i, 'USD', 4900, 4900, ${at}, ${at}, ${at}, ${at} from ${rows}`,
      customer,
    )
    await run(
      `insert into order_items (site_id, id, order_id, customer_id, offer_id, title, quantity, currency, subtotal, total,
                                fulfilled_at, created_at, updated_at)
       select $1, i, i, ${of}, $3, 'Sold', 1, 'USD', 4900, 4900, ${at}, ${at}, ${at} from ${rows}`,
      customer,
      offer,
    )
    await run(
      `insert into purchases (site_id, id, order_id, order_item_id, customer_id, offer_id, payment_type, amount, currency,
                              quantity, effective_start_at, created_at, updated_at)
       select $1, i, i, i, ${of}, $3, 'single', 4900, 'USD', 1, ${at}, ${at}, ${at} from ${rows}`,
      customer,
      offer,
    )
    await run(
      `insert into transactions (site_id, id, customer_id, order_id, offer_id, action, state, payment_type, provider,
                                 reference, amount, currency, occurred_at, created_at, updated_at)
       select $1, i, ${of}, i, $3, 'charge', case when i % 1000 = 1 then 'failed' else 'succeeded' end, 'charge', 'test',
              'ch_' || i, 4900, 'USD', ${at}, ${at}, ${at} from ${rows}`,
      customer,
      offer,
    )
    await run(
      `insert into transaction_purchases (site_id, transaction_id, purchase_id, amount)
       select $1, i, i, 4900 from ${rows}`,
    )
  }
  await h.app.pool.query('vacuum analyze')
  statements = recordStatements(h.app.pool)
})
afterAll(() => h.close())

/** The number of rows that a list reads at most per statement, and its ids. */
async function reading(path: string): Promise<{ read: number; total: number }> {
  statements.length = 0
  const { status, body } = await h.client.get(path)
  expect([status, body.errors]).toEqual([200, undefined])
  const reads = await rowsReadBy(h.app.pool, [...statements])
  return { read: Math.max(...reads.map(({ read }) => read)), total: body.meta.total_count }
}

const PAGE = 25

test.each([
  ['transactions', SALES - SALES / 1000],
  ['orders', SALES],
  ['order_items', SALES],
  ['purchases', SALES],
])('the first page of %s reads its rows alone, and their count is kept', async (type, expected) => {
  const { read, total } = await reading(`/v1/${type}`)
  expect(total).toBe(expected)
  expect(read).toBeLessThanOrEqual(20 * PAGE)
})

test.each([
  ['of a customer', () => `filter[customer_id]=${customer}`, SALES / 3000],
  ['of a contact', () => `filter[contact_id]=${contact}`, SALES / 3000],
  ['of whoever has this name', () => 'filter[name_or_email]=lovelace', SALES / 3000],
  ['of a day', () => 'filter[start_date]=2025-12-30&filter[end_date]=2025-12-30', 1440 - 1],
  ['that failed', () => 'filter[state]=failed', SALES / 1000],
  ['of an order', () => 'filter[order_id]=4711', 1],
])('transactions %s are found by an index', async (_name, query, expected) => {
  const { read, total } = await reading(`/v1/transactions?${query()}`)
  expect(Math.abs(total - expected)).toBeLessThanOrEqual(2)
  expect(read).toBeLessThanOrEqual(20 * PAGE + 4 * total)
})

test('transactions sorted by amount are read from an index', async () => {
  const { read } = await reading('/v1/transactions?sort=-amount_in_cents')
  expect(read).toBeLessThanOrEqual(20 * PAGE)
})

test('transactions of an offer that sells well are read a few times at most', async () => {
  const { read, total } = await reading(`/v1/transactions?filter[offer_id]=${offer}`)
  expect(total).toBe(SALES - SALES / 1000)
  expect(read).toBeLessThanOrEqual(4 * SALES)
})

test.each(['refunded', 'disputed', 'canceled'])(
  'purchases that are %s are not looked for in all',
  async (status) => {
    const { read, total } = await reading(`/v1/purchases?filter[status]=${status}`)
    expect(total).toBe(0)
    expect(read).toBeLessThanOrEqual(SALES)
  },
)

test.each(['orders', 'purchases', 'order_items'])('%s of a customer are found by an index', async (type) => {
  const { read } = await reading(`/v1/${type}?filter[customer_id]=${customer}`)
  expect(read).toBeLessThanOrEqual(20 * PAGE)
})

test.each(['orders', 'purchases'])(
  'a page of %s in the order of their creation is read from an index',
  async (type) => {
    statements.length = 0
    await h.client.get(`/v1/${type}?page[after]=`)
    const reads = await rowsReadBy(h.app.pool, [...statements])
    expect(Math.max(...reads.map(({ read }) => read))).toBeLessThanOrEqual(20 * PAGE)
  },
)
