import assert from 'node:assert/strict'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { startBestow, type TestServer } from 'bestow/testing'
import { createApp } from '../src/app.ts'

let kajabi: TestServer
let app: Server
let offer: { id: string }

before(async () => {
  kajabi = await startBestow({ now: '2026-01-15T09:00:00Z' })
  offer = await kajabi.offer({ title: 'Watercolour', days: 30 })
  app = createApp(kajabi.client({ retryWithinMs: 5_000, timeoutMs: 1_000 }), { course: offer.id })
  await new Promise<void>((ready) => app.listen(0, '127.0.0.1', ready))
})
after(async () => {
  app.close()
  await kajabi.close()
})

async function buy(purchase: object): Promise<[number, { contact_id?: string; error?: string }]> {
  const { port } = app.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}/purchases`, {
    method: 'POST',
    body: JSON.stringify({ name: 'Ada Lovelace', article: 'course', ...purchase }),
  })
  return [response.status, (await response.json()) as { contact_id?: string; error?: string }]
}

test('a buyer gets access for thirty days, and a welcome e-mail', async () => {
  const email = 'ada@example.com'
  const [status] = await buy({ email })
  assert.equal(status, 200)
  await kajabi.settle()
  assert.deepEqual(await kajabi.access(email), [{ id: offer.id, title: 'Watercolour' }])
  assert.equal((await kajabi.outbox({ kind: 'welcome', to: email })).length, 1)
  await kajabi.clock.advance('31d')
  assert.deepEqual(await kajabi.access(email), [])
})

test('a purchase that is reported twice is one grant', async () => {
  const email = 'grace@example.com'
  await Promise.all([buy({ email }), buy({ email })])
  assert.equal((await kajabi.grants({ email })).length, 1)
})

for (const fault of [
  { status: 429, retryAfter: 1 },
  { status: 503, retryAfter: 0 },
  { drop: 'after' },
  { timeout: true },
] as const)
  test(`${JSON.stringify(fault)} loses nothing and doubles nothing`, async () => {
    const email = `${Object.values(fault).join('-')}@example.com`
    await kajabi.failNext({ ...fault, match: 'POST /v1/contacts/*/relationships/offers' })
    assert.equal((await buy({ email }))[0], 200)
    assert.equal((await kajabi.grants({ email })).length, 1)
  })

test('the shop is asked to report again when Bestow stays away', async () => {
  await kajabi.failNext({ status: 503, retryAfter: 60, match: 'GET /v1/contacts' })
  assert.deepEqual(await buy({ email: 'later@example.com' }), [
    503,
    { error: 'Enrolment is not possible now.' },
  ])
})

test('a wrong address is what the shop has to correct', async () => {
  const [status, { error }] = await buy({ email: 'nobody' })
  assert.equal(status, 422)
  assert.match(error!, /e-mail/)
})
