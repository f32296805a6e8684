import { afterAll, beforeAll, expect, test } from 'vitest'
import { examine } from '../doctor/examine.ts'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import type { Reply } from '../testing/client.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const offersOf = (contactId: string) => `/v1/contacts/${contactId}/relationships/offers`
const times = <Result>(count: number, make: (i: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, i) => make(i)))

const expectAllWell = (replies: Reply[]) =>
  expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200))

/** What the database holds about all contacts of the site together. */
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

test('16 clients grant 16 offers to one new contact, 150 times: nothing is lost, nobody is welcomed twice', {
  timeout: 120_000,
}, async () => {
  const before = await tally()
  const offerIds = await times(16, () => makeOffer(h.app, h.account.siteId))
  for (let round = 0; round < 150; round++) {
    const contactId = await makeContact(h.app, h.account.siteId)
    const replies = await times(16, (i) => h.client.post(offersOf(contactId), offersBody([offerIds[i]!])))
    expectAllWell(replies)
    expect(replies.filter(({ body }) => body.meta.customer_created)).toHaveLength(1)
  }
  await h.drain()
  const after = await tally()
  expect(after).toEqual({
    customers: before.customers + 150,
    grants: before.grants + 2_400,
    emails: before.emails + 150,
  })
})

test('64 clients grant one offer to one new contact: one grant, one customer, one welcome e-mail', async () => {
  const offerId = await makeOffer(h.app, h.account.siteId)
  for (let round = 0; round < 5; round++) {
    const before = await tally()
    const contactId = await makeContact(h.app, h.account.siteId)
    const replies = await times(64, () => h.client.post(offersOf(contactId), offersBody([offerId])))
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

test('lists in opposite orders do not block each other: no client sees an error', async () => {
  const offerIds = await times(12, () => makeOffer(h.app, h.account.siteId))
  for (let round = 0; round < 20; round++) {
    const contactId = await makeContact(h.app, h.account.siteId)
    const list = (i: number) => (i % 2 === 0 ? offerIds : offerIds.toReversed())
    expectAllWell(await times(16, (i) => h.client.post(offersOf(contactId), offersBody(list(i)))))
    expect((await h.client.get(offersOf(contactId))).body.data).toHaveLength(12)
  }
})

test('grants, revocations and replacements of the same offers at once: no client sees an error', async () => {
  const offerIds = await times(6, () => makeOffer(h.app, h.account.siteId))
  const contactIds = await times(3, () => makeContact(h.app, h.account.siteId))
  const methods = ['post', 'delete', 'patch'] as const
  for (let round = 0; round < 10; round++) {
    const replies = await times(30, (i) => {
      const ids = offerIds.filter((_, position) => (i >> (position % 5)) & 1)
      const list = i % 2 === 0 ? ids : ids.toReversed()
      return h.client[methods[i % 3]!](offersOf(contactIds[i % contactIds.length]!), offersBody(list))
    })
    expectAllWell(replies)
  }
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

test('after all of this, everything that must be true of the database is true', async () => {
  await h.drain()
  expect((await examine(h.app)).filter(({ broken }) => broken !== 0)).toEqual([])
})
