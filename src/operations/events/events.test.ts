import { afterAll, beforeAll, expect, test } from 'vitest'
import { requestPasswordReset } from '../../accounts/passwords/request-password-reset.ts'
import { makeAccount, makeContact, makeKey, makeOffer, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { rowsReadBy, vacuum } from '../../testing/plans.ts'
import { recordStatements } from '../../testing/statements.ts'

let h: Harness
let contactId: string
let offerId: string
let grant: { customer_id: string; grant_id: string; event_id: string }
beforeAll(async () => {
  h = await startHarness({ isNew: true })
  const { data } = (
    await h.client.post('/v1/contacts', {
      data: { type: 'contacts', attributes: { name: 'Ada Lovelace', email: 'ada@example.com' } },
    })
  ).body
  contactId = data.id
  offerId = await makeOffer(h.app, h.account.siteId)
  const { meta } = (
    await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
  ).body
  grant = { ...meta.offers[0], customer_id: meta.customer_id }
  await makeContact(h.app, h.account.siteId)
})
afterAll(() => h.close())

async function typesOf(parameters: string): Promise<string[]> {
  const { status, body } = await h.client.get(`/v1/events?sort=id&${parameters}`)
  expect([status, body.errors]).toEqual([200, undefined])
  return body.data.map(({ attributes }: { attributes: { event: string } }) => attributes.event)
}

test('an event contains its type, subject, time and actor', async () => {
  const { body } = await h.client.get(`/v1/events/${grant.event_id}?include=contact,grant,offer`)
  const { attributes, relationships } = body.data
  expect(attributes).toMatchObject({ event: 'offer_granted', depth: 0, data: { is_gift: false } })
  expect(attributes.actor).toMatch(/^api_key:\d+$/)
  expect(Date.parse(attributes.occurred_at)).toBeGreaterThan(0)
  expect(relationships).toEqual({
    site: { data: { type: 'sites', id: h.account.siteId } },
    contact: { data: { type: 'contacts', id: contactId } },
    customer: { data: { type: 'customers', id: grant.customer_id } },
    offer: { data: { type: 'offers', id: offerId } },
    grant: { data: { type: 'grants', id: grant.grant_id } },
    cause: { data: null },
    run: { data: null },
  })
  expect(body.included).toHaveLength(3)
})

test('an event names the address of a caller with a key, and none for what nobody requested', async () => {
  const { body } = await h.client.get('/v1/events?sort=id&include=contact')
  const from = body.data.map(({ attributes }: { attributes: { event: string; address: string | null } }) => [
    attributes.event,
    attributes.address,
  ])
  expect(from).toEqual([
    ['contact_created', '127.0.0.1'],
    ['customer_created', '127.0.0.1'],
    ['offer_granted', '127.0.0.1'],
    ['contact_created', null],
  ])
})

test('the log is filtered by type, contact, customer, offer, grant, actor, cause and time', async () => {
  const all = ['contact_created', 'customer_created', 'offer_granted', 'contact_created']
  const { actor } = (await h.client.get(`/v1/events/${grant.event_id}`)).body.data.attributes
  expect(await typesOf('')).toEqual(all)
  expect(await typesOf('filter[event]=offer_granted')).toEqual(['offer_granted'])
  expect(await typesOf('filter[event]=offer_granted,customer_created')).toEqual(all.slice(1, 3))
  expect(await typesOf(`filter[contact_id]=${contactId}`)).toEqual(all.slice(0, 3))
  expect(await typesOf(`filter[customer_id]=${grant.customer_id}`)).toEqual(all.slice(1, 3))
  expect(await typesOf(`filter[offer_id]=${offerId}`)).toEqual(['offer_granted'])
  expect(await typesOf(`filter[grant_id]=${grant.grant_id}`)).toEqual(['offer_granted'])
  expect(await typesOf(`filter[actor]=${actor}`)).toEqual(all.slice(0, 3))
  expect(await typesOf('filter[actor]=test')).toEqual(['contact_created'])
  expect(await typesOf('filter[occurred_at_gt]=2100-01-01')).toEqual([])
  expect(await typesOf('filter[created_at_lt]=2100-01-01')).toEqual(all)
  expect(await typesOf(`filter[id_gt]=${grant.event_id}`)).toEqual(['contact_created'])
  await h.app.pool.query('update events set caused_by = $1 where id > $1', [grant.event_id])
  expect(await typesOf(`filter[caused_by]=${grant.event_id}`)).toEqual(['contact_created'])
})

test('a type that does not exist, and an unknown filter, are refused', async () => {
  for (const parameter of ['filter[event]', 'filter[kind]', 'filter[run_id]']) {
    const { status, body } = await h.client.get(`/v1/events?${parameter}=offer_grantd`)
    expect([status, body.errors[0].source]).toEqual([parameter.includes('run') ? 404 : 400, { parameter }])
  }
})

test('the log needs view:events, and returns only events of the caller’s account', async () => {
  const without = h.clientWith((await makeKey(h.app, h.account, ['view:grants', 'view:contacts'])).token)
  expect((await without.get('/v1/events')).status).toBe(403)
  const client = h.clientWith((await makeKey(h.app, h.account, ['view:events'])).token)
  expect((await client.get('/v1/events')).status).toBe(200)
  expect((await client.get('/v1/events?include=contact')).status).toBe(403)
  const stranger = h.clientWith((await makeAccount(h.app)).token)
  expect((await stranger.get('/v1/events')).body.data).toEqual([])
  expect((await stranger.get(`/v1/events/${grant.event_id}`)).status).toBe(404)
  expect((await stranger.get(`/v1/events?filter[contact_id]=${contactId}`)).status).toBe(404)
})

test('no event shows personal data, and the log has none of a deleted contact', async () => {
  const id = await makeContact(h.app, h.account.siteId, { name: 'Grace Hopper', email: 'grace@example.com' })
  for (const [type, data] of [
    ['email_changed', { previous_email: 'hopper@example.com' }],
    ['other_email_given', { email: 'amazing@example.com' }],
  ] as const)
    await h.app.pool.query(
      `insert into events (site_id, type, occurred_at, actor, contact_id, data, dispatched_at) values ($1, $2, now(), 'test', $3, $4, now())`,
      [h.account.siteId, type, id, data],
    )
  const { body } = await h.client.get(`/v1/events?filter[contact_id]=${id}`)
  expect(body.data).toHaveLength(3)
  expect(JSON.stringify(body)).not.toMatch(/@example|Grace/)
  await h.client.delete(`/v1/contacts/${id}`)
  const { rows } = await h.app.pool.query('select data::text from events where contact_id = $1', [id])
  expect(rows).toHaveLength(4)
  expect(JSON.stringify(rows)).not.toContain('@')
  // The type of the event and the id of the contact are kept.
  const after = await h.client.get(`/v1/events?filter[contact_id]=${id}&filter[event]=contact_deleted`)
  expect(after.body.data[0].relationships.contact.data.id).toBe(id)
})

test('a page of a long log, and the events of one grant, contact, rare type or actor, or day are read from indexes', async () => {
  await h.app.pool.query(
    `insert into events (site_id, type, occurred_at, actor, contact_id, dispatched_at)
     select $1, 'offer_granted', timestamptz '2026-01-01' + i * interval '1 minute', 'api_key:1', 1000000 + i, now()
       from generate_series(1, 30000) i`,
    [h.account.siteId],
  )
  await vacuum(h.app.pool, 'events')
  const statements = recordStatements(h.app.pool)
  for (const [parameters, most] of [
    ['page[after]=', 100],
    ['page[after]=&sort=id', 100],
    [`filter[grant_id]=${grant.grant_id}`, 30],
    [`filter[contact_id]=${contactId}`, 30],
    [`filter[customer_id]=${grant.customer_id}`, 30],
    ['filter[event]=offer_revoked', 30],
    ['filter[event]=offer_revoked,contact_deleted', 30],
    ['filter[event]=offer_granted&page[after]=', 5_200],
    ['filter[actor]=system', 30],
    ['filter[actor]=nobody', 30],
    ['filter[created_at_gteq]=2026-01-10&filter[created_at_lt]=2026-01-11', 8_000],
  ] as const) {
    statements.length = 0
    expect((await h.client.get(`/v1/events?page[size]=10&${parameters}`)).status).toBe(200)
    const reads = await rowsReadBy(h.app.pool, [...statements])
    const read = reads.reduce((sum, { read }) => sum + read, 0)
    expect([parameters, read <= most]).toEqual([parameters, true])
  }
  await h.app.pool.query('delete from events where contact_id > 1000000')
})

test('events about the team are shown to those who may view it, in lists, counts and by id', async () => {
  const { email } = (await h.client.get('/v1/me')).body.data.attributes
  await requestPasswordReset(h.app, email, '127.0.0.1')
  const path = '/v1/events?filter[event]=user_password_link_requested,offer_granted&sort=-id'
  const [about] = (await h.client.get(path)).body.data
  expect(about.attributes.event).toBe('user_password_link_requested')

  const clientWith = async (permissions: string[]) =>
    h.clientWith((await makeKey(h.app, h.account, permissions)).token)
  const support = await clientWith(['view:events', 'view:contacts'])
  const { body } = await support.get(path)
  expect(body.data.map(({ attributes }: { attributes: { event: string } }) => attributes.event)).toEqual([
    'offer_granted',
  ])
  expect(body.meta.total_count).toBe(1)
  expect((await support.get(`/v1/events/${about.id}`)).status).toBe(404)
  expect((await (await clientWith(['view:events', 'view:users'])).get(`/v1/events/${about.id}`)).status).toBe(
    200,
  )
})
