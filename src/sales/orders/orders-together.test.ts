/** Orders that are sent at the same moment share a transaction; each is answered, and recorded, as if it came alone. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { examine } from '../../operations/doctor/examine.ts'
import type { Reply } from '../../testing/client.ts'
import { makeContact, makeKey, makeOffer, unique } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
let offerId: string
beforeAll(async () => {
  h = await startHarness()
  offerId = await makeOffer(h.app, h.account.siteId, { price_in_cents: 2900 } as object)
})
afterAll(() => h.close())

interface Sent {
  attributes: object
  relationships?: object
  key?: string
  query?: string
}

const send = ({ attributes, relationships, key, query = '' }: Sent): Promise<Reply> =>
  h.client.post(
    `/v1/orders${query}`,
    {
      data: { type: 'orders', attributes: { items: [{ offer_id: offerId }], ...attributes }, relationships },
    },
    key === undefined ? {} : { 'idempotency-key': key },
  )

/** A busy machine may refuse some of many: nothing was changed, and they are sent again. */
async function sendUntilTaken(sent: Sent): Promise<Reply> {
  const reply = await send(sent)
  return reply.status === 503 ? sendUntilTaken(sent) : reply
}

const together = (sent: Sent[]) => Promise.all(sent.map(sendUntilTaken))
const newEmail = () => `buyer${unique()}@example.com`
const statusesOf = (replies: Reply[]) => replies.map(({ status }) => status)

const rowsOf = async <Row extends object>(text: string, ...values: unknown[]): Promise<Row[]> =>
  (await h.app.pool.query<Row>(text, [h.account.siteId, ...values])).rows

/** How many transactions have written these orders. */
const transactionsOf = async (orderIds: string[]) =>
  (
    await rowsOf<{ n: number }>(
      'select count(distinct xmin::text)::int as n from orders where site_id = $1 and id = any ($2::bigint[])',
      orderIds,
    )
  )[0]!.n

test('each sale is recorded once, with a number of its own; some share a transaction', async () => {
  const emails = Array.from({ length: 40 }, newEmail)
  const replies = await together(emails.map((email) => ({ attributes: { email } })))
  expect(statusesOf(replies)).toEqual(emails.map(() => 201))
  const numbers = replies.map(({ body }) => body.data.attributes.order_number)
  expect(new Set(numbers).size).toBe(40)
  expect(await transactionsOf(replies.map(({ body }) => body.data.id))).toBeLessThan(40)
  // Each answer shows the order of its own request.
  const customers = await rowsOf<{ email: string; id: string }>(
    'select email, id from customers where site_id = $1 and email = any ($2)',
    emails,
  )
  const byEmail = new Map(customers.map(({ email, id }) => [email, id]))
  expect(replies.map(({ body }) => body.data.relationships.customer.data.id)).toEqual(
    emails.map((email) => byEmail.get(email)),
  )
  expect(replies.every(({ body }) => body.data.relationships.payment_transactions.data.length === 1)).toBe(
    true,
  )
})

test('each event names the request that it comes from', async () => {
  const replies = await together(Array.from({ length: 12 }, () => ({ attributes: { email: newEmail() } })))
  for (const { body, headers } of replies) {
    const types = await rowsOf<{ type: string }>(
      'select type from events where site_id = $1 and request_id = $2 and customer_id = $3 order by id',
      headers.get('x-request-id'),
      body.data.relationships.customer.data.id,
    )
    expect(types.map(({ type }) => type)).toEqual([
      'customer_created',
      'order_created',
      'offer_purchased',
      'payment_succeeded',
    ])
  }
  const created = await rowsOf<{ request_id: string }>(
    `select request_id from events where site_id = $1 and type = 'contact_created' and request_id = any ($2)`,
    replies.map(({ headers }) => headers.get('x-request-id')),
  )
  expect(created).toHaveLength(12)
})

test('a sale whose access is already over ends with the request of its own', async () => {
  const short = await makeOffer(h.app, h.account.siteId, { price_in_cents: 100, access_days: 5 } as object)
  const ordered_at = new Date(h.app.clock.now().getTime() - 30 * 86_400_000).toISOString()
  const replies = await together(
    Array.from({ length: 6 }, () => ({
      attributes: { email: newEmail(), ordered_at, items: [{ offer_id: short }] },
    })),
  )
  const ended = await rowsOf<{ request_id: string }>(
    `select request_id from events where site_id = $1 and type = 'purchase_deactivated' and offer_id = $2`,
    short,
  )
  expect(ended.map(({ request_id }) => request_id).sort()).toEqual(
    replies.map(({ headers }) => headers.get('x-request-id')).sort(),
  )
})

test('one customer who buys several times has all of it; a contact is created once', async () => {
  const email = newEmail()
  const contactId = await makeContact(h.app, h.account.siteId)
  const contact = { data: { type: 'contacts', id: contactId } }
  const replies = await together([
    ...Array.from({ length: 8 }, () => ({ attributes: { email, opt_in: true } })),
    ...Array.from({ length: 8 }, () => ({ attributes: {}, relationships: { contact } })),
  ])
  expect(statusesOf(replies)).toEqual(replies.map(() => 201))
  const bought = await rowsOf(
    `select k.email = $2 as is_new, k.subscribed, count(*)::int as orders, c.net_revenue::text
       from orders o join customers c on c.id = o.customer_id join contacts k on k.id = c.contact_id
      where o.site_id = $1 and (k.email = $2 or k.id = $3) group by k.email, k.subscribed, c.net_revenue order by 1`,
    email,
    contactId,
  )
  expect(bought).toEqual([
    { is_new: false, subscribed: false, orders: 8, net_revenue: '232.000' },
    { is_new: true, subscribed: true, orders: 8, net_revenue: '232.000' },
  ])
})

test('a reference that is sent several times at once is one sale', async () => {
  const sale = { email: newEmail(), provider: 'shop', provider_reference: `order-${unique()}` }
  const replies = await together([
    ...Array.from({ length: 12 }, () => ({ attributes: sale })),
    ...Array.from({ length: 12 }, () => ({ attributes: { email: newEmail() } })),
  ])
  expect(statusesOf(replies.slice(0, 12)).sort()).toEqual([...Array(11).fill(200), 201])
  expect(new Set(replies.slice(0, 12).map(({ body }) => body.data.id)).size).toBe(1)
  expect(statusesOf(replies.slice(12))).toEqual(Array(12).fill(201))
})

test('those that are refused leave the others, and write nothing', async () => {
  const before = await rowsOf('select count(*) from contacts where site_id = $1')
  const good = () => ({ attributes: { email: newEmail() } })
  const customer = { data: { type: 'customers', id: '999999' } }
  const replies = await together([
    good(),
    { attributes: { email: newEmail(), items: [{ offer_id: '999999' }] } },
    { attributes: { email: newEmail(), items: [{ offer_id: offerId, discount_in_cents: 3000 }] } },
    { attributes: { email: 'nobody' } },
    { attributes: {} },
    { attributes: {}, relationships: { customer } },
    { attributes: { email: newEmail(), ordered_at: '2200-01-01T00:00:00Z' } },
    good(),
  ])
  expect(statusesOf(replies)).toEqual([201, 404, 422, 422, 422, 404, 422, 201])
  expect(replies.slice(1, 7).map(({ body }) => body.errors[0].source.pointer)).toEqual([
    '/data/attributes/items/0/offer_id',
    '/data/attributes/items/0/discount_in_cents',
    '/data/attributes/email',
    '/data',
    '/data/relationships/customer/data/id',
    '/data/attributes/ordered_at',
  ])
  const after = await rowsOf('select count(*) - 2 as count from contacts where site_id = $1')
  expect(after).toEqual(before)
})

test('answers show what each request asks for', async () => {
  const [plain, sparse, whole] = await together([
    { attributes: { email: newEmail() } },
    { attributes: { email: newEmail() }, query: '?fields[orders]=order_number' },
    { attributes: { email: newEmail() }, query: '?include=customer,order_items' },
  ])
  expect(plain!.body.data.attributes.total_price_in_cents).toBe(2900)
  expect(Object.keys(sparse!.body.data.attributes)).toEqual(['order_number'])
  expect(whole!.body.included.map(({ type }: { type: string }) => type).sort()).toEqual([
    'customers',
    'order_items',
  ])
})

test('an Idempotency-Key is answered once; a refused request frees it, and another request is 422', async () => {
  const sale = { attributes: { email: newEmail() }, key: String(unique()) }
  const refused = { attributes: { email: 'nobody' }, key: String(unique()) }
  const replies = await together([sale, sale, sale, refused, { attributes: { email: newEmail() } }])
  expect(statusesOf(replies)).toEqual([201, 201, 201, 422, 201])
  expect(new Set(replies.slice(0, 3).map(({ body }) => body.data.id)).size).toBe(1)
  expect(replies.slice(0, 3).filter(({ headers }) => headers.get('idempotent-replayed'))).toHaveLength(2)
  const [corrected, other, again] = await together([
    { attributes: { email: newEmail() }, key: refused.key },
    { attributes: { email: newEmail() }, key: sale.key },
    { attributes: { email: newEmail() } },
  ])
  expect(statusesOf([corrected!, other!, again!])).toEqual([201, 422, 201])
  expect(other!.body.errors[0].code).toBe('idempotency_key_reused')
})

test('one that the database refuses leaves the others', async () => {
  await h.app.pool.query(`
    create function refuse_marked() returns trigger language plpgsql as $$
    begin raise exception 'refused'; end $$;
    create trigger refuse_marked before insert on orders
      for each row when (new.reference = 'marked') execute function refuse_marked()`)
  const statuses = await Promise.all([
    send({ attributes: { email: newEmail() } }).then(({ status }) => status),
    // Without the client, to which an answer that is not documented is an error.
    fetch(`${h.url}/v1/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${h.account.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        data: {
          type: 'orders',
          attributes: { email: newEmail(), provider_reference: 'marked', items: [{ offer_id: offerId }] },
        },
      }),
    }).then(({ status }) => status),
    send({ attributes: { email: newEmail() } }).then(({ status }) => status),
  ])
  await h.app.pool.query('drop trigger refuse_marked on orders; drop function refuse_marked()')
  expect(statuses).toEqual([201, 500, 201])
})

test('one that waits for a lock does not delay the others', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const other = await h.app.pool.connect()
  await other.query('begin')
  await other.query('select from contacts where id = $1 for update', [contactId])
  const contact = { data: { type: 'contacts', id: contactId } }
  const waiting = send({ attributes: {}, relationships: { contact } })
  const others = await together(Array.from({ length: 3 }, () => ({ attributes: { email: newEmail() } })))
  expect(statusesOf(others)).toEqual([201, 201, 201])
  await other.query('commit')
  other.release()
  expect((await waiting).status).toBe(201)
})

test('a key without the permission gets 403 for each', async () => {
  const { token } = await makeKey(h.app, h.account, ['view:orders'])
  const client = h.clientWith(token)
  const body = { data: { type: 'orders', attributes: { email: newEmail(), items: [{ offer_id: offerId }] } } }
  const replies = await Promise.all(Array.from({ length: 3 }, () => client.post('/v1/orders', body)))
  expect(statusesOf(replies)).toEqual([403, 403, 403])
})

test('afterwards, no invariant is violated', async () => {
  await h.drain()
  expect((await examine(h.app)).filter(({ violations }) => violations !== 0)).toEqual([])
})
