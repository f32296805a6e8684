import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer, makeProduct, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'

const DAY = 86_400_000

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const offersOf = (contactId: string) => `/v1/contacts/${contactId}/relationships/offers`

const eventsOf = (contactId: string) =>
  h.app.db
    .selectFrom('events')
    .select(['type', 'offer_id', 'grant_id', 'actor', 'request_id', 'data'])
    .where('contact_id', '=', contactId)
    .where('type', '!=', 'contact_created')
    .orderBy('id')
    .execute()

test('granting an offer makes the contact a customer who holds it immediately', async () => {
  const contactId = await makeContact(h.app, h.account.siteId, { name: 'Grace Hopper' })
  const productId = await makeProduct(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId, { productIds: [productId] })
  const { status, body } = await h.client.post(offersOf(contactId), offersBody([offerId]))
  expect(status).toBe(200)
  expect(body.data).toEqual([{ type: 'offers', id: offerId }])
  expect(body.links.self).toBe(h.url + offersOf(contactId))
  expect(body.meta).toMatchObject({ customer_created: true, offers: [{ id: offerId, status: 'granted' }] })

  expect((await h.client.get(offersOf(contactId))).body.data).toEqual(body.data)
  const contact = (await h.client.get(`/v1/contacts/${contactId}?include=customer`)).body
  expect(contact.data.relationships.customer.data.id).toBe(body.meta.customer_id)
  const customer = (await h.client.get(`/v1/customers/${body.meta.customer_id}`)).body.data
  expect(customer.attributes.name).toBe('Grace Hopper')
  expect(customer.relationships.contact.data.id).toBe(contactId)
  expect(customer.relationships.products.data).toEqual([{ type: 'products', id: productId }])
})

test('the new customer and each new grant record an event with actor and request id', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerIds = [await makeOffer(h.app, h.account.siteId), await makeOffer(h.app, h.account.siteId)]
  const { body, headers } = await h.client.post(offersOf(contactId), offersBody(offerIds))
  const events = await eventsOf(contactId)
  expect(events.map(({ type, offer_id }) => [type, offer_id])).toEqual([
    ['customer_created', null],
    ['offer_granted', offerIds[0]],
    ['offer_granted', offerIds[1]],
  ])
  const [key] = await h.app.db
    .selectFrom('api_keys')
    .select('id')
    .where('client_id', '=', h.account.clientId)
    .execute()
  for (const { actor, request_id } of events) {
    expect(actor).toBe(`api_key:${key!.id}`)
    expect(request_id).toBe(headers.get('x-request-id'))
  }
  expect(events.map(({ grant_id }) => grant_id).slice(1)).toEqual(
    body.meta.offers.map(({ grant_id }: { grant_id: string }) => grant_id),
  )
})

test('a contact without a name becomes a customer named after the e-mail, and so does the contact', async () => {
  const contactId = await makeContact(h.app, h.account.siteId, { name: '', email: 'linus@example.com' })
  const offerId = await makeOffer(h.app, h.account.siteId)
  const { body } = await h.client.post(offersOf(contactId), offersBody([offerId]))
  expect((await h.client.get(`/v1/customers/${body.meta.customer_id}`)).body.data.attributes.name).toBe(
    'linus',
  )
  expect((await h.client.get(`/v1/contacts/${contactId}`)).body.data.attributes.name).toBe('linus')
})

test('granting twice returns the same list and changes nothing', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId)
  const first = await h.client.post(offersOf(contactId), offersBody([offerId]))
  const second = await h.client.post(offersOf(contactId), offersBody([offerId]))
  expect(second.status).toBe(200)
  expect(second.body.data).toEqual(first.body.data)
  expect(second.body.meta).toMatchObject({
    customer_created: false,
    offers: [{ id: offerId, status: 'already_granted' }],
  })
  expect(await eventsOf(contactId)).toHaveLength(2)
})

test('an offer listed twice in one request is granted once', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId)
  const { body } = await h.client.post(offersOf(contactId), offersBody([offerId, offerId]))
  expect(body.data).toHaveLength(1)
  expect(body.meta.offers).toHaveLength(1)
  const [made, granted, ...more] = await eventsOf(contactId)
  expect([made!.data, granted!.offer_id, more]).toMatchObject([{ offer_ids: [offerId] }, offerId, []])
})

test('an unknown offer is reported with a pointer to its list item, also after one that is listed twice', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId)
  const { status, body } = await h.client.post(
    offersOf(contactId),
    offersBody([offerId, offerId, '987654321']),
  )
  expect([status, body.errors[0].source.pointer]).toEqual([404, '/data/2'])
  expect(await eventsOf(contactId)).toEqual([])
})

test('unknown members of meta are not recorded', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const said = { actor: 'user:1', source: 'demo', request_id: 'mine', caused_by: 1, depth: 'x', run_id: 1 }
  const { status } = await h.client.post(offersOf(contactId), {
    ...offersBody([await makeOffer(h.app, h.account.siteId)]),
    meta: said,
  })
  const events = await h.app.db
    .selectFrom('events')
    .select(['actor', 'request_id', 'caused_by', 'depth', 'run_id'])
    .where('contact_id', '=', contactId)
    .execute()
  expect([status, events.length]).toEqual([200, 3])
  for (const event of events) {
    expect(event).toMatchObject({ caused_by: null, depth: 0, run_id: null })
    expect([event.actor, event.request_id]).not.toContain('user:1')
    expect(event.request_id).not.toBe('mine')
  }
})

test('an empty list grants nothing, and creates no customer', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const { status, body } = await h.client.post(offersOf(contactId), offersBody([]))
  expect([status, body.data, body.meta]).toEqual([200, [], { customer_created: false, offers: [] }])
  expect((await eventsOf(contactId)).map(({ type }) => type)).not.toContain('customer_created')
})

test('a revoked offer can be granted again, and the old grant is kept with the actor who revoked it', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId)
  const first = await h.client.post(offersOf(contactId), offersBody([offerId]))
  await h.client.delete(offersOf(contactId), offersBody([offerId]))
  const again = await h.client.post(offersOf(contactId), offersBody([offerId]))
  expect(again.body.meta).toMatchObject({ customer_created: false, offers: [{ status: 'granted' }] })
  expect(again.body.meta.offers[0].grant_id).not.toBe(first.body.meta.offers[0].grant_id)
  const grants = await h.app.db
    .selectFrom('offer_grants')
    .select(['revoke_reason', 'revoked_by'])
    .where('offer_id', '=', offerId)
    .orderBy('id')
    .execute()
  expect(grants.map(({ revoke_reason }) => revoke_reason)).toEqual(['revoked', null])
  expect(grants[0]!.revoked_by).toMatch(/^api_key:/)
  expect((await eventsOf(contactId)).map(({ type }) => type)).toEqual([
    'customer_created',
    'offer_granted',
    'offer_revoked',
    'offer_granted',
  ])
})

test('with one of three offers that cannot be granted none is granted, and the error points to it', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const good = await makeOffer(h.app, h.account.siteId)
  const archived = await makeOffer(h.app, h.account.siteId, { archived_at: h.app.clock.now() })
  const { status, body } = await h.client.post(offersOf(contactId), offersBody([good, archived, good]))
  expect(status).toBe(404)
  expect(body.errors[0].source).toEqual({ pointer: '/data/1' })
  expect((await h.client.get(offersOf(contactId))).body.data).toEqual([])
  expect(await eventsOf(contactId)).toEqual([])
})

test('a draft offer can be granted', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId, { published_at: null })
  expect((await h.client.post(offersOf(contactId), offersBody([offerId]))).status).toBe(200)
})

test('granting at the customer’s URL does the same, without a welcome e-mail', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const [first, second] = [await makeOffer(h.app, h.account.siteId), await makeOffer(h.app, h.account.siteId)]
  const { body } = await h.client.post(
    offersOf(contactId),
    offersBody([first], { send_customer_welcome_email: false }),
  )
  const parent = `/v1/customers/${body.meta.customer_id}/relationships/offers`
  const answer = await h.client.post(parent, offersBody([second]))
  expect(answer.body.data.map(({ id }: { id: string }) => id)).toEqual([first, second])
  expect(answer.body.links.self).toBe(h.url + parent)
  expect((await h.client.get(parent)).body.data).toEqual(answer.body.data)
  expect((await eventsOf(contactId)).map(({ type }) => type)).toEqual([
    'customer_created',
    'offer_granted',
    'offer_granted',
  ])
  await h.drain()
  expect((await h.client.get(`/v1/emails?filter[contact_id]=${contactId}`)).body.data).toEqual([])
})

test('access to a product ends with the last held offer that contains it', async () => {
  const productId = await makeProduct(h.app, h.account.siteId)
  const offerIds = [
    await makeOffer(h.app, h.account.siteId, { productIds: [productId] }),
    await makeOffer(h.app, h.account.siteId, { productIds: [productId] }),
  ]
  const contactId = await makeContact(h.app, h.account.siteId)
  const { body } = await h.client.post(offersOf(contactId), offersBody(offerIds))
  const products = async () =>
    (await h.client.get(`/v1/customers/${body.meta.customer_id}`)).body.data.relationships.products.data
      .length
  expect(await products()).toBe(1)
  await h.client.delete(offersOf(contactId), offersBody([offerIds[0]!]))
  expect(await products()).toBe(1)
  await h.client.delete(offersOf(contactId), offersBody([offerIds[1]!]))
  expect(await products()).toBe(0)
})

test('a product that is added to an offer is available to all customers who hold the offer', async () => {
  const offerId = await makeOffer(h.app, h.account.siteId)
  const contactId = await makeContact(h.app, h.account.siteId)
  const { body } = await h.client.post(offersOf(contactId), offersBody([offerId]))
  const product_id = await makeProduct(h.app, h.account.siteId)
  await h.app.db
    .insertInto('offer_products')
    .values({ site_id: h.account.siteId, offer_id: offerId, product_id })
    .execute()
  const customer = await h.client.get(`/v1/customers/${body.meta.customer_id}`)
  expect(customer.body.data.relationships.products.data).toEqual([{ type: 'products', id: product_id }])
})

test('access to an offer that begins later starts on that day', async () => {
  const productId = await makeProduct(h.app, h.account.siteId)
  const begins = new Date(h.app.clock.now().getTime() + 3 * DAY)
  const offerId = await makeOffer(h.app, h.account.siteId, {
    productIds: [productId],
    access_begins_at: begins,
    access_days: 2,
  })
  const contactId = await makeContact(h.app, h.account.siteId)
  const { body } = await h.client.post(offersOf(contactId), offersBody([offerId]))
  expect(body.data).toHaveLength(1)
  const customer = await h.client.get(`/v1/customers/${body.meta.customer_id}`)
  expect(customer.body.data.relationships.products.data).toEqual([])
  const grant = await h.app.db
    .selectFrom('offer_grants')
    .select(['starts_at', 'expires_at'])
    .where('offer_id', '=', offerId)
    .executeTakeFirstOrThrow()
  expect(grant.starts_at).toEqual(begins)
  expect(grant.expires_at).toEqual(new Date(begins.getTime() + 2 * DAY))
})

test('30 days of access are 720 hours, also where the clocks change', async () => {
  const offerId = await makeOffer(h.app, h.account.siteId, { access_days: 30 })
  const contactId = await makeContact(h.app, h.account.siteId)
  const { rows } = await h.app.pool.query(
    `select set_config('timezone', 'Europe/Berlin', false),
            grant_offers(array[jsonb_populate_record(null::offers_change, $1)], '2026-10-01T00:00:00Z')`,
    [
      {
        place: 1,
        site_id: h.account.siteId,
        contact_id: contactId,
        offer_ids: [offerId],
        options: { actor: 'test', source: 'api' },
      },
    ],
  )
  expect(rows).toHaveLength(1)
  const { expires_at } = await h.app.db
    .selectFrom('offer_grants')
    .select('expires_at')
    .where('offer_id', '=', offerId)
    .executeTakeFirstOrThrow()
  expect(expires_at!.toISOString()).toBe('2026-10-31T00:00:00.000Z')
})

test('an e-mail that the customer of another contact has is an error, and nothing is granted', async () => {
  const [one, two] = [await makeContact(h.app, h.account.siteId), await makeContact(h.app, h.account.siteId)]
  const offerId = await makeOffer(h.app, h.account.siteId)
  await h.client.post(offersOf(one), offersBody([offerId]))
  // As an import might leave it: contact and customer do not have the same e-mail.
  const { email } = await h.app.db
    .selectFrom('contacts')
    .select('email')
    .where('id', '=', two)
    .executeTakeFirstOrThrow()
  await h.app.db.updateTable('customers').set({ email }).where('contact_id', '=', one).execute()
  const { status, body } = await h.client.post(offersOf(two), offersBody([offerId]))
  expect([status, body.errors[0].code]).toEqual([409, 'email_taken'])
  expect(await eventsOf(two)).toEqual([])
})
