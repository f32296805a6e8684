/** What is sensitive needs a sign-in of the last ten minutes; programs are never asked. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { routes } from '../../api.ts'
import type { MovableClock } from '../../platform/clock/clock.ts'
import { inTransaction } from '../../platform/db/database.ts'
import { Authenticator } from '../../testing/authenticator.ts'
import type { Client } from '../../testing/client.ts'
import { makeAccount, makeContact, makeSite } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { addPasskey, answerOf, OWN_PAGE, signInHeaders } from '../../testing/passkeys.ts'
import { setPassword } from '../set-password.ts'
import { createSignInLink } from '../sign-in-link.ts'

const ORIGIN = 'http://localhost:4711'
const PASSWORD = 'a rather long password'

let h: Harness
let nobody: Client
let email: string
beforeAll(async () => {
  h = await startHarness({ settings: { PUBLIC_URL: ORIGIN } })
  nobody = h.clientWith(null)
  email = (await h.client.get('/v1/me')).body.data.attributes.email
  await setPassword(h.app, h.account.id, email, PASSWORD)
})
afterAll(() => h.close())

let headers: Record<string, string>
beforeEach(async () => {
  headers = await signInHeaders(nobody, { email, password: PASSWORD })
})

const minutesPass = (minutes: number) => (h.app.clock as MovableClock).advance(h.app.db, minutes * 60_000)

const createKey = (client: Client, more?: Record<string, string>) =>
  client.post(
    '/v1/api_keys',
    { data: { type: 'api_keys', attributes: { name: 'Shop', permissions: [] } } },
    more,
  )

const confirm = (attributes: object, by = headers) =>
  nobody.post('/v1/sessions/current/confirm', { data: { type: 'sessions', attributes } }, by)

const codeOf = ({ status, body }: { status: number; body: { errors?: { code: string }[] } }) => [
  status,
  body.errors?.[0]?.code,
]
const TOO_OLD = [403, 'recent_sign_in_required']

test('ten minutes after the sign-in a key is not created, and nothing is written; after a confirmation it is', async () => {
  expect((await createKey(nobody, headers)).status).toBe(201)
  await minutesPass(11)
  const before = (await h.client.get('/v1/api_keys')).body.meta.total_count
  const key = { 'idempotency-key': 'once' }
  const refused = await createKey(nobody, { ...headers, ...key })
  expect(codeOf(refused)).toEqual(TOO_OLD)
  expect(refused.body.errors[0].detail).toContain('POST /v1/sessions/current/confirm')
  expect((await h.client.get('/v1/api_keys')).body.meta.total_count).toBe(before)
  expect((await confirm({ password: PASSWORD })).status).toBe(200)
  expect((await createKey(nobody, { ...headers, ...key })).status).toBe(201)
})

test('a program is not asked, however old its token', async () => {
  await minutesPass(60)
  expect((await createKey(h.client)).status).toBe(201)
  const contact = await makeContact(h.app, h.account.siteId)
  expect((await h.client.delete(`/v1/contacts/${contact}`)).status).toBe(200)
})

test('only what it must keeps the session from other work', async () => {
  await minutesPass(60)
  expect((await nobody.get('/v1/contacts', headers)).status).toBe(200)
  const contact = { data: { type: 'contacts', attributes: { name: 'Ada', email: 'ada@example.com' } } }
  expect((await nobody.post('/v1/contacts', contact, headers)).status).toBe(201)
})

test('a wrong password confirms nothing, and guesses are limited', async () => {
  await minutesPass(11)
  const wrong = await confirm({ password: 'wrong' })
  expect([...codeOf(wrong), wrong.body.errors[0].source.pointer]).toEqual([
    422,
    'wrong',
    '/data/attributes/password',
  ])
  expect(codeOf(await createKey(nobody, headers))).toEqual(TOO_OLD)
  for (let guess = 0; guess < 9; guess++) await confirm({ password: 'wrong' })
  expect((await confirm({ password: PASSWORD })).status).toBe(429)
  await minutesPass(16)
})

test('a passkey of the user confirms, that of somebody else does not', async () => {
  const own = new Authenticator({ origin: ORIGIN })
  expect((await addPasskey(nobody, headers, own)).status).toBe(201)
  const other = await makeAccount(h.app)
  const foreign = new Authenticator({ origin: ORIGIN })
  const owner = (await h.clientWith(other.token).get('/v1/me')).body.data.attributes.email
  await setPassword(h.app, other.id, owner, PASSWORD)
  await addPasskey(nobody, await signInHeaders(nobody, { email: owner, password: PASSWORD }), foreign)

  await minutesPass(11)
  expect(codeOf(await confirm({ passkey: await answerOf(nobody, foreign) }))).toEqual([
    401,
    'invalid_passkey',
  ])
  expect(codeOf(await createKey(nobody, headers))).toEqual(TOO_OLD)
  expect((await confirm({ passkey: await answerOf(nobody, own) })).status).toBe(200)
  expect((await createKey(nobody, headers)).status).toBe(201)
})

test('a confirmation is that of one session', async () => {
  const other = await signInHeaders(nobody, { email, password: PASSWORD })
  await minutesPass(11)
  expect((await confirm({ password: PASSWORD })).status).toBe(200)
  expect(codeOf(await createKey(nobody, other))).toEqual(TOO_OLD)
})

test('a dry run of what is sensitive is not asked for', async () => {
  const [into, from] = [
    await makeContact(h.app, h.account.siteId),
    await makeContact(h.app, h.account.siteId),
  ]
  await minutesPass(11)
  const merge = { data: { type: 'contacts', id: from } }
  expect((await nobody.post(`/v1/contacts/${into}/merge?dry_run=true`, merge, headers)).status).toBe(200)
})

describe('whoever has neither password nor passkey', () => {
  const linkHeaders = async (of: Harness, accountId: string, userId: string) => {
    const link = await inTransaction(of.app.db, (tx) => createSignInLink(of.app, tx, { accountId, userId }))
    return signInHeaders(of.clientWith(null), { token: link.split('/').at(-1) })
  }

  test('is not asked in development: the owner of the demo has only a link', async () => {
    const account = await makeAccount(h.app)
    await makeSite(h.app, account)
    const linked = await linkHeaders(h, account.id, account.userId)
    await minutesPass(11)
    expect((await createKey(nobody, linked)).status).toBe(201)
  })

  test('signs in with another link in production, also to choose a first password', async () => {
    const production = await startHarness({ mode: 'production' })
    const { app, account } = production
    const linked = await linkHeaders(production, account.id, account.userId)
    const earlier = new Date(Date.now() - 11 * 60_000)
    await app.db
      .updateTable('token_families')
      .set({ confirmed_at: earlier })
      .where('confirmed_at', 'is not', null)
      .execute()
    const client = production.clientWith(null)
    expect(codeOf(await createKey(client, linked))).toEqual(TOO_OLD)
    const change = { data: { type: 'users', attributes: { password: PASSWORD } } }
    expect(codeOf(await client.patch('/v1/me', change, linked))).toEqual(TOO_OLD)
    const fresh = await linkHeaders(production, account.id, account.userId)
    expect((await client.patch('/v1/me', change, fresh)).status).toBe(200)
    await production.close()
  })
})

describe('every operation that changes the team, keys, secrets or passkeys, or exports or deletes people', () => {
  const sensitive = routes.filter(({ needsRecentSignIn }) => needsRecentSignIn)

  test('is one of these', () => {
    expect(sensitive.map(({ method, url }) => `${method} ${url}`).sort()).toEqual([
      'DELETE /v1/api_keys/{id}',
      'DELETE /v1/contacts/{id}',
      'DELETE /v1/invitations/{id}',
      'DELETE /v1/passkeys/{id}',
      'DELETE /v1/roles/{id}',
      'DELETE /v1/users/{id}',
      'GET /v1/contacts/{id}/export',
      'PATCH /v1/api_keys/{id}',
      'PATCH /v1/roles/{id}',
      'PATCH /v1/users/{id}',
      'POST /v1/api_keys',
      'POST /v1/api_keys/{id}/rotate',
      'POST /v1/hooks/{id}/rotate_secret',
      'POST /v1/invitations',
      'POST /v1/invitations/{id}/resend',
      'POST /v1/passkeys',
      'POST /v1/passkeys/options',
      'POST /v1/roles',
    ])
  })

  test('is refused to a session that is too old, whatever it is about', async () => {
    await minutesPass(11)
    const { paths } = (await nobody.get('/openapi.json')).body
    for (const { method, url } of sensitive) {
      const [content] = Object.values<{ example: object }>(
        paths[url][method.toLowerCase()].requestBody?.content ?? {},
      )
      const path = url.replace('{id}', '999999')
      const reply = await nobody.send(method, path, content?.example, { ...OWN_PAGE, ...headers })
      expect([method, url, ...codeOf(reply)]).toEqual([method, url, ...TOO_OLD])
    }
  })
})
