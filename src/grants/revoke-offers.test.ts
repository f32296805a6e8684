import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const offersOf = (contactId: string) => `/v1/contacts/${contactId}/relationships/offers`
const idsOf = ({ body }: { body: { data: { id: string }[] } }) => body.data.map(({ id }) => id)

async function contactWith(count: number): Promise<{ contactId: string; offerIds: string[] }> {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerIds: string[] = []
  for (let i = 0; i < count; i++) offerIds.push(await makeOffer(h.app, h.account.siteId))
  if (count > 0) await h.client.post(offersOf(contactId), offersBody(offerIds))
  return { contactId, offerIds }
}

test('revoking ends held offers, ignores others, and returns the remaining ones', async () => {
  const { contactId, offerIds } = await contactWith(2)
  const other = await makeOffer(h.app, h.account.siteId)
  const answer = await h.client.delete(offersOf(contactId), offersBody([offerIds[0]!, other]))
  expect(answer.status).toBe(200)
  expect(idsOf(answer)).toEqual([offerIds[1]])
  expect(answer.body.meta.revoked).toEqual([offerIds[0]])
})

test('revoking from a contact who never was a customer returns an empty list', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const answer = await h.client.delete(
    offersOf(contactId),
    offersBody([await makeOffer(h.app, h.account.siteId)]),
  )
  expect([answer.status, idsOf(answer)]).toEqual([200, []])
})

test('an unknown offer is reported in the terms of the request: granting or revoking', async () => {
  const { contactId } = await contactWith(1)
  const detailOf = async (method: string) =>
    (await h.client.send(method, offersOf(contactId), offersBody(['999999']))).body.errors[0].detail
  const nothing = 'There is no offer with the id 999999'
  expect(await detailOf('DELETE')).toBe(`${nothing} on the site. Nothing was changed.`)
  for (const method of ['POST', 'PATCH'])
    expect(await detailOf(method)).toBe(`${nothing} that can be granted here. Nothing was changed.`)
})

test('an archived offer that is held can be revoked', async () => {
  const { contactId, offerIds } = await contactWith(1)
  await h.app.db
    .updateTable('offers')
    .set({ archived_at: h.app.clock.now() })
    .where('id', '=', offerIds[0]!)
    .execute()
  expect(idsOf(await h.client.delete(offersOf(contactId), offersBody(offerIds)))).toEqual([])
})

test('revoking an offer that does not exist changes nothing, and the error names it', async () => {
  const { contactId, offerIds } = await contactWith(1)
  const answer = await h.client.delete(offersOf(contactId), offersBody([offerIds[0]!, '999999']))
  expect([answer.status, answer.body.errors[0].source]).toEqual([404, { pointer: '/data/1' }])
  expect(idsOf(await h.client.get(offersOf(contactId)))).toEqual(offerIds)
})

test('replacing grants listed offers that are not held, and revokes held ones that are not listed', async () => {
  const { contactId, offerIds } = await contactWith(2)
  const added = await makeOffer(h.app, h.account.siteId)
  const answer = await h.client.patch(offersOf(contactId), offersBody([offerIds[1]!, added]))
  expect(idsOf(answer)).toEqual([offerIds[1], added])
  expect(answer.body.meta).toMatchObject({
    offers: [
      { id: offerIds[1], status: 'already_granted' },
      { id: added, status: 'granted' },
    ],
    revoked: [offerIds[0]],
  })
  const ended = await h.app.db
    .selectFrom('offer_grants')
    .select('revoke_reason')
    .where('offer_id', '=', offerIds[0]!)
    .execute()
  expect(ended).toEqual([{ revoke_reason: 'replaced' }])
})

test('replacing with an empty list revokes all', async () => {
  const { contactId } = await contactWith(3)
  expect(idsOf(await h.client.patch(offersOf(contactId), offersBody([])))).toEqual([])
})

test('replacing keeps a held offer although it is archived', async () => {
  const { contactId, offerIds } = await contactWith(1)
  await h.app.db
    .updateTable('offers')
    .set({ archived_at: h.app.clock.now() })
    .where('id', '=', offerIds[0]!)
    .execute()
  const added = await makeOffer(h.app, h.account.siteId)
  expect(idsOf(await h.client.patch(offersOf(contactId), offersBody([offerIds[0]!, added])))).toEqual([
    offerIds[0],
    added,
  ])
})

test('replacing with an offer that cannot be granted changes nothing, and the error points to it', async () => {
  const { contactId, offerIds } = await contactWith(2)
  const archived = await makeOffer(h.app, h.account.siteId, { archived_at: h.app.clock.now() })
  const answer = await h.client.patch(offersOf(contactId), offersBody([offerIds[1]!, archived]))
  expect([answer.status, answer.body.errors[0].source]).toEqual([404, { pointer: '/data/1' }])
  expect(idsOf(await h.client.get(offersOf(contactId)))).toEqual(offerIds)
})

test('after two concurrent replacements, the held offers are the list of one of them', async () => {
  for (let round = 0; round < 20; round++) {
    const { contactId } = await contactWith(round % 2)
    const one = [await makeOffer(h.app, h.account.siteId), await makeOffer(h.app, h.account.siteId)]
    const two = [await makeOffer(h.app, h.account.siteId), await makeOffer(h.app, h.account.siteId)]
    const answers = await Promise.all(
      [one, two].map((list) => h.client.patch(offersOf(contactId), offersBody(list))),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const held = idsOf(await h.client.get(offersOf(contactId)))
    expect([one.toSorted(), two.toSorted()]).toContainEqual(held.toSorted())
  }
})

test('a revocation concurrent with a deletion returns the revoked offers, or 404', async () => {
  for (let round = 0; round < 20; round++) {
    const { contactId, offerIds } = await contactWith(2)
    const [revocation] = await Promise.all([
      h.client.delete(offersOf(contactId), offersBody([offerIds[0]!])),
      h.client.delete(`/v1/contacts/${contactId}`),
    ])
    if (revocation.status !== 404) expect(idsOf(revocation)).toEqual([offerIds[1]])
  }
})
