import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeKey } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness({ mode: 'production', settings: { RATE_LIMIT: '3', TRUST_PROXY: '1' } })
})
afterAll(() => h.close())

const newKey = async () => h.clientWith((await makeKey(h.app, h.account, null)).token)
const from = (address: string) => ({ 'x-forwarded-for': address })

test('a key can make a number of requests a minute, with the rest in headers, then gets 429 with Retry-After', async () => {
  const client = await newKey()
  for (const left of ['2', '1', '0']) {
    const { status, headers } = await client.get('/v1/me')
    expect(status).toBe(200)
    expect(headers.get('ratelimit-limit')).toBe('3')
    expect(headers.get('ratelimit-remaining')).toBe(left)
    expect(Number(headers.get('ratelimit-reset'))).toBeLessThanOrEqual(60)
  }
  const { status, headers, body } = await client.get('/v1/me')
  expect(status).toBe(429)
  expect(body.errors[0]).toMatchObject({ status: '429', code: 'too_many_requests' })
  expect(body.meta.request_id).toBe(headers.get('x-request-id'))
  expect(headers.get('retry-after')).toMatch(/^([1-9]|[1-5]\d|60)$/)
  expect(headers.get('ratelimit-remaining')).toBe('0')
})

test('each key has a limit of its own, for all addresses together', async () => {
  const [one, other] = [await newKey(), await newKey()]
  for (let n = 0; n < 3; n++) expect((await one.get('/v1/offers', from(`10.0.0.${n}`))).status).toBe(200)
  expect((await one.get('/v1/offers', from('10.0.0.9'))).status).toBe(429)
  expect((await other.get('/v1/offers', from('10.0.0.1'))).status).toBe(200)
})

test('a refused request changes nothing', async () => {
  const client = await newKey()
  const post = (email: string) =>
    client.post('/v1/contacts', { data: { type: 'contacts', attributes: { email } } })
  for (const n of [1, 2, 3]) expect((await post(`person${n}@example.com`)).status).toBe(201)
  expect((await post('late@example.com')).status).toBe(429)
  const rows = await h.app.db
    .selectFrom('contacts')
    .select('id')
    .where('email', '=', 'late@example.com')
    .execute()
  expect(rows).toEqual([])
})

test('requests without a token are limited by address, at the token endpoint with an OAuth error', async () => {
  const nobody = h.clientWith(null)
  const ask = (address: string) =>
    nobody.post(
      '/v1/oauth/token',
      { client_id: 'x', client_secret: 'y' },
      { 'content-type': 'application/json', ...from(address) },
    )
  for (let n = 0; n < 3; n++) expect((await ask('10.1.1.1')).status).toBe(401)
  const { status, headers, body } = await ask('10.1.1.1')
  expect({ status, error: body.error }).toEqual({ status: 429, error: 'too_many_requests' })
  expect(headers.get('retry-after')).toMatch(/^\d+$/)
  expect((await ask('10.1.1.2')).status).toBe(401)
  expect((await nobody.get('/v1/version', from('10.1.1.1'))).status).toBe(429)
})

test('a forged token does not count towards the limit of a key', async () => {
  const key = await makeKey(h.app, h.account, null)
  const forged = h.clientWith(`${key.token.slice(0, -3)}xyz`)
  for (let n = 0; n < 5; n++) expect((await forged.get('/v1/me')).status).toBe(401)
  expect((await h.clientWith(key.token).get('/v1/me')).status).toBe(200)
})

test('RATE_LIMIT=0 and development without RATE_LIMIT have no limit', async () => {
  for (const options of [{ mode: 'production', settings: { RATE_LIMIT: '0' } }, {}] as const) {
    const free = await startHarness(options)
    for (let n = 0; n < 5; n++) {
      const { status, headers } = await free.client.get('/v1/me')
      expect({ status, limit: headers.get('ratelimit-limit') }).toEqual({ status: 200, limit: null })
    }
    await free.close()
  }
})

test.each([
  ['600 in production', { mode: 'production' }, '600'],
  ['what RATE_LIMIT says in development', { settings: { RATE_LIMIT: '40' } }, '40'],
] as const)('the limit is %s', async (_, options, limit) => {
  const limited = await startHarness(options)
  const { headers } = await limited.client.get('/v1/me')
  expect(headers.get('ratelimit-limit')).toBe(limit)
  await limited.close()
})
