import { randomUUID } from 'node:crypto'
import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deleteApiKey, rotateApiKey } from '../../accounts/api-keys/api-keys.ts'
import { issueForKey, revokeToken } from '../../accounts/oauth/issue-tokens.ts'
import { routes } from '../../api.ts'
import {
  exampleRequest,
  makeAccount,
  makeContact,
  makeKey,
  makeOffer,
  offersBody,
} from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal } from '../../testing/refusals.ts'
import type { MovableClock } from '../clock/clock.ts'
import { inTransaction } from '../db/database.ts'
import { deriveKey } from '../secrets/secrets.ts'
import { tokenSigner } from './tokens.ts'

let h: Harness
let contactId: string
let offerId: string
beforeAll(async () => {
  h = await startHarness()
  contactId = await makeContact(h.app, h.account.siteId)
  offerId = await makeOffer(h.app, h.account.siteId)
})
afterAll(() => h.close())

const OURS = deriveKey('a key that is only good for tests', 'tokens')
const path = () => `/v1/contacts/${contactId}/relationships/offers`

/** Claims of a valid token of the account. */
async function goodClaims() {
  return (await h.app.tokens.verifyAccess(h.account.token))!
}

/** A token that differs from a valid one in the given options only. */
async function forged({ key = OURS, alg = 'HS256', typ = 'at+jwt', iss = 'bestow', exp = '1h' } = {}) {
  const { accountId, keyId, familyId, epoch } = await goodClaims()
  return new SignJWT({ acc: accountId, key: keyId, fam: familyId, epo: epoch })
    .setProtectedHeader({ alg, typ })
    .setIssuer(iss)
    .setIssuedAt()
    .setExpirationTime(exp)
    .sign(key)
}

async function expectRefused(authorization: string | null): Promise<void> {
  const headers: Record<string, string> = authorization === null ? {} : { authorization }
  const client = h.clientWith(null)
  const { headers: answered } = await expectRefusal(h.app, () => client.get(path(), headers), 401)
  expect(answered.get('www-authenticate')).toBe('Bearer')
  for (const method of ['POST', 'PATCH', 'DELETE']) {
    const send = () =>
      client.send(method, path(), offersBody([offerId]), { ...headers, 'idempotency-key': 'k' })
    await expectRefusal(h.app, send, 401)
  }
  const contact = { data: { type: 'contacts', attributes: { email: 'new@example.com' } } }
  await expectRefusal(h.app, () => client.post('/v1/contacts', contact, headers), 401)
}

test('the token that the refused ones below are derived from is valid', async () => {
  expect((await h.clientWith(await forged()).get('/v1/me')).status).toBe(200)
})

test.each([
  ['no token', () => null],
  ['an empty header', () => ''],
  ['no scheme', () => h.account.token],
  ['another scheme', () => `Basic ${h.account.token}`],
  ['no token after the scheme', () => 'Bearer '],
  ['two tokens', () => `Bearer ${h.account.token} ${h.account.token}`],
  ['what is no token', () => 'Bearer abc'],
  ['what looks like one', () => 'Bearer a.b.c'],
  ['no signature', () => `Bearer ${h.account.token.split('.').slice(0, 2).join('.')}.`],
  [
    'a tampered signature',
    () => `Bearer ${h.account.token.slice(0, -2)}${h.account.token.endsWith('AA') ? 'BB' : 'AA'}`,
  ],
])('%s is refused', async (_, authorization) => {
  await expectRefused(authorization())
})

describe('a token is refused', () => {
  test.each([
    ['signed with another key', { key: deriveKey('the secret of another server....', 'tokens') }],
    ['signed with the key of links', { key: deriveKey('a key that is only good for tests', 'links') }],
    ['signed with another algorithm', { alg: 'HS512' }],
    ['of another type', { typ: 'JWT' }],
    ['with the type of a refresh token', { typ: 'rt+jwt' }],
    ['of another issuer', { iss: 'kajabi' }],
    ['that is expired', { exp: '-1s' }],
  ])('%s', async (_, change) => {
    await expectRefused(`Bearer ${await forged(change)}`)
  })

  test('that is not signed at all (alg none)', async () => {
    const { accountId, keyId, familyId, epoch } = await goodClaims()
    const jwt = new UnsecuredJWT({ acc: accountId, key: keyId, fam: familyId, epo: epoch })
    const unsigned = jwt.setIssuer('bestow').setExpirationTime('1h').encode()
    const header = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
    await expectRefused(`Bearer ${unsigned}`)
    await expectRefused(`Bearer ${header}.${unsigned.split('.')[1]}.`)
  })

  test('whose payload was tampered with', async () => {
    const [header, payload, signature] = h.account.token.split('.')
    const said = JSON.parse(Buffer.from(payload!, 'base64url').toString())
    const other = Buffer.from(JSON.stringify({ ...said, acc: '999' })).toString('base64url')
    await expectRefused(`Bearer ${header}.${other}.${signature}`)
  })

  test('that names a sign-in of another account, or none', async () => {
    const claims = await goodClaims()
    const other = await makeAccount(h.app)
    for (const change of [{ accountId: other.id }, { familyId: randomUUID() }, { epoch: claims.epoch + 1 }]) {
      await expectRefused(`Bearer ${await h.app.tokens.signAccess({ ...claims, ...change }, 60)}`)
    }
  })

  test('that is a refresh token', async () => {
    const { refresh_token } = (await issueForKey(h.app, h.account.clientId, h.account.clientSecret))!
    await expectRefused(`Bearer ${refresh_token}`)
  })

  test('that was revoked', async () => {
    const { access_token } = (await issueForKey(h.app, h.account.clientId, h.account.clientSecret))!
    await revokeToken(h.app, access_token, h.account.id)
    await expectRefused(`Bearer ${access_token}`)
  })

  test('of a key that was rotated', async () => {
    const key = await makeKey(h.app, h.account, null)
    await inTransaction(h.app.db, (tx) => rotateApiKey(tx, h.account.id, key.id, new Date()))
    await expectRefused(`Bearer ${key.token}`)
    expect(await issueForKey(h.app, key.client_id, key.client_secret)).toBe(null)
  })

  test('of a key that was deleted', async () => {
    const key = await makeKey(h.app, h.account, null)
    await inTransaction(h.app.db, (tx) => deleteApiKey(tx, h.account.id, key.id, new Date()))
    await expectRefused(`Bearer ${key.token}`)
    expect(await issueForKey(h.app, key.client_id, key.client_secret)).toBe(null)
  })
})

test('a token is valid until it expires by the application’s clock', async () => {
  let now = Date.now()
  const signer = tokenSigner(OURS, { now: () => new Date(now) })
  const token = await signer.signAccess(await goodClaims(), 60)
  now += 58_000
  expect(await signer.verifyAccess(token)).not.toBe(null)
  now += 3_000
  expect(await signer.verifyAccess(token)).toBe(null)
})

test.each(
  routes
    .filter(({ access }) => access !== 'public')
    .map((route) => [`${route.method} ${route.url}`, route] as const),
)('without a token nobody may %s', async (_, route) => {
  const { method, path, body } = exampleRequest(route, contactId)
  await expectRefusal(h.app, () => h.clientWith(null).send(method, path, body), 401)
})

describe('permissions', () => {
  test('a key with one permission can use its operations and no others', async () => {
    const client = h.clientWith((await makeKey(h.app, h.account, ['view:offers'])).token)
    expect((await client.get('/v1/offers')).status).toBe(200)
    expect((await client.get('/v1/me')).status).toBe(200)
    expect((await client.get('/v1/contacts')).status).toBe(403)
  })

  test('a key without permissions can still use GET /v1/me', async () => {
    const client = h.clientWith((await makeKey(h.app, h.account, [])).token)
    expect((await client.get('/v1/me')).status).toBe(200)
    expect((await client.get('/v1/offers')).status).toBe(403)
  })

  test.each([
    '/v1/contacts?include=offers',
    '/v1/contacts?include=site,customer.offers',
    '/v1/contacts/ID?include=offers',
  ])('a key cannot include resources that it may not view: %s', async (path) => {
    const key = await makeKey(h.app, h.account, ['view:contacts', 'view:customers', 'view:sites'])
    const { body } = await h.clientWith(key.token).get(path.replace('ID', contactId))
    expect(body.errors[0]).toMatchObject({ status: '403', source: { parameter: 'include' } })
    expect(body.errors[0].detail).toContain('view:offers')
  })

  test('resources that the key may view can be included, and tags, which have no permission of their own', async () => {
    const client = h.clientWith((await makeKey(h.app, h.account, ['view:contacts', 'view:offers'])).token)
    expect((await client.get('/v1/contacts?include=offers,tags')).status).toBe(200)
  })
})

test('a token ends when the clock of the server is moved past its expiry', async () => {
  await (h.app.clock as MovableClock).advance(h.app.db, (h.app.config.TOKEN_TTL + 1) * 1000)
  await expectRefused(`Bearer ${h.account.token}`)
})
