import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeAutomation } from '../testing/automations.ts'
import { makeContact, makeCustomField, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeSignedHook } from '../testing/hooks.ts'
import { type Receiver, startReceiver } from '../testing/receiver.ts'
import { advanceClock } from '../worker/advance-clock.ts'
import type { HookEvent } from './hook-events.ts'

let h: Harness
let receiver: Receiver
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())
beforeEach(async () => {
  await h.renew()
  receiver = await startReceiver()
})
afterEach(() => receiver.close())

const listenTo = (event: HookEvent, targetUrl = receiver.url) =>
  makeSignedHook(h.app, h.account.siteId, { event, targetUrl })

const makeContacts = async (count: number): Promise<string[]> => {
  const ids: string[] = []
  for (let n = 0; n < count; n++) ids.push(await makeContact(h.app, h.account.siteId))
  return ids
}

const deliveries = async (filter = '') =>
  (await h.client.get(`/v1/webhook_deliveries?sort=created_at&page[size]=500${filter}`)).body.data.map(
    // biome-ignore lint/suspicious/noExplicitAny: a resource of any document
    ({ id, attributes }: any) => ({ id, ...attributes }),
  )

const hookOf = async (id: string) => (await h.client.get(`/v1/hooks/${id}`)).body.data.attributes

/** As Kajabi's webhooks show an offer: with its forms, and without the attributes that are extensions. */
const withForms = (offer: { relationships: object; attributes: Record<string, unknown> }, sent: object) => ({
  ...offer,
  attributes: Object.fromEntries(Object.keys(sent).map((name) => [name, offer.attributes[name]])),
  relationships: { ...offer.relationships, forms: { data: [] } },
})

const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe('the body of a delivery', () => {
  test('contains the primary resource and related ones as the API shows them', async () => {
    await listenTo('offer_granted')
    await makeCustomField(h.app, h.account.siteId, { number: 7 })
    const contactId = await makeContact(h.app, h.account.siteId)
    const attributes = { custom_7: 'x' }
    await h.client.patch(`/v1/contacts/${contactId}`, { data: { type: 'contacts', attributes } })
    const offerId = await makeOffer(h.app, h.account.siteId)
    const path = `/v1/contacts/${contactId}/relationships/offers`
    const granted = (await h.client.post(path, offersBody([offerId]))).body.meta
    await h.drain()
    const { body } = receiver.received[0]!
    const shown = async (at: string) =>
      JSON.parse(JSON.stringify((await h.client.get(at)).body.data).replaceAll(h.url, h.app.publicUrl))
    const grantId = granted.offers[0].grant_id
    const contact = await shown(`/v1/contacts/${contactId}`)
    expect(contact.attributes.custom_7).toBe('x')
    const customer = await shown(`/v1/customers/${granted.customer_id}`)
    // Extensions.
    delete contact.attributes.mobile_phone_number
    delete contact.attributes.external_user_ids
    delete customer.attributes.external_user_ids
    expect(body).toMatchObject({
      id: grantId,
      event: 'offer_granted',
      payload: [
        await shown(`/v1/grants/${grantId}`),
        contact,
        customer,
        withForms(await shown(`/v1/offers/${offerId}`), body.payload.at(-1).attributes),
      ],
    })
    expect(body.payload.at(-1).attributes).toHaveProperty('title')
  })

  test.each<[HookEvent, string[]]>([
    ['tag_added', ['contacts', 'contact_tags']],
    ['tag_removed', ['contacts', 'contact_tags']],
    ['offer_granted', ['grants', 'contacts', 'customers', 'offers']],
    ['gift_granted', ['grants', 'contacts', 'customers', 'offers']],
    ['offer_revoked', ['grants', 'contacts', 'customers', 'offers']],
    ['customer_created', ['customers', 'contacts']],
    ['contact_created', ['contacts']],
    ['contact_updated', ['contacts']],
  ])('%s shows %j', async (event, types) => {
    await listenTo(event)
    const contactId = await makeContact(h.app, h.account.siteId)
    const at = `/v1/contacts/${contactId}`
    await h.client.patch(at, { data: { type: 'contacts', attributes: { name: 'Grace' } } })
    const tag = (await h.client.post('/v1/contact_tags', newTag('VIP'))).body.data.id
    await h.client.post(`${at}/relationships/tags`, { data: [{ type: 'contact_tags', id: tag }] })
    await h.client.send('DELETE', `${at}/relationships/tags`, { data: [{ type: 'contact_tags', id: tag }] })
    await h.client.delete(`/v1/contact_tags/${tag}`)
    const offers = offersBody([await makeOffer(h.app, h.account.siteId, { is_gift: true })])
    await h.client.post(`${at}/relationships/offers`, offers)
    await h.client.send('DELETE', `${at}/relationships/offers`, offers)
    await h.drain()
    expect(receiver.received.map(({ body }) => body.event)).toEqual([event])
    const { id, payload } = receiver.received[0]!.body
    expect(payload.map(({ type }: { type: string }) => type)).toEqual(types)
    expect(id).toBe(payload[0].id)
    for (const { attributes } of payload) expect(attributes).toBeTypeOf('object')
  })

  test('offer_revoked and access_expired mean the same to hooks as to automations: revoked, and expired', async () => {
    await listenTo('offer_revoked')
    await listenTo('access_expired')
    const { siteId } = h.account
    const started = new Map<string, string>()
    for (const event of ['offer_revoked', 'access_expired']) {
      started.set(
        await makeAutomation(h.app, siteId, { trigger: { event }, actions: [{ action: 'stop' }] }),
        event,
      )
    }
    const [day, forever] = [
      await makeOffer(h.app, siteId, { access_days: 1 }),
      await makeOffer(h.app, siteId),
    ]
    const path = `/v1/contacts/${await makeContact(h.app, siteId)}/relationships/offers`
    await h.client.post(path, offersBody([day, forever]))
    await h.client.send('DELETE', path, offersBody([forever]))
    await advanceClock(h.app, 25 * 3_600_000)
    await h.drain()
    expect(receiver.received.map(({ body }) => [body.event, body.payload[3].id])).toEqual([
      ['offer_revoked', forever],
      ['access_expired', day],
    ])
    const runs = await h.app.db
      .selectFrom('automation_runs as r')
      .innerJoin('events as e', 'e.id', 'r.event_id')
      .select(['r.automation_id', 'e.offer_id'])
      .where('r.site_id', '=', siteId)
      .orderBy('e.id')
      .execute()
    expect(runs.map(({ automation_id, offer_id }) => [started.get(automation_id), offer_id])).toEqual([
      ['offer_revoked', forever],
      ['access_expired', day],
    ])
  })

  test('a hook is notified only about the resource that it is limited to', async () => {
    const [wanted, other] = [
      await makeOffer(h.app, h.account.siteId),
      await makeOffer(h.app, h.account.siteId),
    ]
    const hook = { event: 'offer_granted', targetUrl: receiver.url, resourceId: wanted } as const
    await makeSignedHook(h.app, h.account.siteId, hook)
    const path = `/v1/contacts/${await makeContact(h.app, h.account.siteId)}/relationships/offers`
    await h.client.post(path, offersBody([other!, wanted!]))
    await h.drain()
    expect(receiver.received.map(({ body }) => body.payload[3].id)).toEqual([wanted])
  })

  test('contains only identifiers of a contact who was deleted meanwhile', async () => {
    await listenTo('contact_created')
    const contactId = await makeContact(h.app, h.account.siteId, { email: 'gone@example.com' })
    await h.client.delete(`/v1/contacts/${contactId}`)
    await h.drain()
    const payload = [{ type: 'contacts', id: contactId }]
    expect(receiver.received[0]!.body).toMatchObject({ id: contactId, event: 'contact_created', payload })
    expect(receiver.received[0]!.body.payload).toEqual(payload)
  })
})

const newTag = (name: string) => ({ data: { type: 'contact_tags', attributes: { name } } })

describe('a request', () => {
  test('is signed according to Standard Webhooks, with the real time whatever the application’s clock', async () => {
    const { secret } = await listenTo('contact_created')
    await advanceClock(h.app, 2 * 24 * HOUR)
    await makeContacts(1)
    await h.drain()
    const { text, headers, body } = receiver.received[0]!
    expect(new Webhook(secret).verify(text, headers as Record<string, string>)).toEqual(body)
    expect(() => new Webhook(secret).verify(`${text} `, headers as Record<string, string>)).toThrow()
    const [{ id }] = await deliveries()
    expect(headers).toMatchObject({
      'webhook-id': `msg_${h.account.siteId}_${id}`,
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^Bestow\/\d/),
    })
  })

  test('is signed with both secrets for a day after a rotation', async () => {
    const { id, secret } = await listenTo('contact_created')
    const fresh = (await h.client.post(`/v1/hooks/${id}/rotate_secret`)).body.data.attributes.secret
    const verifies = (key: string) => {
      const { text, headers } = receiver.received.at(-1)!
      try {
        return Boolean(new Webhook(key).verify(text, headers as Record<string, string>))
      } catch {
        return false
      }
    }
    await makeContacts(1)
    await h.drain()
    expect([verifies(secret), verifies(fresh)]).toEqual([true, true])
    await advanceClock(h.app, 24 * HOUR)
    await makeContacts(1)
    await h.drain()
    expect([verifies(secret), verifies(fresh)]).toEqual([false, true])
  })

  test('goes to the whole URL, with the query unchanged', async () => {
    const seen: (string | undefined)[] = []
    receiver.answer((response) => {
      seen.push(response.req.url)
      response.end()
    })
    await listenTo('contact_created', `${receiver.url}a/b?secret=x%2Fy&z=1`)
    await makeContacts(1)
    await h.drain()
    expect(seen).toEqual(['/a/b?secret=x%2Fy&z=1'])
  })

  test('follows no redirect', async () => {
    const other = await startReceiver()
    receiver.answer((response) => response.writeHead(307, { location: other.url }).end())
    await listenTo('contact_created')
    await makeContacts(1)
    await h.drain()
    const [{ status, attempts }] = await deliveries()
    expect([status, attempts[0].response_status, other.received.length]).toEqual(['pending', 307, 0])
    await other.close()
  })
})

test('deliveries are sent in the order of their events, one after the other', async () => {
  let atOnce = 0
  let most = 0
  receiver.answer((response) => {
    most = Math.max(most, ++atOnce)
    setTimeout(() => {
      atOnce -= 1
      response.end()
    }, 1)
  })
  await listenTo('contact_created')
  await makeContacts(120)
  await h.drain()
  const ids = receiver.received.map(({ body }) => Number(body.id))
  expect(ids).toEqual(ids.toSorted((a, b) => a - b))
  expect([ids.length, most]).toEqual([120, 1])
})

describe('a failed delivery', () => {
  test('is retried with the same id and body, ten times over about 75 hours, and then fails permanently', async () => {
    receiver.answer((response) => response.writeHead(500).end('broken'))
    const { id } = await listenTo('contact_created')
    await makeContacts(1)
    await h.drain()
    expect(await deliveries()).toMatchObject([{ status: 'pending', next_attempt_at: expect.any(String) }])
    const contactId = receiver.received[0]!.body.id
    await h.client.patch(`/v1/contacts/${contactId}`, {
      data: { type: 'contacts', attributes: { name: 'Another' } },
    })
    await advanceClock(h.app, 60 * HOUR)
    expect(receiver.received.length).toBeGreaterThanOrEqual(8)
    await advanceClock(h.app, 30 * HOUR)
    expect(receiver.received).toHaveLength(10)
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(receiver.received.map(({ text }) => text)).size).toBe(1)
    const [delivery] = await deliveries()
    expect(delivery).toMatchObject({ status: 'failed', next_attempt_at: null, failed_at: expect.any(String) })
    expect(delivery.attempts.map(({ number }: { number: number }) => number)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ])
    expect(delivery.attempts[9]).toMatchObject({ response_status: 500, response_body: 'broken', error: null })
    const [first, last] = [delivery.attempts[0], delivery.attempts[9]].map(({ begun_at }) =>
      Date.parse(begun_at),
    )
    expect((last! - first!) / HOUR).toBeGreaterThan(67)
    expect((last! - first!) / HOUR).toBeLessThan(84)
    expect(await hookOf(id)).toMatchObject({ enabled: true, failing_since: expect.any(String) })
  })

  test('does not block later deliveries', async () => {
    receiver.answer((response, { body }) => response.writeHead(body.id === first ? 500 : 200).end())
    await listenTo('contact_created')
    const first = await makeContact(h.app, h.account.siteId)
    await makeContacts(2)
    await h.drain()
    expect((await deliveries()).map(({ status }: { status: string }) => status)).toEqual([
      'pending',
      'delivered',
      'delivered',
    ])
  })

  test('waits as long as the receiver’s Retry-After', async () => {
    receiver.answer((response) => response.writeHead(503, { 'retry-after': '3600' }).end())
    await listenTo('contact_created')
    await makeContacts(1)
    await h.drain()
    await advanceClock(h.app, 59 * MINUTE)
    expect(receiver.received).toHaveLength(1)
    await advanceClock(h.app, 2 * MINUTE)
    expect(receiver.received).toHaveLength(2)
  })

  test('records the error when there was no response', async () => {
    await listenTo('contact_created', 'http://127.0.0.1:9/')
    await makeContacts(1)
    await h.drain()
    expect((await deliveries())[0].attempts).toMatchObject([
      { error: 'connection_refused', response_status: null, response_body: null },
    ])
  })

  test('disables the hook when its receiver responds 410, and cancels pending deliveries', async () => {
    receiver.answer((response) => response.writeHead(410).end())
    const { id } = await listenTo('contact_created')
    await makeContacts(3)
    await h.drain()
    expect(receiver.received).toHaveLength(1)
    expect(await hookOf(id)).toMatchObject({ enabled: false, disabled_reason: 'gone' })
    expect((await deliveries()).map(({ status }: { status: string }) => status)).toEqual([
      'failed',
      'cancelled',
      'cancelled',
    ])
    await makeContacts(1)
    await h.drain()
    expect(await deliveries()).toHaveLength(3)
  })

  test('disables the hook when nothing has succeeded for five days', async () => {
    receiver.answer((response) => response.writeHead(500).end())
    const { id } = await listenTo('contact_created')
    for (let day = 0; day < 5; day++) {
      expect(await hookOf(id)).toMatchObject({ enabled: true })
      await makeContacts(1)
      await advanceClock(h.app, 24 * HOUR)
    }
    await makeContacts(1)
    await h.drain()
    expect(await hookOf(id)).toMatchObject({ enabled: false, disabled_reason: 'failing' })
    expect(await deliveries('&filter[status]=pending')).toEqual([])
  })
})

test('a receiver that hangs delays no other, and is disconnected after 15 seconds', async () => {
  const good = await startReceiver()
  receiver.answer(() => {})
  await listenTo('contact_updated')
  await listenTo('contact_created', good.url)
  const id = await makeContact(h.app, h.account.siteId)
  await h.client.patch(`/v1/contacts/${id}`, { data: { type: 'contacts', attributes: { name: 'Grace' } } })
  await makeContacts(29)
  const draining = h.drain()
  await expect.poll(() => good.received.length, { timeout: 10_000 }).toBe(30)
  expect(receiver.received).toHaveLength(1)
  await draining
  const [{ attempts }] = await deliveries('&filter[event]=contact_updated')
  expect(attempts).toMatchObject([{ error: 'timed_out', response_status: null }])
  expect(attempts[0].duration_ms).toBeGreaterThanOrEqual(14_900)
  await good.close()
}, 60_000)

describe('replay', () => {
  test('of one delivery sends it once more, with the same id and body, whatever its result was', async () => {
    await listenTo('contact_created')
    await makeContacts(1)
    await h.drain()
    const [{ id }] = await deliveries()
    const { body } = await h.client.post(`/v1/webhook_deliveries/${id}/replay`)
    expect(body.data.attributes).toMatchObject({ status: 'pending', delivered_at: expect.any(String) })
    await h.drain()
    const [first, second] = receiver.received
    expect([second!.text, second!.headers['webhook-id']]).toEqual([first!.text, first!.headers['webhook-id']])
    expect((await deliveries())[0]).toMatchObject({
      status: 'delivered',
      attempts: [{ number: 1 }, { number: 2 }],
    })
  })

  test('of a successful delivery leaves it delivered when the replay fails permanently', async () => {
    await listenTo('contact_created')
    await makeContacts(1)
    await h.drain()
    const [{ id, delivered_at }] = await deliveries()
    receiver.answer((response) => response.writeHead(500).end())
    await h.client.post(`/v1/webhook_deliveries/${id}/replay`)
    await advanceClock(h.app, 90 * HOUR)
    const [replayed] = await deliveries()
    expect(replayed).toMatchObject({
      status: 'delivered',
      delivered_at,
      failed_at: null,
      next_attempt_at: null,
    })
    expect(replayed.attempts).toHaveLength(10)
    expect(replayed.attempts[9]).toMatchObject({ number: 10, response_status: 500 })
    expect(await deliveries('&filter[status]=failed')).toEqual([])
  })

  test.each([
    ['disabled', (id: string) => h.client.patch(`/v1/hooks/${id}`, hookBody({ enabled: false }))],
    ['deleted', (id: string) => h.client.delete(`/v1/hooks/${id}`)],
  ])('of a successful delivery leaves it delivered when the hook is %s before it is sent', async (_, end) => {
    const hook = await listenTo('contact_created')
    await makeContacts(1)
    await h.drain()
    const [{ id, delivered_at }] = await deliveries()
    await h.client.post(`/v1/webhook_deliveries/${id}/replay`)
    await end(hook.id)
    await h.drain()
    expect(await deliveries()).toMatchObject([{ status: 'delivered', delivered_at, next_attempt_at: null }])
  })

  const hookBody = (attributes: object) => ({ data: { type: 'hooks', attributes } })

  test('of a hook sends the undelivered events since a time, in order', async () => {
    receiver.answer((response) => response.writeHead(410).end())
    const { id } = await listenTo('contact_created')
    await makeContacts(1)
    await h.drain()
    expect((await replayAll(id)).status).toBe(409)
    const enabled = { data: { type: 'hooks', attributes: { enabled: true } } }
    await h.client.patch(`/v1/hooks/${id}`, enabled)
    await advanceClock(h.app, HOUR)
    const since = h.app.clock.now().toISOString()
    const ids = await makeContacts(3)
    await h.drain()
    await h.client.patch(`/v1/hooks/${id}`, enabled)
    receiver.answer((response) => response.end())
    receiver.received.length = 0
    expect((await replayAll(id, since)).body).toEqual({ meta: { replayed: 3 } })
    await h.drain()
    expect(receiver.received.map(({ body }) => body.id)).toEqual(ids)
    expect((await replayAll(id)).body).toEqual({ meta: { replayed: 1 } })
  })

  const replayAll = (id: string, since?: string) =>
    h.client.post(`/v1/hooks/${id}/replay`, {
      data: { type: 'hooks', attributes: { ...(since && { since }) } },
    })
})

test('a test event has the sample of its event as body, and is signed and recorded like any other', async () => {
  const { id, secret } = await listenTo('tag_added')
  const { body } = await h.client.post(`/v1/hooks/${id}/test`)
  expect(body.data.attributes).toMatchObject({ event: 'tag_added', status: 'pending', attempts: [] })
  await h.drain()
  const { text, headers } = receiver.received[0]!
  const sent = new Webhook(secret).verify(text, headers as Record<string, string>)
  const sample = (await h.client.get('/v1/hooks/tag_added_sample')).body
  expect(sent).toMatchObject({ id: '0', event: 'tag_added', payload: sample, test: true })
  expect((await deliveries())[0]).toMatchObject({ status: 'delivered' })
})
