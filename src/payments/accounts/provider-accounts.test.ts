import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectStripe, startWithStripe, type WithStripe } from '../../testing/stripe/connect.ts'
import { REFUSED_KEY, STRIPE_TEST_KEY } from '../../testing/stripe/keys.ts'
import { EVENT_TYPES } from '../stripe/event-types.ts'

let h: WithStripe
let id: string

beforeAll(async () => {
  h = await startWithStripe()
})

afterAll(() => h.close())

const document = (attributes: object, of?: string) => ({
  data: { type: 'provider_accounts', ...(of && { id: of }), attributes },
})
const show = async (of = id) => (await h.client.get(`/v1/provider_accounts/${of}`)).body.data.attributes
const update = (attributes: object) => h.client.patch(`/v1/provider_accounts/${id}`, document(attributes, id))

test('a pasted key connects the site, and the webhook endpoint is created once, whatever fails on the way', async () => {
  // The answer to the creation is lost; the connection ends before it.
  h.stripe.faults.next = ['cut', 500]
  const made = await h.client.post(
    '/v1/provider_accounts',
    document({ provider: 'stripe', secret_key: STRIPE_TEST_KEY }),
  )
  id = made.body.data.id
  expect(made.body.data.attributes).toMatchObject({
    status: 'connecting',
    account: null,
    webhook_secret: null,
  })
  await h.drain()
  expect(await show()).toMatchObject({ status: 'connecting' })
  h.stripe.faults.nextAnswers = []
  await sql`update provider_events set due_at = now() where due_at is not null`.execute(h.app.db)
  await h.drain()
  expect(await show()).toMatchObject({
    status: 'connected',
    problem: null,
    livemode: false,
    account: h.stripe.state.account,
    account_name: 'Northlight Studio',
    secret_key: 'sk_test_…7x2K',
    webhook_secret: 'whsec_…',
  })
  const endpoints = h.stripe.state.objects.all('webhook_endpoint')
  expect(endpoints).toHaveLength(1)
  expect(endpoints[0]).toMatchObject({
    url: (await show()).webhook_url,
    enabled_events: EVENT_TYPES,
    api_version: '2026-10-28.endive',
  })
})

test('no answer, no event and no plain column has the secrets', async () => {
  const { rows } = await sql<{
    text: string
  }>`select row_to_json(a)::text as text from provider_accounts a`.execute(h.app.db)
  const texts = [
    JSON.stringify(rows),
    JSON.stringify((await h.client.get('/v1/provider_accounts')).body),
    JSON.stringify((await h.client.get('/v1/events')).body),
  ].join()
  expect(texts).not.toContain(STRIPE_TEST_KEY)
  expect(texts).not.toContain(h.stripe.state.objects.all('webhook_endpoint')[0]!.secret)
  expect(h.app.sealer.unseal((rows[0] && JSON.parse(rows[0].text)).secret_key)).toBe(STRIPE_TEST_KEY)
})

test('sent back as it is shown, it stays as it is', async () => {
  const { secret_key, webhook_secret } = await show()
  const before = await sql`select secret_key, webhook_secret from provider_accounts`.execute(h.app.db)
  expect((await update({ secret_key, webhook_secret })).status).toBe(200)
  expect(
    (await sql`select secret_key, webhook_secret from provider_accounts`.execute(h.app.db)).rows,
  ).toEqual(before.rows)
})

test.each([
  ['pk_test_51QJ8Yz2eZvKYlo2C7x2K', 'must be a secret or restricted key'],
  ['sk_test_…aaaa', 'must be the whole key'],
  ['sk_live_51QJ8Yz2eZvKYlo2C7x2K', 'must be a test key'],
])('the key %s is refused: it %s', async (secret_key, problem) => {
  const { status, body } = await update({ secret_key })
  expect(status).toBe(422)
  expect(body.errors[0].detail).toContain(problem)
})

test('a site has one account for tests: a second one is refused', async () => {
  const { status, body } = await h.client.post(
    '/v1/provider_accounts',
    document({ provider: 'stripe', secret_key: STRIPE_TEST_KEY }),
  )
  expect([status, body.errors[0].code]).toEqual([422, 'taken'])
})

test('a key that Stripe does not accept is a problem that the owner sees; a good one solves it', async () => {
  await update({ secret_key: REFUSED_KEY })
  await h.drain()
  const failed = await show()
  expect(failed).toMatchObject({ status: 'failed' })
  expect(failed.problem).toContain('Invalid API Key')
  await update({ secret_key: STRIPE_TEST_KEY })
  await h.drain()
  expect(await show()).toMatchObject({ status: 'connected', problem: null })
  expect(h.stripe.state.objects.all('webhook_endpoint')).toHaveLength(1)
})

test('the webhook test makes Stripe send a notification, which is seen', async () => {
  const { body } = await h.client.post(`/v1/provider_accounts/${id}/test_webhook`)
  await h.drain()
  const events = h.stripe.takeEvents()
  expect(events.map(({ type }) => type)).toEqual(['customer.deleted'])
  expect(await h.stripe.deliver(events)).toEqual([200])
  const { last_notification_at } = await show()
  expect(last_notification_at >= body.meta.requested_at).toBe(true)
})

test('disconnecting removes the webhook endpoint, and notifications are not accepted any more', async () => {
  const { webhook_url } = await show()
  expect((await h.client.delete(`/v1/provider_accounts/${id}`)).status).toBe(200)
  await h.drain()
  expect(h.stripe.state.objects.all('webhook_endpoint')).toEqual([])
  expect((await fetch(webhook_url, { method: 'POST', body: '{}' })).status).toBe(404)
  const again = await connectStripe(h)
  expect(again.connected_at).not.toBeNull()
})
