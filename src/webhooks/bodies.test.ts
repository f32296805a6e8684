import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeContact } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeSignedHook } from '../testing/hooks.ts'
import { type Receiver, startReceiver } from '../testing/receiver.ts'
import type { HookEvent } from './hook-events.ts'

let h: Harness
let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  await receiver.close()
  await h.close()
})

const listen = (event: HookEvent) =>
  makeSignedHook(h.app, h.account.siteId, { event, targetUrl: receiver.url })

test('a tag that is added, removed and added again is delivered with another event id and time each', async () => {
  h = await startHarness()
  await listen('tag_added')
  const contactId = await makeContact(h.app, h.account.siteId)
  const tag = { data: { type: 'contact_tags', attributes: { name: 'VIP' } } }
  const named = [{ type: 'contact_tags', id: (await h.client.post('/v1/contact_tags', tag)).body.data.id }]
  const at = `/v1/contacts/${contactId}/relationships/tags`
  await h.client.post(at, { data: named })
  await h.client.send('DELETE', at, { data: named })
  await h.client.post(at, { data: named })
  await h.drain()
  const { rows } = await h.app.pool.query(
    `select id, occurred_at from events where type = 'tag_added' order by id`,
  )
  const [first, second] = receiver.received.map(({ body }) => body)
  expect([first, second].map(({ event_id, occurred_at }) => ({ event_id, occurred_at }))).toEqual(
    rows.map(({ id, occurred_at }) => ({ event_id: id, occurred_at: occurred_at.toISOString() })),
  )
  expect(first.event_id).not.toBe(second.event_id)
  expect(Object.keys(first)).toEqual(['id', 'event', 'payload', 'event_id', 'occurred_at'])
})

test('a test event is marked as a test', async () => {
  h = await startHarness()
  const { id } = await listen('tag_added')
  await h.client.post(`/v1/hooks/${id}/test`)
  await h.drain()
  expect(receiver.received[0]!.body).toMatchObject({
    event: 'tag_added',
    event_id: null,
    occurred_at: expect.stringMatching(/Z$/),
    test: true,
  })
})

test('without extensions the body has the members that Kajabi documents, and no other', async () => {
  h = await startHarness({ settings: { EXTENSIONS: 'off' } })
  await listen('contact_created')
  await makeContact(h.app, h.account.siteId)
  await h.drain()
  expect(Object.keys(receiver.received[0]!.body)).toEqual(['id', 'event', 'payload'])
})
