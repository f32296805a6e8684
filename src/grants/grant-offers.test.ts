import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const offersOf = (contactId: string) => `/v1/contacts/${contactId}/relationships/offers`

test('granting an offer makes the contact a customer who holds it, at once', async () => {
  const contactId = await makeContact(h.app, h.account.siteId, { name: 'Grace Hopper' })
  const offerId = await makeOffer(h.app, h.account.siteId)
  const { status, body } = await h.client.post(offersOf(contactId), offersBody([offerId]))
  expect(status).toBe(200)
  expect(body.data).toEqual([{ type: 'offers', id: offerId }])
  expect(body.links.self).toBe(h.url + offersOf(contactId))
  expect(body.meta).toMatchObject({ customer_created: true, offers: [{ id: offerId, status: 'granted' }] })
  const contact = (await h.client.get(`/v1/contacts/${contactId}?include=customer`)).body
  expect(contact.data.relationships.customer.data.id).toBe(body.meta.customer_id)
  expect(contact.included[0].attributes.name).toBe('Grace Hopper')
  expect((await h.client.get(offersOf(contactId))).body.data).toEqual(body.data)
})
