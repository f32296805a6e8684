import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inTransaction } from '../../platform/db/database.ts'
import { hashPassword, isPassword } from '../../platform/secrets/secrets.ts'
import type { Client, Reply } from '../../testing/client.ts'
import { makeAccount, makeKey } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { deleteApiKey, rotateApiKey } from '../api-keys/api-keys.ts'
import { setPassword } from '../set-password.ts'
import { issueForUser } from './issue-tokens.ts'

let h: Harness
let nobody: Client
beforeAll(async () => {
  h = await startHarness()
  nobody = h.clientWith(null)
})
afterAll(() => h.close())

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const JSON_TYPE = { 'content-type': 'application/json' }

const ask = (fields: Record<string, string>, client = nobody) =>
  client.post('/v1/oauth/token', new URLSearchParams(fields).toString(), FORM)

const revoke = (bearer: string, fields: Record<string, string>) =>
  h.clientWith(bearer).post('/v1/oauth/revoke', new URLSearchParams(fields).toString(), FORM)

const credentials = () => ({ client_id: h.account.clientId, client_secret: h.account.clientSecret })

const isGood = async (token: string) => (await h.clientWith(token).get('/v1/me')).status === 200

function expectFlat(reply: Reply, status: number, error: string): void {
  expect({ status: reply.status, error: reply.body.error }).toEqual({ status, error })
  expect(Object.keys(reply.body)).toEqual(['error', 'error_description'])
  expect(reply.body.error_description).not.toBe('')
  expect(reply.headers.get('content-type')).toMatch(/^application\/json/)
}

function multipart(fields: Record<string, string>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  return form
}

describe('a token is issued for credentials', () => {
  const basic = () => {
    const { client_id, client_secret } = credentials()
    return { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` }
  }
  const forms: [string, () => Promise<Reply>][] = [
    ['in a form', () => ask({ grant_type: 'client_credentials', ...credentials() })],
    ['in a form without grant_type', () => ask(credentials())],
    [
      'in a form without a content type',
      () =>
        nobody.post('/v1/oauth/token', `${new URLSearchParams(credentials())}`, {
          'content-type': 'text/plain',
        }),
    ],
    [
      'in a form whose content type has a charset',
      () =>
        nobody.post('/v1/oauth/token', `${new URLSearchParams(credentials())}`, {
          'content-type': `${FORM['content-type']}; charset=utf-8`,
        }),
    ],
    ['in JSON', () => nobody.post('/v1/oauth/token', credentials(), JSON_TYPE)],
    ['in JSON that is said to be a form', () => nobody.post('/v1/oauth/token', credentials(), FORM)],
    ['in JSON:API’s media type', () => nobody.post('/v1/oauth/token', credentials())],
    [
      'in multipart',
      () => nobody.post('/v1/oauth/token', multipart({ grant_type: 'client_credentials', ...credentials() })),
    ],
    [
      'as HTTP Basic',
      () => nobody.post('/v1/oauth/token', 'grant_type=client_credentials', { ...FORM, ...basic() }),
    ],
    ['as HTTP Basic without a body', () => nobody.post('/v1/oauth/token', undefined, basic())],
    ['with a scope besides', () => ask({ ...credentials(), scope: 'all' })],
  ]

  test.each(forms)('%s', async (_, request) => {
    const { status, headers, body } = await request()
    expect(status).toBe(200)
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 604_800,
    })
    expect(await isGood(body.access_token)).toBe(true)
  })
})

describe('flat errors', () => {
  test.each<[string, Record<string, string>, string]>([
    ['nothing', {}, 'invalid_request'],
    ['no secret', { client_id: 'x' }, 'invalid_request'],
    ['no id', { client_secret: 'x' }, 'invalid_request'],
    ['an empty secret', { client_id: 'x', client_secret: '' }, 'invalid_request'],
    ['no refresh token', { grant_type: 'refresh_token' }, 'invalid_request'],
    ['an unknown grant type', { grant_type: 'implicit' }, 'unsupported_grant_type'],
    [
      'the password grant, which is off',
      { username: 'a@example.com', password: 'x' },
      'unsupported_grant_type',
    ],
    ['a zero byte', { client_id: 'a\0', client_secret: 'b' }, 'invalid_request'],
  ])('400 for %s', async (_, fields, error) => {
    expectFlat(await ask(fields), 400, error)
    expectFlat(await nobody.post('/v1/oauth/token', fields, JSON_TYPE), 400, error)
  })

  test.each<[string, unknown, Record<string, string>]>([
    ['half a JSON document', '{"client_id":', JSON_TYPE],
    ['a list', '[]', JSON_TYPE],
    ['null', 'null', JSON_TYPE],
    ['values that are no texts', { client_id: { a: 1 }, client_secret: null }, JSON_TYPE],
    ['a form that is none', '%%%', FORM],
    ['multipart without a boundary', 'x', { 'content-type': 'multipart/form-data' }],
    ['multipart that breaks off', '--x\r\nfoo', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['no body', undefined, {}],
    ['Basic that is none', undefined, { authorization: 'Basic !!!' }],
  ])('400 for a body that is malformed: %s', async (_, body, headers) => {
    expectFlat(await nobody.post('/v1/oauth/token', body, headers), 400, 'invalid_request')
  })

  test('401 for an unknown id, a wrong secret and a wrong refresh token', async () => {
    const { client_id, client_secret } = credentials()
    expectFlat(await ask({ client_id: 'x', client_secret }), 401, 'Invalid client credentials')
    expectFlat(await ask({ client_id, client_secret: 'x' }), 401, 'Invalid client credentials')
    expectFlat(await ask({ refresh_token: 'x' }), 401, 'Invalid refresh token')
  })

  test('401 for an access token in place of a refresh token', async () => {
    expectFlat(await ask({ refresh_token: h.account.token }), 401, 'Invalid refresh token')
  })

  test('413 for a body over 1 MB', async () => {
    const big = 'x'.repeat(1024 * 1024 + 1)
    expect((await ask({ client_id: big })).status).toBe(413)
    expect((await nobody.post('/v1/oauth/token', { client_id: big }, JSON_TYPE)).body.error).toBe(
      'body_too_large',
    )
    expect((await nobody.post('/v1/oauth/token', multipart({ client_id: big }))).status).toBe(413)
  })
})

describe('refreshing', () => {
  const start = async () => (await ask(credentials())).body

  test.each([
    ['alone', () => ({})],
    ['with grant_type', () => ({ grant_type: 'refresh_token' })],
    ['with the credentials besides', () => ({ grant_type: 'refresh_token', ...credentials() })],
  ])('gives new tokens for a refresh token %s', async (_, besides) => {
    const { refresh_token } = await start()
    const { status, headers, body } = await ask({ refresh_token, ...besides() })
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body.refresh_token).not.toBe(refresh_token)
    expect(body.expires_in).toBe(604_800)
    expect(await isGood(body.access_token)).toBe(true)
  })

  describe('belongs to the client that got the token', () => {
    const others = async () => {
      const { client_id, client_secret } = await makeKey(h.app, h.account, null)
      return { client_id, client_secret }
    }
    test.each<[string, () => Promise<Record<string, string>>]>([
      ['a wrong secret', async () => ({ ...credentials(), client_secret: 'wrong' })],
      ['an unknown id', async () => ({ ...credentials(), client_id: 'unknown' })],
      ['another id alone', async () => ({ client_id: (await others()).client_id })],
      ['a wrong secret alone', async () => ({ client_secret: 'wrong' })],
      ['the credentials of another key', others],
      [
        'the credentials of another account',
        async () => {
          const { clientId, clientSecret } = await makeAccount(h.app)
          return { client_id: clientId, client_secret: clientSecret }
        },
      ],
    ])('%s is refused, and invalidates no token', async (_, besides) => {
      const { refresh_token, access_token } = await start()
      expectFlat(await ask({ refresh_token, ...(await besides()) }), 401, 'Invalid client credentials')
      expect(await isGood(access_token)).toBe(true)
      expect((await ask({ refresh_token, ...credentials() })).status).toBe(200)
    })

    test.each<[string, () => Record<string, string>]>([
      ['the id alone', () => ({ client_id: h.account.clientId })],
      ['empty credentials', () => ({ client_id: '', client_secret: '' })],
    ])('%s is accepted', async (_, besides) => {
      const { refresh_token } = await start()
      expect((await ask({ refresh_token, ...besides() })).status).toBe(200)
    })
  })

  test('works repeatedly with the newest refresh token', async () => {
    let { refresh_token } = await start()
    for (let round = 0; round < 3; round++) {
      const { status, body } = await ask({ refresh_token })
      expect(status).toBe(200)
      refresh_token = body.refresh_token
    }
  })

  test('with a refresh token that was used ends every token of the sign-in', async () => {
    const first = await start()
    const second = (await ask({ refresh_token: first.refresh_token })).body
    expectFlat(await ask({ refresh_token: first.refresh_token }), 401, 'Invalid refresh token')
    expectFlat(await ask({ refresh_token: second.refresh_token }), 401, 'Invalid refresh token')
    expect([await isGood(first.access_token), await isGood(second.access_token)]).toEqual([false, false])
    expect(await isGood(h.account.token)).toBe(true)
  })

  test('of two concurrent refreshes with one token, at most one succeeds', async () => {
    const { refresh_token } = await start()
    const replies = await Promise.all([1, 2, 3].map(() => ask({ refresh_token })))
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 401, 401])
  })

  test('ends with the key’s secret', async () => {
    for (const end of [rotateApiKey, deleteApiKey]) {
      const key = await makeKey(h.app, h.account, null)
      const { refresh_token } = (await ask({ client_id: key.client_id, client_secret: key.client_secret }))
        .body
      await inTransaction<unknown>(h.app.db, (tx) => end(tx, h.account.id, key.id, new Date()))
      expectFlat(await ask({ refresh_token }), 401, 'Invalid refresh token')
    }
  })
})

describe('revoking', () => {
  test.each(['access_token', 'refresh_token'])('by the %s ends both, with an empty answer', async (which) => {
    const tokens = (await ask(credentials())).body
    const { status, body } = await revoke(h.account.token, { token: tokens[which] })
    expect({ status, body }).toEqual({ status: 200, body: '' })
    expect(await isGood(tokens.access_token)).toBe(false)
    expectFlat(await ask({ refresh_token: tokens.refresh_token }), 401, 'Invalid refresh token')
  })

  test('the token that authenticates the request can be revoked', async () => {
    const { access_token } = (await ask(credentials())).body
    expect((await revoke(access_token, { token: access_token })).status).toBe(200)
    expect(await isGood(access_token)).toBe(false)
    expect((await revoke(access_token, { token: access_token })).status).toBe(401)
  })

  test.each([
    ['JSON', (token: string): [unknown, Record<string, string>] => [{ token }, JSON_TYPE]],
    ['multipart', (token: string): [unknown, Record<string, string>] => [multipart({ token }), {}]],
  ])('accepts %s', async (_, request) => {
    const { access_token } = (await ask(credentials())).body
    expect((await h.client.post('/v1/oauth/revoke', ...request(access_token))).status).toBe(200)
    expect(await isGood(access_token)).toBe(false)
  })

  test('leaves a token of another account valid, with the same response', async () => {
    const stranger = await makeAccount(h.app)
    const { status, body } = await revoke(h.account.token, { token: stranger.token })
    expect({ status, body }).toEqual({ status: 200, body: '' })
    expect(await isGood(stranger.token)).toBe(true)
  })

  test('an invalid token is not an error', async () => {
    expect((await revoke(h.account.token, { token: 'abc' })).status).toBe(200)
  })

  test.each<[string, unknown, Record<string, string>]>([
    ['without the parameter', '', FORM],
    ['without a body', undefined, {}],
    ['with half a JSON document', '{"token"', JSON_TYPE],
  ])('is refused %s', async (_, body, headers) => {
    const reply = await h.client.post('/v1/oauth/revoke', body, headers)
    expect(reply.status).toBe(400)
    expect(reply.body.errors[0].detail).not.toBe('')
  })

  test('a body over 1 MB is refused', async () => {
    expect((await revoke(h.account.token, { token: 'x'.repeat(1024 * 1024) })).status).toBe(413)
  })

  test('needs a token', async () => {
    expect((await nobody.post('/v1/oauth/revoke', `token=${h.account.token}`, FORM)).status).toBe(401)
    expect(await isGood(h.account.token)).toBe(true)
  })
})

describe('with PASSWORD_GRANT on', () => {
  let p: Harness
  beforeAll(async () => {
    p = await startHarness({ settings: { PASSWORD_GRANT: 'on', TOKEN_TTL: '120' } })
    const password_hash = await hashPassword(p.app.config, 'correct horse')
    await p.app.db.updateTable('users').set({ email: 'olivia@example.com', password_hash }).execute()
  })
  afterAll(() => p.close())

  const signIn = (fields: Record<string, string>) => ask(fields, p.clientWith(null))
  const right = { username: 'olivia@EXAMPLE.com', password: 'correct horse' }

  test.each([
    ['', {}],
    [' and grant_type', { grant_type: 'password' }],
  ])('a user signs in with name and password%s, and has all permissions', async (_, besides) => {
    const { status, body } = await signIn({ ...right, ...besides })
    expect({ status, expires_in: body.expires_in }).toEqual({ status: 200, expires_in: 120 })
    const client = p.clientWith(body.access_token)
    const me = await client.get('/v1/me')
    expect(me.body.data.attributes.email).toBe('olivia@example.com')
    const contact = {
      data: { type: 'contacts', attributes: { email: `${crypto.randomUUID()}@example.com` } },
    }
    expect((await client.post('/v1/contacts', contact)).status).toBe(201)
    expect((await signIn({ refresh_token: body.refresh_token })).status).toBe(200)
  })

  test('a wrong password, an unknown user and a user without a password are refused alike', async () => {
    await makeAccount(p.app)
    const others = await p.app.db
      .selectFrom('users')
      .select('email')
      .where('password_hash', 'is', null)
      .execute()
    for (const username of [right.username, 'nobody@example.com', others[0]!.email]) {
      expectFlat(await signIn({ username, password: 'wrong' }), 401, 'Invalid client credentials')
    }
  })

  test('client credentials sent with a password must be valid', async () => {
    const { clientId: client_id, clientSecret: client_secret } = p.account
    const foreign = await makeAccount(p.app)
    expectFlat(await signIn({ ...right, client_id, client_secret: 'x' }), 401, 'Invalid client credentials')
    const others = { client_id: foreign.clientId, client_secret: foreign.clientSecret }
    expectFlat(await signIn({ ...right, ...others }), 401, 'Invalid client credentials')
    const { status, body } = await signIn({ ...right, client_id, client_secret })
    expect(status).toBe(200)
    const { refresh_token } = body
    expectFlat(await signIn({ refresh_token, ...others }), 401, 'Invalid client credentials')
    expect((await signIn({ refresh_token, client_id, client_secret })).status).toBe(200)
  })

  test('after ten wrong passwords a network must wait, also with the right one; other networks need not', async () => {
    await p.app.db.deleteFrom('attempts').execute()
    for (let i = 0; i < 10; i++)
      expectFlat(await signIn({ ...right, password: `guess ${i}` }), 401, 'Invalid client credentials')
    const refused = await signIn(right)
    expectFlat(refused, 429, 'too_many_requests')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(14 * 60)
    const elsewhere = { email: right.username, password: right.password, client: null, source: '203.0.113.9' }
    expect(await issueForUser(p.app, elsewhere)).toMatchObject({ token_type: 'Bearer' })
    await p.app.db.deleteFrom('attempts').execute()
  })

  test('correct passwords are not counted: a client can get a token with each run', async () => {
    for (let i = 0; i < 11; i++) expect((await signIn(right)).status).toBe(200)
  })

  test('a new password ends the tokens issued for the previous one, and no others', async () => {
    const { access_token, refresh_token } = (await signIn(right)).body
    const accountId = (await p.app.tokens.verifyAccess(access_token))!.accountId
    await setPassword(p.app, accountId, right.username, 'another correct horse')
    expect((await p.clientWith(access_token).get('/v1/me')).status).toBe(401)
    expectFlat(await signIn({ refresh_token }), 401, 'Invalid refresh token')
    expect((await p.client.get('/v1/me')).status).toBe(200)
    await setPassword(p.app, accountId, right.username, right.password)
  })

  test('while as many password checks wait as may, a further one is refused', async () => {
    let isAsked = false
    // 2 are checked and 30 wait; whoever is done asks again at once, so that a request meets a full queue however late.
    const checks = Array.from({ length: 32 }, async () => {
      do await isPassword(p.app.config, 'guess', null)
      while (!isAsked)
    })
    const refused = await signIn(right)
    isAsked = true
    await Promise.all(checks)
    expectFlat(refused, 503, 'overloaded')
    expect(refused.headers.get('retry-after')).toBe('2')
    expect((await signIn(right)).status).toBe(200)
  })

  test('a name without a password, or the reverse, is refused', async () => {
    expectFlat(await signIn({ username: right.username }), 400, 'invalid_request')
    expectFlat(await signIn({ grant_type: 'password', password: 'x' }), 400, 'invalid_request')
  })
})
