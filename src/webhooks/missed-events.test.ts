import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { queues } from '../background.ts'
import { cleanUp } from '../operations/clean-up.ts'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeSignedHook } from '../testing/hooks.ts'
import { type Receiver, startReceiver } from '../testing/receiver.ts'
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

const listen = async (event: HookEvent = 'contact_created', resourceId: string | null = null) =>
  (await makeSignedHook(h.app, h.account.siteId, { event, targetUrl: receiver.url, resourceId })).id

const happen = async (): Promise<string> => {
  const id = await makeContact(h.app, h.account.siteId)
  await h.drain()
  return id
}

const setEnabled = (id: string, enabled: boolean) =>
  h.client.patch(`/v1/hooks/${id}`, { data: { type: 'hooks', attributes: { enabled } } })

async function replay(id: string, since?: Date): Promise<number> {
  const attributes = since && { since: since.toISOString() }
  const { body } = await h.client.post(`/v1/hooks/${id}/replay`, { data: { type: 'hooks', attributes } })
  await h.drain()
  return body.meta.replayed
}

const received = () => receiver.received.map(({ body }) => body.id)

test('a replay delivers the events of the time when a hook was disabled once, in order, with cancelled deliveries', async () => {
  const before = await happen()
  const id = await listen()
  const delivered = await happen()
  await makeContact(h.app, h.account.siteId)
  receiver.answer((response) => response.writeHead(503, { 'retry-after': '3600' }).end())
  await h.drain()
  const cancelled = receiver.received.at(-1)!.body.id
  await setEnabled(id, false)
  const missed = [await happen(), await happen()]
  receiver.answer((response) => response.end())
  await setEnabled(id, true)
  const after = await happen()
  receiver.received.length = 0
  expect(await replay(id)).toBe(3)
  expect(received()).toEqual([cancelled, ...missed])
  expect([before, delivered, after].filter((one) => received().includes(one))).toEqual([])
  expect(await replay(id)).toBe(0)
  const shown = (await h.client.get('/v1/webhook_deliveries?sort=created_at')).body.data
  expect(shown.map((one: { attributes: { status: string } }) => one.attributes.status)).toEqual(
    Array(5).fill('delivered'),
  )
})

test('a replay since a time leaves out earlier events, which a later replay can include', async () => {
  const id = await listen()
  await setEnabled(id, false)
  const early = await happen()
  const since = h.app.clock.now()
  const late = await happen()
  await setEnabled(id, true)
  expect(await replay(id, since)).toBe(1)
  expect(await replay(id)).toBe(1)
  expect(received()).toEqual([late, early])
})

test('a replay sends only events that the hook is for: its event, its resource, gifts', async () => {
  const [wanted, gift] = [
    await makeOffer(h.app, h.account.siteId),
    await makeOffer(h.app, h.account.siteId, { is_gift: true }),
  ]
  const confined = await listen('offer_granted', wanted)
  const gifts = await listen('gift_granted')
  for (const id of [confined, gifts]) await setEnabled(id, false)
  const contactId = await happen()
  await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([wanted, gift]))
  await h.drain()
  for (const id of [confined, gifts]) await setEnabled(id, true)
  for (const id of [confined, gifts]) expect(await replay(id)).toBe(1)
  expect(receiver.received.map(({ body }) => [body.event, body.payload[3].id])).toEqual([
    ['offer_granted', wanted],
    ['gift_granted', gift],
  ])
})

test('delivered events are not replayed after their deliveries were removed; failed ones are while the event is kept', async () => {
  const id = await listen()
  await happen()
  receiver.answer((response) => response.writeHead(410).end())
  const failed = await happen()
  await h.app.pool.query(
    `update webhook_deliveries set created_at = created_at - interval '31 days', delivered_at = delivered_at - interval '31 days',
            failed_at = failed_at - interval '31 days'`,
  )
  expect(await cleanUp(h.app, queues)).toBe(2)
  receiver.answer((response) => response.end())
  await setEnabled(id, true)
  receiver.received.length = 0
  expect(await replay(id)).toBe(1)
  expect(received()).toEqual([failed])
  // Without the record of delivered events, they would be sent again.
  await h.app.pool.query('delete from removed_deliveries')
  expect(await replay(id)).toBe(1)
})

test('a replay of a disabled hook is refused, and nothing is recorded', async () => {
  const id = await listen()
  await setEnabled(id, false)
  await happen()
  const { status } = await h.client.post(`/v1/hooks/${id}/replay`, { data: { type: 'hooks' } })
  expect(status).toBe(409)
  expect((await h.client.get('/v1/webhook_deliveries')).body.data).toEqual([])
})
