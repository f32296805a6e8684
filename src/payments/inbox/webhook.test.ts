import { sql } from 'kysely'
import type Stripe from 'stripe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectStripe, startWithStripe, type WithStripe } from '../../testing/stripe/connect.ts'
import { sendEvent } from '../../testing/stripe/fake-stripe.ts'
import type { ProviderAccount } from '../accounts/provider-account.ts'
import { webhookPath } from '../accounts/provider-account.ts'

let h: WithStripe
let account: ProviderAccount
let url: string
let secret: string

beforeAll(async () => {
  h = await startWithStripe()
  account = await connectStripe(h)
  url = h.url + webhookPath(account.token)
  secret = h.app.sealer.unseal(account.webhook_secret!)
})

afterAll(() => h.close())

let count = 0
const event = (values: Partial<Stripe.Event> | object = {}): Stripe.Event =>
  ({
    id: `evt_test_${++count}`,
    object: 'event',
    type: 'customer.deleted',
    livemode: false,
    created: Math.floor(Date.now() / 1000),
    data: { object: { id: 'cus_1', object: 'customer' } },
    ...values,
  }) as unknown as Stripe.Event

const stored = async (id: string) =>
  (
    await sql<{ outcome: string | null; due_at: Date | null; processed_at: Date | null }>`
      select outcome, due_at, processed_at from provider_events where event_id = ${id}`.execute(h.app.db)
  ).rows

test('a notification is stored before it is answered, once, however often and concurrently it is sent', async () => {
  const one = event()
  const statuses = await Promise.all(Array.from({ length: 20 }, () => sendEvent(url, secret, one)))
  expect(new Set(statuses)).toEqual(new Set([200]))
  expect(await stored(one.id)).toEqual([{ outcome: null, due_at: expect.any(Date), processed_at: null }])
  await h.drain()
  expect(await stored(one.id)).toEqual([{ outcome: 'applied', due_at: null, processed_at: expect.any(Date) }])
})

test('what is not signed with the secret of the account is refused with 400, and nothing is stored', async () => {
  const forged = event()
  expect(await sendEvent(url, 'whsec_another_secret', forged)).toBe(400)
  const unsigned = await fetch(url, { method: 'POST', body: JSON.stringify(forged) })
  expect(unsigned.status).toBe(400)
  expect(await unsigned.text()).toContain('invalid_signature')
  expect(await stored(forged.id)).toEqual([])
})

test('a notification that was signed long ago is refused', async () => {
  const { webhooks } = (await import('stripe')).default
  const payload = JSON.stringify(event())
  const signed = (timestamp: number) =>
    fetch(url, {
      method: 'POST',
      body: payload,
      headers: { 'stripe-signature': webhooks.generateTestHeaderString({ payload, secret, timestamp }) },
    })
  const now = Math.floor(Date.now() / 1000)
  expect((await signed(now - 301)).status).toBe(400)
  expect((await signed(now - 200)).status).toBe(200)
})

test.each([
  ['of the other mode', { livemode: true }, 'wrong_mode'],
  ['of another account', { account: 'acct_of_somebody_else' }, 'wrong_mode'],
  ['of a type that nobody asked for', { type: 'product.created' }, 'ignored'],
])('a notification %s is accepted and not processed', async (_, values, outcome) => {
  const one = event(values)
  expect(await sendEvent(url, secret, one)).toBe(200)
  expect(await stored(one.id)).toMatchObject([{ outcome, due_at: null }])
})

test('a replaced secret is accepted for another day', async () => {
  const replaced = {
    type: 'provider_accounts',
    id: account.id,
    attributes: { webhook_secret: 'whsec_a_new_secret' },
  }
  await h.client.patch(`/v1/provider_accounts/${account.id}`, { data: replaced })
  expect(await sendEvent(url, 'whsec_a_new_secret', event())).toBe(200)
  expect(await sendEvent(url, secret, event())).toBe(200)
  await sql`update provider_accounts set previous_webhook_secret_until = now() - interval '1 second'`.execute(
    h.app.db,
  )
  expect(await sendEvent(url, secret, event())).toBe(400)
  secret = 'whsec_a_new_secret'
})

test('an address that no account has is 404, and a body that is too large is refused', async () => {
  expect(await sendEvent(h.url + webhookPath('nobody'), secret, event())).toBe(404)
  expect(await sendEvent(url, secret, event({ data: { object: { id: 'x'.repeat(1_100_000) } } }))).toBe(413)
})

test('what fails is processed later, and a repetition meanwhile is no duplicate', async () => {
  await h.drain()
  h.stripe.faults.next = [500, 500]
  const one = event({ type: 'invoice.paid', data: { object: { id: 'in_unknown' } } })
  await sendEvent(url, secret, one)
  await h.drain()
  expect(await stored(one.id)).toMatchObject([{ outcome: null, processed_at: null }])
  expect(await sendEvent(url, secret, one)).toBe(200)
  await sql`update provider_events set due_at = now() where due_at is not null`.execute(h.app.db)
  await h.drain()
  expect(await stored(one.id)).toMatchObject([{ outcome: 'gone', due_at: null }])
})
