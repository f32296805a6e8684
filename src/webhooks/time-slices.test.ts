import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { examine } from '../operations/doctor/examine.ts'
import { sealer } from '../platform/secrets/sealing.ts'
import { makeContact } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeHook } from '../testing/hooks.ts'
import { type Receiver, startReceiver } from '../testing/receiver.ts'
import * as bodies from './bodies.ts'
import { dueDeliveries } from './claim-deliveries.ts'
import { claimHooks } from './claim-hooks.ts'
import { deliveriesSettled, deliverToHooks } from './deliver-to-hooks.ts'
import { recordOutcomes } from './record-outcomes.ts'

let h: Harness
let receiver: Receiver
let hookId: string
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())
beforeEach(async () => {
  await h.renew()
  receiver = await startReceiver()
  hookId = await makeHook(h.app, h.account.siteId, { event: 'contact_created', targetUrl: receiver.url })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await receiver.close()
})

const testEvent = async (): Promise<string> => (await h.client.post(`/v1/hooks/${hookId}/test`)).body.data.id

const shown = async (id: string) => (await h.client.get(`/v1/webhook_deliveries/${id}`)).body.data.attributes

const outcomeOf = (id: string, response_status = 200) => ({
  id,
  begun_at: h.app.clock.now(),
  duration_ms: 1,
  request: { url: receiver.url, headers: {} },
  response_status,
  response_body: '',
  error: null,
  status: response_status === 200 ? ('delivered' as const) : ('failed' as const),
  due_at: null,
})

test('a secret that cannot be read counts as a failed attempt', async () => {
  const id = await testEvent()
  const secret = sealer(['another SECRET_KEY']).seal('whsec_x')
  await h.app.db.updateTable('hooks').set({ secret }).execute()
  await h.drain()
  expect(await shown(id)).toMatchObject({
    status: 'pending',
    next_attempt_at: expect.any(String),
    attempts: [{ number: 1, error: 'secret_unreadable', response_status: null }],
  })
  const hook = (await h.client.get(`/v1/hooks/${hookId}`)).body.data.attributes
  expect(hook.failing_since).toEqual(expect.any(String))
})

test('a body that cannot be generated counts as a failed attempt, and blocks no other delivery', async () => {
  await makeContact(h.app, h.account.siteId)
  await makeContact(h.app, h.account.siteId)
  await h.dispatch()
  const { rows } = await h.app.pool.query(
    `update webhook_deliveries set event = 'unheard_of' where id = (select min(id) from webhook_deliveries) returning id`,
  )
  await h.drain()
  expect(await shown(rows[0].id)).toMatchObject({ status: 'pending', attempts: [{ error: 'body_failed' }] })
  expect(receiver.received).toHaveLength(1)
})

test('a hook whose time slices repeatedly have no result is found', async () => {
  await testEvent()
  await h.app.pool.query(
    `update hooks set due_at = due_at - interval '2 minutes', leased_until = now() + interval '20 seconds'`,
  )
  expect((await examine(h.app)).find(({ name }) => name === 'delivery_stuck')).toMatchObject({
    violations: 1,
  })
})

test('only identifiers are sent of a contact who is deleted while a body is generated', async () => {
  const contactId = await makeContact(h.app, h.account.siteId, { email: 'gone@example.com' })
  await h.dispatch()
  const [hook] = await claimHooks(h.app, false, 1)
  const made = bodies.bodiesOf
  vi.spyOn(bodies, 'bodiesOf').mockImplementation(async (...args) => {
    const texts = await made(...args)
    await h.client.delete(`/v1/contacts/${contactId}`)
    return texts
  })
  const [delivery] = await dueDeliveries(h.app, hook!)
  const payload = [{ type: 'contacts', id: contactId }]
  expect(JSON.parse(delivery!.body!)).toMatchObject({ id: contactId, event: 'contact_created', payload })
})

test('the response to a replay is kept without personal data', async () => {
  await makeContact(h.app, h.account.siteId, { email: 'kept@example.com' })
  receiver.answer((response) => response.end('kept@example.com is known'))
  await h.drain()
  const { rows } = await h.app.pool.query('select id from webhook_deliveries')
  const replay = () =>
    h.client.post(`/v1/webhook_deliveries/${rows[0].id}/replay`, undefined, { 'idempotency-key': 'once' })
  const { attributes } = (await replay()).body.data
  expect(attributes.body).toContain('kept@example.com')
  expect(attributes.attempts).toMatchObject([{ response_body: 'kept@example.com is known' }])
  expect((await replay()).body.data).toMatchObject({ id: rows[0].id, attributes: { status: 'pending' } })
  const kept = await h.app.pool.query(`select outcome::text from idempotency_keys`)
  expect(kept.rows).toHaveLength(1)
  expect(kept.rows[0].outcome).not.toContain('kept@example.com')
})

test('an attempt of a delivery that is replayed while it is sent is recorded too', async () => {
  const id = await testEvent()
  const [hook] = await claimHooks(h.app, false, 1)
  const [first] = await dueDeliveries(h.app, hook!)
  await h.client.post(`/v1/webhook_deliveries/${id}/replay`)
  const [second] = await dueDeliveries(h.app, hook!)
  expect([first!.attempts, second!.attempts]).toEqual([0, 0])
  await recordOutcomes(h.app, hook!, [outcomeOf(id, 500)])
  await recordOutcomes(h.app, hook!, [outcomeOf(id)])
  expect((await shown(id)).attempts).toMatchObject([
    { number: 1, response_status: 500 },
    { number: 2, response_status: 200 },
  ])
})

test('a worker that has lost the lease of a hook does not report it as disabled', async () => {
  const id = await testEvent()
  const warn = vi.spyOn(h.app.log, 'warn')
  const [lost] = await claimHooks(h.app, false, 1)
  await h.app.pool.query(`update hooks set leased_until = now() - interval '1 second'`)
  const [taken] = await claimHooks(h.app, false, 1)
  expect(await recordOutcomes(h.app, lost!, [outcomeOf(id, 410)])).toBe(false)
  expect(warn).not.toHaveBeenCalled()
  expect(await recordOutcomes(h.app, taken!, [outcomeOf(id, 410)])).toBe(false)
  expect(warn).toHaveBeenCalledOnce()
})

test('a worker that stops completes what it is sending, and leaves the rest to others', async () => {
  const ids = [await testEvent(), await testEvent(), await testEvent()]
  receiver.answer((response) => {
    h.app.isStopping = true
    response.end()
  })
  await deliverToHooks(h.app)
  await deliveriesSettled(h.app)
  const statuses = (await Promise.all(ids.map(shown))).map(({ status }) => status)
  expect(statuses).toEqual(['delivered', 'pending', 'pending'])
  h.app.isStopping = false
  await h.drain()
  expect(receiver.received).toHaveLength(3)
})
