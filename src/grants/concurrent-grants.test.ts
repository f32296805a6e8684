import { afterAll, beforeAll, expect, test } from 'vitest'
import { scenarioCount } from '../../test/depth.ts'
import { issueForKey } from '../accounts/oauth/issue-tokens.ts'
import { examine } from '../operations/doctor/examine.ts'
import type { Client, Reply } from '../testing/client.ts'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'

let h: Harness
/** Clients with a token each: requests with the same token would be batched, and not conflict in the database. */
let clients: Client[]
beforeAll(async () => {
  h = await startHarness()
  const { clientId, clientSecret } = h.account
  clients = await times(64, async () =>
    h.clientWith((await issueForKey(h.app, clientId, clientSecret))!.access_token),
  )
})
afterAll(() => h.close())

const offersOf = (contactId: string) => `/v1/contacts/${contactId}/relationships/offers`
const times = <Result>(count: number, make: (i: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, i) => make(i)))

const expectAllWell = (replies: Reply[]) =>
  expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200))

/** The number of rows about all contacts of the site. */
async function tally() {
  const count = async (table: 'customers' | 'offer_grants' | 'emails') =>
    Number(
      (
        await h.app.db
          .selectFrom(table)
          .select((eb) => eb.fn.countAll().as('n'))
          .executeTakeFirstOrThrow()
      ).n,
    )
  return {
    customers: await count('customers'),
    grants: await count('offer_grants'),
    emails: await count('emails'),
  }
}

/** The number of transactions that changed offers meanwhile. */
async function countingTransactions<Result>(act: () => Promise<Result>) {
  const seen = async () => {
    const { rows } = await h.app.pool.query('select count(distinct xmin::text)::int as n from offer_grants')
    return rows[0].n as number
  }
  const before = await seen()
  const result = await act()
  return { transactions: (await seen()) - before, result }
}

const ROUNDS = scenarioCount(50, 150)

test(`16 clients grant 16 offers to one new contact, ${ROUNDS} times: nothing is lost, and one welcome e-mail is sent`, {
  timeout: 120_000,
}, async () => {
  const before = await tally()
  const offerIds = await times(16, () => makeOffer(h.app, h.account.siteId))
  for (let round = 0; round < ROUNDS; round++) {
    const contactId = await makeContact(h.app, h.account.siteId)
    const replies = await times(16, (i) => clients[i]!.post(offersOf(contactId), offersBody([offerIds[i]!])))
    expectAllWell(replies)
    expect(replies.filter(({ body }) => body.meta.customer_created)).toHaveLength(1)
  }
  await h.drain()
  const after = await tally()
  expect(after).toEqual({
    customers: before.customers + ROUNDS,
    grants: before.grants + 16 * ROUNDS,
    emails: before.emails + ROUNDS,
  })
})

test('64 clients grant one offer to one new contact: one grant, one customer, one welcome e-mail', async () => {
  const offerId = await makeOffer(h.app, h.account.siteId)
  for (let round = 0; round < 5; round++) {
    const before = await tally()
    const contactId = await makeContact(h.app, h.account.siteId)
    const replies = await times(64, (i) => clients[i]!.post(offersOf(contactId), offersBody([offerId])))
    expectAllWell(replies)
    expect(replies.filter(({ body }) => body.meta.offers[0].status === 'granted')).toHaveLength(1)
    await h.drain()
    expect(await tally()).toEqual({
      customers: before.customers + 1,
      grants: before.grants + 1,
      emails: before.emails + 1,
    })
  }
})

test('lists in opposite orders do not deadlock: no client gets an error', async () => {
  const offerIds = await times(12, () => makeOffer(h.app, h.account.siteId))
  for (let round = 0; round < 20; round++) {
    const contactId = await makeContact(h.app, h.account.siteId)
    const list = (i: number) => (i % 2 === 0 ? offerIds : offerIds.toReversed())
    expectAllWell(await times(16, (i) => clients[i]!.post(offersOf(contactId), offersBody(list(i)))))
    expect((await h.client.get(offersOf(contactId))).body.data).toHaveLength(12)
  }
})

test('concurrent grants, revocations and replacements of the same offers: no client gets an error', async () => {
  const offerIds = await times(6, () => makeOffer(h.app, h.account.siteId))
  const contactIds = await times(3, () => makeContact(h.app, h.account.siteId))
  const methods = ['post', 'delete', 'patch'] as const
  for (let round = 0; round < 10; round++) {
    const replies = await times(30, (i) => {
      const ids = offerIds.filter((_, position) => (i >> (position % 5)) & 1)
      const list = i % 2 === 0 ? ids : ids.toReversed()
      return clients[i]![methods[i % 3]!](offersOf(contactIds[i % contactIds.length]!), offersBody(list))
    })
    expectAllWell(replies)
  }
})

test('many concurrent grants with one token: each is made once, and each response has its own grant', async () => {
  const offerIds = await times(4, () => makeOffer(h.app, h.account.siteId))
  const contactIds = await times(40, () => makeContact(h.app, h.account.siteId))
  const { transactions, result: replies } = await countingTransactions(() =>
    times(160, (i) => h.client.post(offersOf(contactIds[i % 40]!), offersBody([offerIds[i % 4]!]))),
  )
  expectAllWell(replies)
  expect(transactions).toBeLessThan(40)
  for (const [i, { body }] of replies.entries()) {
    expect(body.meta.offers.map(({ id }: { id: string }) => id)).toEqual([offerIds[i % 4]])
    expect(body.links.self).toContain(`/contacts/${contactIds[i % 40]}/`)
  }
  const granted = replies.flatMap(({ body }) => body.meta.offers).filter(({ status }) => status === 'granted')
  expect(new Set(granted.map(({ grant_id }) => grant_id)).size).toBe(40)
  expect(replies.filter(({ body }) => body.meta.customer_created)).toHaveLength(40)
})

test('outcomes of a batch belong to their requests, whatever the order of the contacts', async () => {
  const offerIds = await times(5, () => makeOffer(h.app, h.account.siteId))
  const contactIds = (await times(20, () => makeContact(h.app, h.account.siteId))).toSorted(
    (a, b) => (Number(a) % 7) - (Number(b) % 7) || Number(b) - Number(a),
  )
  const customerIds = new Map<string, string>()
  const offerOf = (i: number) => offerIds[i % 5]!
  const idsOf = (data: { id: string }[]) => data.map(({ id }) => id)
  const changeAll = (method: 'post' | 'patch' | 'delete', offer: (i: number) => string) =>
    countingTransactions(() =>
      times(20, (i) => h.client[method](offersOf(contactIds[i]!), offersBody([offer(i)]))),
    )

  const granted = await changeAll('post', offerOf)
  expect(granted.transactions).toBeLessThan(10)
  for (const [i, { body }] of granted.result.entries()) {
    expect([idsOf(body.data), idsOf(body.meta.offers)]).toEqual([[offerOf(i)], [offerOf(i)]])
    customerIds.set(contactIds[i]!, body.meta.customer_id)
  }
  const customers = await h.app.db
    .selectFrom('customers')
    .select(['contact_id', 'id'])
    .where('contact_id', 'in', contactIds)
    .execute()
  expect(new Map(customers.map(({ contact_id, id }) => [contact_id, id]))).toEqual(customerIds)

  const replaced = await changeAll('patch', (i) => offerOf(i + 1))
  for (const [i, { body }] of replaced.result.entries()) {
    expect([idsOf(body.data), body.meta.revoked]).toEqual([[offerOf(i + 1)], [offerOf(i)]])
    expect(body.meta.customer_id).toBe(customerIds.get(contactIds[i]!))
  }
  const revoked = await changeAll('delete', (i) => offerOf(i + 1))
  for (const [i, { body }] of revoked.result.entries())
    expect([body.data, body.meta.revoked]).toEqual([[], [offerOf(i + 1)]])
})

test('of many concurrent grants, those that cannot be made fail alone', async () => {
  const offerId = await makeOffer(h.app, h.account.siteId)
  const contactIds = await times(10, () => makeContact(h.app, h.account.siteId))
  const replies = await times(30, (i) => {
    const contactId = i % 3 === 1 ? `90000000${i}` : contactIds[Math.floor(i / 3)]!
    return h.client.post(offersOf(contactId), offersBody(i % 3 === 2 ? [offerId, '98765'] : [offerId]))
  })
  expect(replies.map(({ status }) => status)).toEqual(replies.map((_, i) => (i % 3 === 0 ? 200 : 404)))
  expect(replies[2]!.body.errors[0].source).toEqual({ pointer: '/data/1' })
})

test('a grant that waits for another transaction does not block those in the same batch', async () => {
  const offerId = await makeOffer(h.app, h.account.siteId)
  const contactIds = await times(20, () => makeContact(h.app, h.account.siteId))
  const blocker = await h.app.pool.connect()
  await blocker.query('begin')
  await blocker.query('select from contacts where id = $1 for update', [contactIds[7]])
  const pending = contactIds.map((id) => h.client.post(offersOf(id), offersBody([offerId])))
  const held = pending[7]!
  expectAllWell(await Promise.all(pending.filter((reply) => reply !== held)))
  await blocker.query('rollback')
  blocker.release()
  expectAllWell([await held])
})

test('a contact that is deleted while offers are granted to it holds nothing afterwards', async () => {
  const offerId = await makeOffer(h.app, h.account.siteId)
  for (let round = 0; round < 30; round++) {
    const contactId = await makeContact(h.app, h.account.siteId)
    if (round % 2 === 0)
      await h.client.post(offersOf(contactId), offersBody([await makeOffer(h.app, h.account.siteId)]))
    const [grant, deletion] = await Promise.all([
      h.client.post(offersOf(contactId), offersBody([offerId])),
      h.client.delete(`/v1/contacts/${contactId}`),
    ])
    expect([200, 404]).toContain(grant.status)
    expect(deletion.status).toBe(200)
    const { rows } = await h.app.pool.query(
      `select from offer_grants g join customers c on c.id = g.customer_id and c.site_id = g.site_id
        where c.contact_id = $1 and g.revoked_at is null`,
      [contactId],
    )
    expect(rows).toHaveLength(0)
  }
})

test('after all these tests, no invariant of the database is violated', async () => {
  await h.drain()
  expect((await examine(h.app)).filter(({ violations }) => violations !== 0)).toEqual([])
})
