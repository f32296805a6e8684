/** The links of users, setting up an account, password resets, and the sessions that they start. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MovableClock } from '../platform/clock/clock.ts'
import { inTransaction } from '../platform/db/database.ts'
import { makeUser, unique } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { createSetupLink } from './setup/set-up.ts'
import { createSignInLink } from './sign-in-link.ts'

const OWN_PAGE = { 'x-requested-with': 'portal', 'user-agent': 'Firefox/146' }
const PASSWORD = 'a rather long password'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const tokenOf = (link: string) => link.split('/').at(-1)!

const post = (path: string, type: string, attributes: object) =>
  h.clientWith(null).post(path, { data: { type, attributes } }, OWN_PAGE)

const byLink = (token: string) => post('/v1/sessions', 'sessions', { token })
const byPassword = (email: string, password = PASSWORD) =>
  post('/v1/sessions', 'sessions', { email, password })

const sessionOf = ({ headers }: { headers: Headers }) => ({
  ...OWN_PAGE,
  cookie: headers.get('set-cookie')!.split(';')[0]!,
})

const send = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
  h.clientWith(null).send(method, path, body, headers)

const linkFor = (userId: string) =>
  inTransaction(h.app.db, (tx) => createSignInLink(h.app, tx, { accountId: h.account.id, userId }))

test('a sign-in link works once, within an hour, and ends the link before it', async () => {
  const { id, email } = await makeUser(h.app, h.account, [])
  const [first, second] = [tokenOf(await linkFor(id)), tokenOf(await linkFor(id))]
  expect((await byLink(first)).status).toBe(401)
  const session = await byLink(second)
  expect(session.status).toBe(201)
  const { body } = await send('GET', '/v1/me', sessionOf(session))
  expect(body.data.attributes.email).toBe(email)
  expect((await byLink(second)).body.errors[0].code).toBe('invalid_link')
  const late = tokenOf(await linkFor(id))
  await (h.app.clock as MovableClock).advance(h.app.db, 3_601_000)
  expect((await byLink(late)).status).toBe(401)
})

test('guesses at links are limited for each network', async () => {
  const guesses = await Promise.all(Array.from({ length: 25 }, (_, n) => byLink(`guess-${n}`)))
  expect(new Set(guesses.map(({ status }) => status))).toEqual(new Set([401, 429]))
  await h.app.db.deleteFrom('attempts').execute()
})

test('of a link only the hash is stored', async () => {
  const { id } = await makeUser(h.app, h.account, [])
  const token = tokenOf(await linkFor(id))
  const rows = await h.app.db.selectFrom('user_links').selectAll().execute()
  expect(
    JSON.stringify(rows.map((row) => ({ ...row, token_hash: row.token_hash.toString() }))),
  ).not.toContain(token)
})

test('a setup link creates an account with its owner and site, once; the others end', async () => {
  const [one, two] = [tokenOf(await createSetupLink(h.app)), tokenOf(await createSetupLink(h.app))]
  const n = unique()
  const setup = (token: string, more: object = {}) =>
    post('/v1/setup', 'setups', {
      token,
      name: 'Ada Lovelace',
      email: `ada${n}@example.com`,
      password: PASSWORD,
      account_name: 'Northlight',
      site_title: 'Northlight Studio',
      subdomain: `northlight-${n}`,
      ...more,
    })
  const refused = await setup(one, { subdomain: 'Not one!' })
  expect([refused.status, refused.body.errors[0].source.pointer]).toEqual([422, '/data/attributes/subdomain'])
  const { status, ...answer } = await setup(one)
  expect(status).toBe(201)
  const headers = sessionOf(answer)
  const me = await send('GET', '/v1/me', headers)
  expect(me.body.data.attributes).toMatchObject({ role_level: 'OWNER', role: null, name: 'Ada Lovelace' })
  const sites = await send('GET', '/v1/sites', headers)
  expect(sites.body.data[0].attributes).toMatchObject({ title: 'Northlight Studio', time_zone: 'UTC' })
  expect((await byPassword(`ada${n}@example.com`)).status).toBe(201)
  const ended = await setup(two, { email: `other${n}@example.com`, subdomain: `other-${n}` })
  expect([ended.status, ended.body.errors[0].detail]).toEqual([
    401,
    expect.stringContaining('bestow accounts setup-link'),
  ])
})

test('a password reset is sent to users alone, sets the password once, and ends the other sessions', async () => {
  const { id, email } = await makeUser(h.app, h.account, [])
  const before = sessionOf(await byLink(tokenOf(await linkFor(id))))
  for (const address of [email, 'nobody@example.com'])
    expect((await post('/v1/password_resets', 'password_resets', { email: address })).status).toBe(202)
  await h.drain()
  const { body } = await h.client.get('/v1/emails?filter[kind]=user_password')
  expect(body.data.map((sent: { attributes: { to_email: string } }) => sent.attributes.to_email)).toEqual([
    email,
  ])
  const [, token] = /\/admin\/reset\/([\w-]+)/.exec(body.data[0].attributes.text)!
  const redeem = (password: string) =>
    post('/v1/password_resets/redeem', 'password_resets', { token, password })
  expect((await redeem('short')).status).toBe(422)
  const redeemed = await redeem(PASSWORD)
  expect(redeemed.status).toBe(201)
  expect((await send('GET', '/v1/me', before)).status).toBe(401)
  expect((await send('GET', '/v1/me', sessionOf(redeemed))).status).toBe(200)
  expect((await byPassword(email)).status).toBe(201)
  expect((await redeem(PASSWORD)).status).toBe(401)
})

test('a user sees their sessions and signs out everywhere else; keys stay', async () => {
  const { id } = await makeUser(h.app, h.account, [])
  const first = sessionOf(await byLink(tokenOf(await linkFor(id))))
  const second = sessionOf(await byLink(tokenOf(await linkFor(id))))
  await send('GET', '/v1/me', second)
  await h.app.keyUses.settle()
  const { body } = await send('GET', '/v1/sessions', second)
  const shown = body.data.map(({ attributes }: { attributes: Record<string, unknown> }) => attributes)
  expect(shown).toHaveLength(2)
  expect(shown).toContainEqual(
    expect.objectContaining({
      current: true,
      browser: 'Firefox/146',
      started_from: '127.0.0.1',
      last_used_from: '127.0.0.1',
      last_used_at: expect.any(String),
    }),
  )
  expect((await send('DELETE', '/v1/sessions', second)).status).toBe(204)
  const states = [await send('GET', '/v1/me', first), await send('GET', '/v1/me', second)]
  expect(states.map(({ status }) => status)).toEqual([401, 200])
  expect((await h.client.get('/v1/me')).status).toBe(200)
})

test('a user changes their name and, with the current one, their password; a key does not', async () => {
  const { id, email } = await makeUser(h.app, h.account, [])
  const headers = sessionOf(await byLink(tokenOf(await linkFor(id))))
  const change = (attributes: object) =>
    send('PATCH', '/v1/me', headers, { data: { type: 'users', id, attributes } })
  expect((await change({ name: 'Samira' })).body.data.attributes.name).toBe('Samira')
  expect((await change({ password: PASSWORD })).status).toBe(200)
  const other = sessionOf(await byPassword(email))
  const next = `${PASSWORD}, changed`
  expect((await change({ password: next })).body.errors[0].source.pointer).toBe('/data/attributes')
  expect((await change({ password: next, current_password: 'wrong' })).status).toBe(422)
  expect((await change({ password: next, current_password: PASSWORD })).status).toBe(200)
  const states = [await send('GET', '/v1/me', headers), await send('GET', '/v1/me', other)]
  expect(states.map(({ status }) => status)).toEqual([200, 401])
  const byKey = await h.client.patch('/v1/me', { data: { type: 'users', attributes: { name: 'Key' } } })
  expect([byKey.status, byKey.body.errors[0].code]).toEqual([403, 'session_required'])
})

test.each([
  ['Europe/Madrid', 200, 'Europe/Madrid'],
  ['america/los_angeles', 200, 'America/Los_Angeles'],
  ['Europe/Atlantis', 422, undefined],
  ['+01:00', 422, undefined],
])('the time zone of a site: %s', async (time_zone, expected, shown) => {
  const id = h.account.siteId
  const { status, body } = await h.client.patch(`/v1/sites/${id}`, {
    data: { type: 'sites', id, attributes: { time_zone } },
  })
  expect([status, body.data?.attributes.time_zone]).toEqual([expected, shown])
})
