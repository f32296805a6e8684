/** How many rows lists of sales read, whatever the number of sales. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { pagesReadBy, rowsReadBy, vacuum } from '../testing/plans.ts'
import { recordStatements, type Statement } from '../testing/statements.ts'

/** Of 3,000 customers; one in a thousand failed. A minute lies between two. */
const SALES = 30_000
/** Divides them. */
const PART = 5_000
/** Contacts who have bought nothing: more than are looked up before their sales have an address at each of two domains. */
const VISITORS = 20_002

let h: Harness
let statements: Statement[]
let customer: string
let contact: string
let offer: string
beforeAll(async () => {
  h = await startHarness({ isNew: true })
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
  await run(
    `insert into contacts (site_id, id, name, email, created_at, updated_at)
     select $1, 200000 + i, 'Visitor ' || i, 'visitor' || i || case when i % 2 = 0 then '@example.com' else '@example.org' end,
            now(), now() from generate_series(1, ${VISITORS}) i`,
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
  await vacuum(h.app.pool)
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

test.each([
  ['transactions', 'amount_in_cents'],
  ['orders', 'total_price_in_cents'],
  ['orders', 'order_number'],
])('%s sorted by %s are read from an index', async (type, sort) => {
  const { read } = await reading(`/v1/${type}?sort=-${sort}`)
  expect(read).toBeLessThanOrEqual(20 * PAGE)
})

test.each(['refunded', 'disputed', 'canceled'])(
  'purchases that are %s are not looked for in all',
  async (status) => {
    const { read, total } = await reading(`/v1/purchases?filter[status]=${status}`)
    expect(total).toBe(0)
    expect(read).toBeLessThanOrEqual(PAGE)
  },
)

/** What nearly all match is counted as what is left of all. */
test.each([
  ['purchases', 'filter[status]=paid', SALES],
  ['purchases', 'filter[active]=true', SALES],
  ['purchases', 'filter[payment_type]=single', SALES],
  ['orders', 'filter[fulfilled_at_null]=false', SALES],
  ['order_items', 'filter[fulfilled_at_null]=false', SALES],
  ['transactions', 'filter[state]=succeeded', SALES - SALES / 1000],
])('%s with %s, as nearly all, are not counted one by one', async (type, query, expected) => {
  const { read, total } = await reading(`/v1/${type}?${query}`)
  expect(total).toBe(expected)
  expect(read).toBeLessThanOrEqual(20 * PAGE)
})

test.each([
  ['purchases', 'filter[active]=false'],
  ['purchases', 'filter[payment_type]=subscription'],
  ['orders', 'filter[fulfilled_at_null]=true'],
  ['order_items', 'filter[fulfilled_at_null]=true'],
])('%s with %s, as none, are not looked for in all', async (type, query) => {
  const { read, total } = await reading(`/v1/${type}?${query}`)
  expect([total, read <= PAGE]).toEqual([0, true])
})

/** What half or all match is counted in an index, and the rows of the page alone are read. */
test.each([
  ['transactions', 'filter[action]=charge', SALES],
  ['transactions', () => `filter[offer_id]=${offer}`, SALES - SALES / 1000],
  ['orders', () => `filter[offer_id]=${offer}`, SALES],
  ['order_items', () => `filter[offer_id]=${offer}`, SALES],
  ['purchases', () => `filter[offer_id]=${offer}`, SALES],
])('%s of which many match are counted in an index', async (type, given, expected) => {
  const query = typeof given === 'string' ? given : given()
  statements.length = 0
  expect((await h.client.get(`/v1/${type}?${query}`)).body.meta.total_count).toBe(expected)
  const reads = await rowsReadBy(h.app.pool, [...statements])
  expect(reads.filter(({ read }) => read > SALES + 20 * PAGE)).toEqual([])
  expect(reads.find(({ text }) => text.includes('offset'))!.read).toBeLessThanOrEqual(20 * PAGE)
  const pages = await pagesReadBy(h.app.pool, [...statements])
  // The rows are on several hundred pages, and on as many of another table.
  expect(Math.max(...pages)).toBeLessThanOrEqual(350)
})

describe('by name or e-mail', () => {
  test.each(['transactions', 'orders', 'purchases'])(
    '%s of whom all match are not counted one by one',
    async (type) => {
      const { read, total } = await reading(`/v1/${type}?filter[name_or_email]=example`)
      expect(total).toBe(type === 'transactions' ? SALES - SALES / 1000 : SALES)
      // The contacts, to know that all match.
      expect(read).toBeLessThanOrEqual(VISITORS + 3_001 + 20 * PAGE)
    },
  )

  test.each(['transactions', 'orders', 'purchases'])(
    '%s of whom many match and many do not are counted once, and the page is walked',
    async (type) => {
      const { read, total } = await reading(`/v1/${type}?filter[name_or_email]=example.com`)
      expect(total).toBe(type === 'transactions' ? SALES - SALES / 1000 : SALES)
      expect(read).toBeLessThanOrEqual(SALES + VISITORS + 10_000)
      const page = (await rowsReadBy(h.app.pool, [...statements])).find(({ text }) =>
        text.includes('offset $'),
      )!
      expect(page.read).toBeLessThanOrEqual(20 * PAGE)
    },
  )

  test.each(['transactions', 'orders', 'purchases'])('%s of nobody read the index alone', async (type) => {
    const { read, total } = await reading(`/v1/${type}?filter[name_or_email]=nobody`)
    expect([total, read <= PAGE]).toEqual([0, true])
  })
})

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
