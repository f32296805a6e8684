import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeContact } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeHook } from '../testing/hooks.ts'
import { type Receiver, startReceiver } from '../testing/receiver.ts'
import { callHooks } from './call-hooks.ts'
import { claimHooks } from './claim-hooks.ts'
import { deliveriesSettled, deliverToHooks } from './deliver-to-hooks.ts'
import { recordOutcomes } from './record-outcomes.ts'

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

const makeListener = () =>
  makeHook(h.app, h.account.siteId, { event: 'contact_created', targetUrl: receiver.url })

/** Simulates that the worker that leased them was killed half a minute ago. */
const endLeases = () => h.app.pool.query(`update hooks set leased_until = now() - interval '1 second'`)

const outcomeOf = (id: string) => ({
  id,
  begun_at: h.app.clock.now(),
  duration_ms: 1,
  request: { url: 'http://127.0.0.1/', headers: {} },
  response_status: 200,
  response_body: '',
  error: null,
  status: 'delivered' as const,
  due_at: null,
})

async function testEvent(hookId: string): Promise<string> {
  return (await h.client.post(`/v1/hooks/${hookId}/test`)).body.data.id
}

const statusOf = async (id: string) =>
  (await h.client.get(`/v1/webhook_deliveries/${id}`)).body.data.attributes.status

test('a hook is leased by one worker', async () => {
  await testEvent(await makeListener())
  const claims = await Promise.all(Array.from({ length: 5 }, () => claimHooks(h.app, false, 10)))
  expect(claims.map(({ length }) => length).toSorted()).toEqual([0, 0, 0, 0, 1])
})

test('the hooks that a killed worker had leased are leased by another', async () => {
  const hook = await makeListener()
  const id = await testEvent(hook)
  await claimHooks(h.app, false, 10)
  expect(await deliverToHooks(h.app)).toBe(0)
  await endLeases()
  expect(await deliverToHooks(h.app)).toBe(1)
  await deliveriesSettled(h.app)
  expect([await statusOf(id), receiver.received.length]).toEqual(['delivered', 1])
})

test('a worker whose hook was leased by another records nothing more', async () => {
  const id = await testEvent(await makeListener())
  const [first] = await claimHooks(h.app, false, 10)
  await endLeases()
  const [second] = await claimHooks(h.app, false, 10)
  expect(await recordOutcomes(h.app, first!, [outcomeOf(id)])).toBe(false)
  expect(await statusOf(id)).toBe('pending')
  expect(await recordOutcomes(h.app, second!, [outcomeOf(id)])).toBe(true)
  expect(await statusOf(id)).toBe('delivered')
})

test('a hook that is disabled while it is leased gets no more requests', async () => {
  const hook = await makeListener()
  const ids = [await testEvent(hook), await testEvent(hook)]
  const [claimed] = await claimHooks(h.app, false, 10)
  await h.client.patch(`/v1/hooks/${hook}`, { data: { type: 'hooks', attributes: { enabled: false } } })
  expect(await recordOutcomes(h.app, claimed!, [outcomeOf(ids[0]!)])).toBe(false)
  // Successful deliveries keep their status.
  expect(await Promise.all(ids.map(statusOf))).toEqual(['delivered', 'cancelled'])
})

test('more hooks than the concurrency limit are all served, whatever some receivers do', async () => {
  const hanging = await startReceiver()
  hanging.answer(() => {})
  for (let n = 0; n < 60; n++) {
    await testEvent(await makeHook(h.app, h.account.siteId, { targetUrl: hanging.url }))
  }
  // They have failed before.
  await h.app.db.updateTable('hooks').set({ failing_since: h.app.clock.now() }).execute()
  const ids: string[] = []
  for (let n = 0; n < 120; n++) ids.push(await testEvent(await makeListener()))
  const begun = performance.now()
  while (receiver.received.length < ids.length && performance.now() - begun < 12_000) {
    if ((await deliverToHooks(h.app)) === 0) await sleep(50)
  }
  expect(receiver.received).toHaveLength(120)
  // As many as the limit for failing hooks, once all have connected.
  await expect.poll(() => hanging.received.length, { timeout: 10_000 }).toBe(50)
  await hanging.close()
  await deliveriesSettled(h.app)
}, 60_000)

test('a step of an automation calls a hook once, and only a hook for automations', async () => {
  const { siteId } = h.account
  const contactId = await makeContact(h.app, siteId)
  const event = await h.app.db.selectFrom('events').select('id').executeTakeFirstOrThrow()
  const hookIds = [
    await makeHook(h.app, siteId, { targetUrl: receiver.url }),
    await makeListener(),
    await makeHook(h.app, siteId, { targetUrl: receiver.url }),
  ]
  await h.client.delete(`/v1/hooks/${hookIds[2]}`)
  const calls = hookIds.map((hookId, step) => ({
    hookId,
    eventId: event.id,
    contactId,
    runId: '1',
    step,
  }))
  for (let time = 0; time < 2; time++) {
    await h.app.db.transaction().execute((tx) => callHooks(tx, siteId, calls, h.app.clock.now()))
  }
  await deliverToHooks(h.app)
  await deliveriesSettled(h.app)
  expect(receiver.received.map(({ body }) => body)).toMatchObject([
    { id: contactId, event: 'automation', payload: [{ type: 'contacts', id: contactId }] },
  ])
})
