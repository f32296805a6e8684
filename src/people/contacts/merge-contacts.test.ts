import { afterAll, beforeAll, expect, test } from 'vitest'
import { examine } from '../../operations/doctor/examine.ts'
import { makeAutomation, makeTag } from '../../testing/automations.ts'
import { makeContact, makeKey, makeOffer, makeSite, offersBody, unique } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal } from '../../testing/refusals.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const DAY = 86_400_000
const contact = (values: { name?: string; email?: string } = {}) =>
  makeContact(h.app, h.account.siteId, values)
const offer = (values = {}) => makeOffer(h.app, h.account.siteId, values)
const grant = (id: string, offers: string[], meta?: object) =>
  h.client.post(`/v1/contacts/${id}/relationships/offers`, offersBody(offers, meta))
const merge = (into: string, from: string) =>
  h.client.post(`/v1/contacts/${into}/merge`, { data: { type: 'contacts', id: from } })
const held = async (id: string): Promise<string[]> =>
  (await h.client.get(`/v1/contacts/${id}/relationships/offers`)).body.data.map(
    (one: { id: string }) => one.id,
  )

test('access afterwards is the union; of an offer that both held, one grant stays, with the later end', async () => {
  const [into, from] = [await contact(), await contact()]
  const [both, only, forever] = [await offer(), await offer(), await offer()]
  const later = new Date(Date.now() + 90 * DAY).toISOString()
  await grant(into, [both, forever], { expires_at: new Date(Date.now() + 30 * DAY).toISOString() })
  await grant(from, [both, only], { expires_at: later })
  await grant(from, [forever])
  expect((await merge(into, from)).status).toBe(200)
  expect(await held(into)).toEqual([both, only, forever])
  const { rows } = await h.app.pool.query(
    `select offer_id, expires_at, revoke_reason from offer_grants where offer_id = any ($1)
      order by offer_id, revoked_at nulls first`,
    [[both, forever]],
  )
  const live = { revoke_reason: null }
  const ended = { revoke_reason: 'merged' }
  expect(rows).toMatchObject([
    { ...live, offer_id: both, expires_at: new Date(later) },
    { ...ended, offer_id: both },
    { ...live, offer_id: forever, expires_at: null },
    { ...ended, offer_id: forever },
  ])
})

test('the only customer keeps its id, under the name and e-mail of the contact that stays', async () => {
  const email = `stays${unique()}@example.com`
  const [into, from] = [await contact({ name: '', email }), await contact({ name: 'Grace Hopper' })]
  const { customer_id } = (await grant(from, [await offer()])).body.meta
  expect((await merge(into, from)).body.meta.moved).toMatchObject({ customers: 1, grants: 1 })
  const { attributes, relationships } = (await h.client.get(`/v1/customers/${customer_id}`)).body.data
  expect(attributes).toMatchObject({ name: 'Grace Hopper', email })
  expect(relationships.contact.data.id).toBe(into)
})

test('a name that was made from an e-mail is none: the other one stays, for the customer too', async () => {
  const [name, made] = [`x${unique()}`, `y${unique()}`]
  const [into, from] = [
    await contact({ name: '', email: `${name}@example.com` }),
    await contact({ name: 'Grace Hopper' }),
  ]
  const { customer_id } = (await grant(into, [await offer()])).body.meta
  expect((await merge(into, from)).body.data.attributes.name).toBe('Grace Hopper')
  expect((await h.client.get(`/v1/customers/${customer_id}`)).body.data.attributes.name).toBe('Grace Hopper')
  const [blank, derived] = [
    await contact({ name: '', email: `${made}@example.com` }),
    await contact({ name: '' }),
  ]
  const other = (await grant(derived, [await offer()])).body.meta.customer_id
  expect((await merge(blank, derived)).body.data.attributes.name).toBe(made)
  expect((await h.client.get(`/v1/customers/${other}`)).body.data.attributes.name).toBe(made)
})

test('an address is filled in when it can be the same one, and never mixed with another', async () => {
  const withAddress = async (attributes: object) => {
    const id = await contact()
    await h.client.patch(`/v1/contacts/${id}`, { data: { type: 'contacts', attributes } })
    return id
  }
  const mixed = async (one: object, other: object) =>
    (await merge(await withAddress(one), await withAddress(other))).body.data.attributes
  const paris = { address_line_1: '5 Rue X', address_city: 'Paris', address_country: 'FR' }
  expect(
    await mixed({ address_city: 'Berlin', address_zip: null }, { ...paris, phone_number: '555' }),
  ).toMatchObject({
    address_line_1: null,
    address_city: 'Berlin',
    address_country: null,
    phone_number: '555',
  })
  expect(await mixed({ address_city: 'PARIS' }, paris)).toMatchObject({ ...paris, address_city: 'PARIS' })
  expect(await mixed({}, paris)).toMatchObject(paris)
})

test('who has unsubscribed under one address stays unsubscribed; tags and notes are those of both', async () => {
  const [into, from] = [await contact(), await contact()]
  const tags = [await makeTag(h.app, h.account.siteId), await makeTag(h.app, h.account.siteId)]
  const set = (id: string, subscribed: boolean, ids: string[]) =>
    h.client.patch(`/v1/contacts/${id}`, {
      data: {
        type: 'contacts',
        attributes: { subscribed, phone_number: id },
        relationships: { tags: { data: ids.map((tag) => ({ type: 'contact_tags', id: tag })) } },
      },
    })
  await set(into, true, [tags[0]!])
  await set(from, false, tags)
  const { body } = await merge(into, from)
  expect(body.data.attributes).toMatchObject({ subscribed: false, phone_number: into })
  expect(body.data.relationships.tags.data.map(({ id }: { id: string }) => id)).toEqual(tags)
})

test('a merge sends nothing and triggers contact_merged alone', async () => {
  const [into, from] = [await contact(), await contact()]
  const [one, other] = [await offer(), await offer()]
  await grant(into, [one])
  await grant(from, [one, other])
  await h.drain()
  for (const event of ['offer_granted', 'offer_revoked', 'contact_merged', 'tag_added', 'customer_created'])
    await makeAutomation(h.app, h.account.siteId, { trigger: { event }, actions: [{ action: 'stop' }] })
  const emails = async () => (await h.client.get('/v1/emails')).body.meta.total_count
  const before = await emails()
  await merge(into, from)
  await h.drain()
  expect(await emails()).toBe(before)
  const { body } = await h.client.get('/v1/automation_runs?include=automation')
  const triggers = body.included.map(
    ({ attributes }: { attributes: { trigger: { event: string } } }) => attributes.trigger.event,
  )
  expect(triggers).toEqual(['contact_merged'])
})

test('only two contacts of one site can be merged, by who may manage contacts', async () => {
  const [into, from] = [await contact(), await contact()]
  const pointer = '/data/id'
  await expectRefusal(h.app, () => merge(into, into), 422, { pointer })
  expect((await merge(into, '999999')).status).toBe(404)
  expect((await merge('999999', from)).status).toBe(404)
  const key = await makeKey(h.app, h.account, ['view:contacts', 'manage:grants'])
  const body = { data: { type: 'contacts', id: from } }
  const request = () => h.clientWith(key.token).post(`/v1/contacts/${into}/merge`, body)
  await expectRefusal(h.app, request, 403)
  const elsewhere = await makeContact(h.app, await makeSite(h.app, h.account))
  await expectRefusal(h.app, () => merge(into, elsewhere), 422, { pointer })
})

test('concurrent grants to either contact are neither lost nor duplicated; two merges at once end in one contact', async () => {
  for (let round = 0; round < 8; round++) {
    const [into, from] = [await contact(), await contact()]
    const offers = [await offer(), await offer(), await offer()]
    await grant(round % 2 ? into : from, [offers[0]!])
    const [merged, back, ...granted] = await Promise.all([
      merge(into, from),
      merge(from, into),
      ...[into, from].flatMap((id) => offers.map((one) => grant(id, [one]))),
    ])
    expect([merged.status, back.status].sort()).toEqual([200, 404])
    const stays = merged.status === 200 ? into : from
    const acknowledged = offers.filter((_, index) =>
      [granted[index]!, granted[index + 3]!].some(({ status }) => status === 200),
    )
    expect(await held(stays)).toEqual(expect.arrayContaining(acknowledged))
    const { rows } = await h.app.pool.query(
      `select offer_id from offer_grants where offer_id = any ($1) and revoked_at is null
        group by offer_id having count(*) > 1`,
      [offers],
    )
    expect(rows).toEqual([])
  }
  expect((await examine(h.app)).filter(({ violations }) => violations !== 0)).toEqual([])
})
