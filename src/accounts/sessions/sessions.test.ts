import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { countAttempt } from '../../platform/auth/attempts.ts'
import { inTransaction } from '../../platform/db/database.ts'
import { hashPassword } from '../../platform/secrets/secrets.ts'
import { makeAccount, makeContact, makeKey, makeOffer, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { changeRole, createRole } from '../roles.ts'
import { setPassword } from '../set-password.ts'
import { changeUserRole, createUser } from '../users.ts'

const PASSWORD = 'a rather long password'
const OWN_PAGE = { 'x-requested-with': 'portal', 'sec-fetch-site': 'same-origin' }

let h: Harness
let email: string
beforeAll(async () => {
  h = await startHarness()
  await inTransaction(h.app.db, (tx) =>
    createRole(h.app.resources, tx, {
      accountId: h.account.id,
      name: 'Helpers',
      permissions: ['view:contacts'],
      now: h.app.clock.now(),
    }),
  )
})
afterAll(() => h.close())

/** Of a user with the role Helpers, new in each test. */
let counter = 0
beforeEach(async () => {
  email = `sam${++counter}@example.com`
  await inTransaction(h.app.db, (tx) =>
    createUser(tx, { accountId: h.account.id, name: 'Sam', email, role: 'Helpers', now: h.app.clock.now() }),
  )
  const password_hash = await hashPassword(h.app.config, PASSWORD)
  await h.app.db.updateTable('users').set({ password_hash }).where('email', '=', email).execute()
  await changePermissions(['view:contacts'])
})

const changePermissions = (permissions: string[]) =>
  inTransaction(h.app.db, (tx) =>
    changeRole(h.app.resources, tx, {
      accountId: h.account.id,
      name: 'helpers',
      permissions,
      now: h.app.clock.now(),
    }),
  )

const signIn = (password = PASSWORD, headers: Record<string, string> = OWN_PAGE, address = email) =>
  h
    .clientWith(null)
    .post('/v1/sessions', { data: { type: 'sessions', attributes: { email: address, password } } }, headers)

/** The headers of a page that is signed in. */
async function session(): Promise<Record<string, string>> {
  const { status, headers } = await signIn()
  expect(status).toBe(201)
  return { ...OWN_PAGE, cookie: headers.get('set-cookie')!.split(';')[0]! }
}

const send = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
  h.clientWith(null).send(method, path, body, headers)

test('a session is a cookie that scripts and other sites cannot use, and that /v1 alone receives', async () => {
  const { body, headers } = await signIn()
  expect(headers.get('set-cookie')).toMatch(
    /^bestow_session=[\w.-]+; Max-Age=1209600; Path=\/v1; HttpOnly; SameSite=Strict$/i,
  )
  expect(headers.get('cache-control')).toBe('no-store')
  const ends = new Date(h.app.clock.now().getTime() + 14 * 86_400_000)
  const difference = new Date(body.data.attributes.expires_at).getTime() - ends.getTime()
  expect(Math.abs(difference)).toBeLessThan(60_000)
})

test('a session may do what the role of its user permits now', async () => {
  const headers = await session()
  const { body } = await send('GET', '/v1/me', headers)
  expect(body.data.attributes).toMatchObject({ email, permissions: ['view:contacts'] })
  expect((await send('GET', '/v1/contacts', headers)).status).toBe(200)
  const contact = { data: { type: 'contacts', attributes: { name: 'Ada', email: `ada-${email}` } } }
  const refused = await send('POST', '/v1/contacts', headers, contact)
  expect([refused.status, refused.body.errors[0].detail]).toEqual([
    403,
    'The API key or the role of its user lacks the permission manage:contacts.',
  ])
  await changePermissions(['view:contacts', 'manage:contacts'])
  expect((await send('POST', '/v1/contacts', headers, contact)).status).toBe(201)
})

test('a grant needs the permission of the role, too, and is recorded as the user’s', async () => {
  const headers = await session()
  const path = `/v1/contacts/${await makeContact(h.app, h.account.siteId)}/relationships/offers`
  const body = offersBody([await makeOffer(h.app, h.account.siteId)])
  expect((await send('POST', path, headers, body)).status).toBe(403)
  await changePermissions(['view:contacts', 'view:grants', 'manage:grants'])
  const granted = await send('POST', path, headers, body)
  expect(granted.status).toBe(200)
  const { id } = (await h.app.db.selectFrom('users').select('id').where('email', '=', email).execute())[0]!
  const grant = await send('GET', `/v1/grants/${granted.body.meta.offers[0].grant_id}`, headers)
  expect(grant.body.data.attributes.granted_by).toBe(`user:${id}`)
})

describe('a request that another site may have had the browser send is 403', () => {
  test.each([
    ['without the header X-Requested-With', {}],
    ['from another site', { 'x-requested-with': 'portal', 'sec-fetch-site': 'cross-site' }],
    ['from another host of the same domain', { 'x-requested-with': 'portal', 'sec-fetch-site': 'same-site' }],
  ])('%s', async (_which, given) => {
    const { cookie } = await session()
    const { status, body } = await send('GET', '/v1/me', { ...given, cookie: cookie! } as Record<
      string,
      string
    >)
    expect([status, body.errors[0].code]).toEqual([403, 'cross_site_request'])
    expect((await signIn(PASSWORD, given as Record<string, string>)).status).toBe(403)
  })
})

test('signing out ends the session, here and for whoever has copied the cookie', async () => {
  const headers = await session()
  const { status, headers: answered } = await send('DELETE', '/v1/sessions/current', headers)
  expect([status, answered.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')])
  const { status: after, body } = await send('GET', '/v1/me', headers)
  expect([after, body.errors[0].code]).toEqual([401, 'unauthorized'])
})

test('a user can end another session of theirs, and of nobody else', async () => {
  const { body } = await signIn()
  const path = `/v1/sessions/${body.data.id}`
  for (const other of [path.slice(0, -1), '/v1/sessions/7'])
    expect((await send('DELETE', other, await session())).status).toBe(404)
  expect((await h.client.delete(path)).status).toBe(404)
  const { status, headers } = await send('DELETE', path, await session())
  expect([status, headers.get('set-cookie')]).toEqual([204, null])
  expect((await send('DELETE', path, await session())).status).toBe(404)
})

test('a new password ends the session', async () => {
  const headers = await session()
  await setPassword(h.app, h.account.id, email, `${PASSWORD}, changed`)
  expect((await send('GET', '/v1/me', headers)).status).toBe(401)
})

test('a wrong password and an unknown e-mail get the same answer, and guesses are limited', async () => {
  const answers = [await signIn('wrong'), await signIn(PASSWORD, OWN_PAGE, 'nobody@example.com')]
  for (const { status, body, headers } of answers) {
    expect([status, body.errors[0].detail]).toEqual([401, 'The e-mail or the password is wrong.'])
    expect(headers.get('set-cookie')).toBeNull()
  }
  const attempt = { realm: 'users', kind: 'token', person: email, source: '127.0.0.1' } as const
  for (let guess = 0; guess < 9; guess++) await countAttempt(h.app, attempt)
  const { status, headers } = await signIn()
  expect([status, Number(headers.get('retry-after')) > 0]).toEqual([429, true])
})

test('the token of a session is valid in its cookie alone, and an access token is not valid there', async () => {
  const { cookie } = await session()
  const token = cookie!.split('=')[1]!
  expect((await h.clientWith(token).get('/v1/me')).status).toBe(401)
  const headers = { ...OWN_PAGE, cookie: `bestow_session=${h.account.token}` }
  expect((await send('GET', '/v1/me', headers)).status).toBe(401)
})

test('an access token counts, not a cookie beside it', async () => {
  const { cookie } = await session()
  const { body } = await h.client.get('/v1/me', { cookie: cookie! })
  expect(body.data.attributes.email).not.toBe(email)
})

test('a key may do what both its permissions and the role of its user permit', async () => {
  const [{ id } = { id: '' }] = await h.app.db
    .selectFrom('users')
    .select('id')
    .where('email', '=', email)
    .execute()
  const account = { ...h.account, userId: id }
  await changePermissions(['view:contacts', 'view:offers'])
  const permissionsWith = async (wanted: string[] | null) => {
    const { token } = await makeKey(h.app, account, wanted)
    return (await h.clientWith(token).get('/v1/me')).body.data.attributes.permissions.sort()
  }
  expect(await permissionsWith(null)).toEqual(['view:contacts', 'view:offers'])
  expect(await permissionsWith(['view:offers', 'manage:offers'])).toEqual(['view:offers'])
  expect(await permissionsWith([])).toEqual([])
  // The owner has no role.
  const { token } = await makeKey(h.app, h.account, ['manage:offers'])
  expect((await h.clientWith(token).get('/v1/me')).body.data.attributes.permissions).toEqual([
    'manage:offers',
  ])
})

test('roles and users belong to their account, and its owner has no role', async () => {
  const other = await makeAccount(h.app)
  const change = (accountId: string, address: string) =>
    inTransaction(h.app.db, (tx) => changeUserRole(tx, accountId, address, 'Helpers', h.app.clock.now()))
  await expect(change(other.id, email)).rejects.toMatchObject({ status: 404 })
  const { body } = await h.client.get('/v1/me')
  await expect(change(h.account.id, body.data.attributes.email)).rejects.toMatchObject({ status: 422 })
  const adding = inTransaction(h.app.db, (tx) =>
    createUser(tx, {
      accountId: other.id,
      name: 'Max',
      email: 'max@example.com',
      role: 'Helpers',
      now: h.app.clock.now(),
    }),
  )
  await expect(adding).rejects.toThrow(
    'There is no role Helpers. Roles of the account: Sub-owner, Administrator, Support.',
  )
})
