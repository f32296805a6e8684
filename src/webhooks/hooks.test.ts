import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { documentOf } from '../testing/contract.ts'
import { makeAccount, makeKey, makeOffer } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeHook } from '../testing/hooks.ts'
import { wholePaths } from '../testing/openapi.ts'
import { expectRefusal } from '../testing/refusals.ts'
import { hookEvents } from './hook-events.ts'
import { samplePayload } from './samples.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const TARGET = 'https://example.com/hooks?secret=1'

const newHook = (attributes: object) => ({ data: { type: 'hooks', attributes } })

const create = (attributes: object) =>
  h.client.post('/v1/hooks', newHook({ target_url: TARGET, ...attributes }))

describe('a new hook', () => {
  test('is enabled, for every resource, and shows its secret once', async () => {
    const { body } = await create({ event: 'tag_added' })
    expect(body.data.attributes).toMatchObject({ resource_id: null, enabled: true })
    expect(body.data.attributes.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    for (const path of [`/v1/hooks/${body.data.id}`, '/v1/hooks']) {
      expect(JSON.stringify((await h.client.get(path)).body)).not.toContain('secret":')
    }
  })

  test('stores its secret sealed only, and a repetition does not show it', async () => {
    const body = newHook({ event: 'tag_added', target_url: TARGET })
    const key = { 'idempotency-key': 'one hook' }
    const first = await h.client.post('/v1/hooks', body, key)
    const again = await h.client.post('/v1/hooks', body, key)
    const { secret, ...rest } = first.body.data.attributes
    expect(again.body.data).toEqual({ ...first.body.data, attributes: rest })
    for (const table of ['hooks', 'idempotency_keys']) {
      const { rows } = await h.app.pool.query(`select t::text as row from ${table} t`)
      expect(rows.map(({ row }) => row).join()).not.toContain(secret.slice('whsec_'.length))
    }
  })

  test.each([['number'], ['string']])('is confined by an id as a %s', async (type) => {
    const offerId = await makeOffer(h.app, h.account.siteId)
    const { body } = await create({
      event: 'offer_granted',
      resource_id: type === 'number' ? Number(offerId) : offerId,
    })
    expect(body.data.attributes.resource_id).toBe(Number(offerId))
  })

  test.each<[string, object, string]>([
    ['an invalid target', { event: 'tag_added', target_url: 'example.com' }, '/data/attributes/target_url'],
    ['a tag that is not there', { event: 'tag_added', resource_id: 999 }, '/data/attributes/resource_id'],
    [
      'the id of a resource that does not exist',
      { event: 'contact_created', resource_id: 1 },
      '/data/attributes/resource_id',
    ],
  ])('is refused with %s', async (_, attributes, pointer) => {
    await expectRefusal(h.app, () => create(attributes), 422, { pointer })
  })
})

test.each(['purchase', 'payment_succeeded', 'order_created', 'tag_added'])(
  'a hook for %s is created without a warning',
  async (event) => {
    const { status, headers } = await create({ event })
    expect([status, headers.get('warning')]).toEqual([201, null])
  },
)

describe('in production', () => {
  let production: Harness
  beforeAll(async () => {
    production = await startHarness({ mode: 'production' })
  })
  afterAll(() => production.close())

  test.each(['http://127.0.0.1/', 'http://0x7f.1/', 'http://10.0.0.1/', 'http://localhost/'])(
    'a hook cannot have the target %s',
    async (target_url) => {
      const body = newHook({ event: 'tag_added', target_url })
      await expectRefusal(production.app, () => production.client.post('/v1/hooks', body), 422, {
        pointer: '/data/attributes/target_url',
      })
      const hook = await makeHook(production.app, production.account.siteId)
      const change = () => production.client.patch(`/v1/hooks/${hook}`, newHook({ target_url }))
      await expectRefusal(production.app, change, 422, { pointer: '/data/attributes/target_url' })
    },
  )
})

describe('a key', () => {
  const withPermissions = async (...permissions: string[]) =>
    h.clientWith((await makeKey(h.app, h.account, ['manage:hooks', 'view:hooks', ...permissions])).token)

  test('can create hooks only for events that it may view', async () => {
    const client = await withPermissions('view:contacts')
    const ask = (event: string) => client.post('/v1/hooks', newHook({ event, target_url: TARGET }))
    const answers = await Promise.all(hookEvents.map(async (event) => [event, (await ask(event)).status]))
    const allowed = answers.filter(([, status]) => status === 201).map(([event]) => event)
    expect(allowed).toEqual([
      'tag_added',
      'tag_removed',
      'contact_created',
      'contact_updated',
      'contact_merged',
    ])
    expect(answers.filter(([, status]) => status === 403)).toHaveLength(hookEvents.length - allowed.length)
  })

  test('cannot change the target of hooks for events that it may not view', async () => {
    const client = await withPermissions('view:contacts')
    const id = await makeHook(h.app, h.account.siteId, { event: 'offer_granted' })
    const change = () => client.patch(`/v1/hooks/${id}`, newHook({ target_url: TARGET }))
    await expectRefusal(h.app, change, 403)
    await expectRefusal(h.app, () => client.post(`/v1/hooks/${id}/rotate_secret`), 403)
  })

  test('without limits can create hooks for all events', async () => {
    for (const event of hookEvents) expect((await create({ event })).status).toBe(201)
  })
})

test('a site can have 200 hooks and no more; another is possible after deleting one', async () => {
  const { siteId, token } = await makeAccount(h.app)
  const client = h.clientWith(token)
  const ids = await Promise.all(Array.from({ length: 200 }, () => makeHook(h.app, siteId)))
  const another = () => client.post('/v1/hooks', newHook({ event: 'tag_added', target_url: TARGET }))
  await expectRefusal(h.app, another, 422, { pointer: '/data' })
  await client.delete(`/v1/hooks/${ids[0]}`)
  expect((await another()).status).toBe(201)
})

test('hooks can be filtered by event', async () => {
  const id = await makeHook(h.app, h.account.siteId, { event: 'gift_granted' })
  const { body } = await h.client.get('/v1/hooks?filter[event_eq]=gift_granted')
  expect(body.data.map((hook: { id: string }) => hook.id)).toContain(id)
  for (const { attributes } of body.data) expect(attributes.event).toBe('gift_granted')
  await expectRefusal(h.app, () => h.client.get('/v1/hooks?filter[event_eq]=sunrise'), 400, {
    parameter: 'filter[event_eq]',
  })
})

test('a hook can be changed, disabled and enabled; its event stays', async () => {
  const id = await makeHook(h.app, h.account.siteId, { event: 'offer_granted' })
  const change = async (attributes: object) =>
    (await h.client.patch(`/v1/hooks/${id}`, newHook(attributes))).body.data.attributes
  const resource_id = Number(await makeOffer(h.app, h.account.siteId))
  expect(await change({ target_url: TARGET, resource_id })).toMatchObject({ target_url: TARGET, resource_id })
  expect(await change({ resource_id: null })).toMatchObject({ target_url: TARGET, resource_id: null })
  expect(await change({ enabled: false })).toMatchObject({ enabled: false, disabled_reason: 'requested' })
  expect(await change({ enabled: true })).toMatchObject({
    enabled: true,
    disabled_at: null,
    disabled_reason: null,
  })
  const { headers, body } = await h.client.patch(`/v1/hooks/${id}`, newHook({ event: 'tag_added' }))
  expect(headers.get('warning')).toContain('The attribute event cannot be set')
  expect(body.data.attributes.event).toBe('offer_granted')
})

test('a disabled hook cannot be tested', async () => {
  const id = await makeHook(h.app, h.account.siteId)
  await h.client.patch(`/v1/hooks/${id}`, newHook({ enabled: false }))
  const { status, body } = await h.client.post(`/v1/hooks/${id}/test`)
  expect([status, body.errors[0].code]).toEqual([409, 'hook_disabled'])
})

const SAMPLES = [
  'purchase',
  'payment_succeeded',
  'order_created',
  'form_submission',
  'tag_added',
  'tag_removed',
]

test.each(SAMPLES)('the sample of %s is a list of resources, the primary one first', async (event) => {
  const { status, body } = await h.client.get(`/v1/hooks/${event}_sample`)
  expect(status).toBe(200)
  for (const resource of body)
    expect(Object.keys(resource)).toEqual(expect.arrayContaining(['id', 'type', 'attributes']))
})

test('samples show the relationships and links that Kajabi’s document has', async () => {
  const [, offer, customer] = (await h.client.get('/v1/hooks/purchase_sample')).body
  expect(Object.keys(offer.relationships)).toEqual(['site', 'products', 'forms'])
  expect(customer.links).toEqual({ contact: `${h.url}/v1/contacts/0` })
  expect(customer.relationships.offers).toEqual({
    data: [],
    links: { self: `${h.url}/v1/customers/0/relationships/offers` },
  })
})

test('samples have the attributes that the API shows of a resource, and no others', async () => {
  const paths = await wholePaths(documentOf(h.server, h.app.config))
  const resources = hookEvents.flatMap((event) => samplePayload(event, h.url))
  for (const { type, attributes } of resources) {
    const shown =
      paths[`/v1/${type}/{id}`]?.get?.responses[200]?.content?.['application/vnd.api+json']?.schema
    if (!shown) continue
    const known = Object.keys(shown.properties.data.properties.attributes.properties)
    expect([type, Object.keys(attributes).filter((name) => !known.includes(name))]).toEqual([type, []])
  }
})

test('deliveries can be filtered by hook, status and event', async () => {
  const id = await makeHook(h.app, h.account.siteId, { event: 'customer_created' })
  const { body: tested } = await h.client.post(`/v1/hooks/${id}/test`)
  const find = async (filter: string) =>
    (await h.client.get(`/v1/webhook_deliveries?${filter}`)).body.data.map((one: { id: string }) => one.id)
  expect(await find(`filter[hook_id]=${id}`)).toEqual([tested.data.id])
  expect(await find(`filter[hook_id]=${id}&filter[status]=pending`)).toEqual([tested.data.id])
  expect(await find(`filter[hook_id]=${id}&filter[status]=failed`)).toEqual([])
  expect(await find('filter[event]=customer_created')).toEqual([tested.data.id])
  await expectRefusal(h.app, () => h.client.get('/v1/webhook_deliveries?filter[status]=lost'), 400, {
    parameter: 'filter[status]',
  })
})
