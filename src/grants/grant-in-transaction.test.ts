import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '../platform/db/database.ts'
import type { Origin } from '../platform/events/events.ts'
import { makeContact, makeOffer } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { type GrantOf, grantInTransaction, revokeInTransaction } from './grant-in-transaction.ts'

let h: Harness
let siteId: string
let origin: Origin
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
  const cause = { runId: '77', eventId: '88', depth: 3 }
  origin = { actor: 'automation:9', requestId: null, now: h.app.clock.now(), cause }
})
afterAll(() => h.close())

const grant = (changes: Omit<GrantOf, 'origin' | 'source'>[]) =>
  inTransaction(h.app.db, (tx) =>
    grantInTransaction(
      tx,
      siteId,
      changes.map((change) => ({ ...change, origin, source: 'automation' as const })),
      origin.now,
    ),
  )

const revoke = (contactId: string, offerIds: string[]) =>
  inTransaction(h.app.db, (tx) =>
    revokeInTransaction(tx, siteId, [{ contactId, offerIds, origin }], origin.now),
  )

const eventsOf = (contactId: string) =>
  h.app.db
    .selectFrom('events')
    .select(['type', 'actor', 'caused_by', 'run_id', 'depth', 'data'])
    .where('contact_id', '=', contactId)
    .where('type', '!=', 'contact_created')
    .orderBy('id')
    .execute()

test('granting to a list of contacts has the same results as to each alone, in the order of the list', async () => {
  const offerId = await makeOffer(h.app, siteId)
  const archived = await makeOffer(h.app, siteId, { archived_at: origin.now })
  const [first, second, third] = await Promise.all([1, 2, 3].map(() => makeContact(h.app, siteId)))
  const outcomes = await grant([
    { contactId: third!, offerIds: [offerId] },
    { contactId: first!, offerIds: [offerId, archived] },
    { contactId: '999999', offerIds: [offerId] },
    { contactId: second!, offerIds: [offerId, offerId] },
  ])
  expect(outcomes).toEqual([
    expect.objectContaining({ customer_created: true, granted: { [offerId]: expect.anything() } }),
    { error: 'offer_not_found', unknown_offer_id: archived },
    { error: 'subject_not_found' },
    expect.objectContaining({ customer_created: true, granted: { [offerId]: expect.anything() } }),
  ])
  expect(await eventsOf(first!)).toEqual([])
})

test('grants and revocations of a run record the run, its event and the depth', async () => {
  const offerId = await makeOffer(h.app, siteId)
  const contactId = await makeContact(h.app, siteId)
  await grant([{ contactId, offerIds: [offerId], send_customer_welcome_email: false }])
  expect(await grant([{ contactId, offerIds: [offerId] }])).toEqual([
    expect.objectContaining({ granted: {} }),
  ])
  expect(await revoke(contactId, [offerId])).toEqual([[offerId]])
  expect(await revoke(contactId, [offerId])).toEqual([[]])
  const common = { actor: 'automation:9', caused_by: '88', run_id: '77', depth: 3 }
  expect(await eventsOf(contactId)).toEqual([
    { ...common, type: 'customer_created', data: { send_welcome_email: false, offer_ids: [offerId] } },
    expect.objectContaining({ ...common, type: 'offer_granted' }),
    { ...common, type: 'offer_revoked', data: { reason: 'revoked' } },
  ])
})

test('changes in a transaction that fails are rolled back', async () => {
  const offerId = await makeOffer(h.app, siteId)
  const contactId = await makeContact(h.app, siteId)
  const failing = inTransaction(h.app.db, async (tx) => {
    await grantInTransaction(
      tx,
      siteId,
      [{ contactId, offerIds: [offerId], origin, source: 'automation' }],
      origin.now,
    )
    throw new Error('something else')
  })
  await expect(failing).rejects.toThrow('something else')
  expect(await eventsOf(contactId)).toEqual([])
})
