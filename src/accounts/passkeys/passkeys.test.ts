import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MovableClock } from '../../platform/clock/clock.ts'
import { Authenticator } from '../../testing/authenticator.ts'
import type { Client } from '../../testing/client.ts'
import { makeUser } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { addPasskey, answerOf, OWN_PAGE, optionsOf, signIn, signInHeaders } from '../../testing/passkeys.ts'
import { setPassword } from '../set-password.ts'

const ORIGIN = 'http://localhost:4711'
const PASSWORD = 'a rather long password'

let h: Harness
let nobody: Client
beforeAll(async () => {
  h = await startHarness({ settings: { PUBLIC_URL: ORIGIN } })
  nobody = h.clientWith(null)
})
afterAll(() => h.close())

interface Person {
  id: string
  headers: Record<string, string>
}

/** A new user who has signed in with their password. */
async function person(): Promise<Person> {
  const { id, email } = await makeUser(h.app, h.account, ['view:contacts'])
  await setPassword(h.app, h.account.id, email, PASSWORD)
  return { id, headers: await signInHeaders(nobody, { email, password: PASSWORD }) }
}

/** The same with a passkey. */
async function withPasskey(options: { counter?: number } = {}) {
  const authenticator = new Authenticator({ origin: ORIGIN, ...options })
  const user = await person()
  const added = await addPasskey(nobody, user.headers, authenticator)
  expect([added.status, added.body.errors]).toEqual([201, undefined])
  return { ...user, authenticator, passkeyId: added.body.data.id as string }
}

const minutesPass = (minutes: number) => (h.app.clock as MovableClock).advance(h.app.db, minutes * 60_000)

const stored = (id: string) =>
  h.app.db.selectFrom('passkeys').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

test('a user adds a passkey and signs in with it; counter, transports and last use are kept', async () => {
  const { id, headers, authenticator, passkeyId } = await withPasskey({ counter: 5 })
  const [listed] = (await nobody.get('/v1/passkeys', headers)).body.data
  expect(listed).toMatchObject({
    id: passkeyId,
    attributes: { name: 'MacBook', transports: ['internal'], is_backed_up: false, last_used_at: null },
  })
  expect(await stored(passkeyId)).toMatchObject({ user_id: id, counter: '5', transports: ['internal'] })

  const signedIn = await signInHeaders(nobody, { passkey: await answerOf(nobody, authenticator) })
  expect((await nobody.get('/v1/me', signedIn)).body.data.id).toBe(id)
  const { counter, used_at } = await stored(passkeyId)
  expect([counter, used_at !== null]).toEqual(['6', true])
})

test('adding and removing are recorded; a removed passkey signs nobody in', async () => {
  const { id, headers, authenticator, passkeyId } = await withPasskey()
  const answer = await answerOf(nobody, authenticator)
  expect((await nobody.delete(`/v1/passkeys/${passkeyId}`, undefined, headers)).status).toBe(204)
  expect((await signIn(nobody, { passkey: answer })).status).toBe(401)
  const { body } = await h.client.get('/v1/events?filter[event]=passkey_added,passkey_removed&page[size]=2')
  expect(body.data.map(({ attributes }: { attributes: object }) => attributes)).toMatchObject([
    { event: 'passkey_removed', actor: `user:${id}`, data: { user_id: id, passkey_id: passkeyId } },
    { event: 'passkey_added', actor: `user:${id}`, data: { user_id: id, passkey_id: passkeyId } },
  ])
})

test('a passkey is renamed and removed by its user alone', async () => {
  const { headers, passkeyId } = await withPasskey()
  const path = `/v1/passkeys/${passkeyId}`
  const renamed = { data: { type: 'passkeys', id: passkeyId, attributes: { name: '  Phone ' } } }
  const other = await person()
  expect((await nobody.patch(path, renamed, other.headers)).status).toBe(404)
  expect((await nobody.delete(path, undefined, other.headers)).status).toBe(404)
  expect((await nobody.patch(path, renamed, headers)).body.data.attributes.name).toBe('Phone')
})

describe('a challenge', () => {
  test('is used once', async () => {
    const { authenticator } = await withPasskey()
    const passkey = await answerOf(nobody, authenticator)
    const replies = await Promise.all([1, 2, 3].map(() => signIn(nobody, { passkey })))
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 401, 401])
  })

  test('is used once when a passkey is added', async () => {
    const { headers } = await person()
    const options = await optionsOf(nobody, '/v1/passkeys/options', headers)
    const add = () => {
      const credential = new Authenticator({ origin: ORIGIN }).create(options)
      const attributes = { name: 'Key', credential }
      return nobody.post('/v1/passkeys', { data: { type: 'passkeys', attributes } }, headers)
    }
    expect((await add()).status).toBe(201)
    const { status, body } = await add()
    expect([status, body.errors[0].detail]).toEqual([
      422,
      'Credential is not valid: its challenge was used before. Begin again.',
    ])
  })

  test('expires after ten minutes', async () => {
    const { authenticator } = await withPasskey()
    const [soon, late] = [await answerOf(nobody, authenticator), await answerOf(nobody, authenticator)]
    await minutesPass(9)
    expect((await signIn(nobody, { passkey: soon })).status).toBe(201)
    await minutesPass(2)
    expect((await signIn(nobody, { passkey: late })).status).toBe(401)
  })

  test.each([
    ['of another user', async (other: Person) => optionsOf(nobody, '/v1/passkeys/options', other.headers)],
    ['for signing in', async () => optionsOf(nobody, '/v1/sessions/passkey_options')],
    [
      'that the server has not given out',
      async () => ({ challenge: Buffer.alloc(54).toString('base64url') }),
    ],
    ['of another length', async () => ({ challenge: 'AAAA' })],
  ])('%s adds no passkey', async (_which, take) => {
    const { id, headers } = await person()
    const { challenge } = await take(await person())
    const user = { id: Buffer.from(id).toString('base64url') }
    const credential = new Authenticator({ origin: ORIGIN }).create({ challenge, user })
    const document = { data: { type: 'passkeys', attributes: { name: 'Key', credential } } }
    const { status, body } = await nobody.post('/v1/passkeys', document, headers)
    expect([status, body.errors[0].code, body.errors[0].source.pointer]).toEqual([
      422,
      'invalid',
      '/data/attributes/credential',
    ])
  })
})

describe('an answer is refused', () => {
  const refusal = async (passkey: object) => {
    const { status, body, headers } = await signIn(nobody, { passkey })
    return [status, body.errors[0].code, headers.get('set-cookie')]
  }
  const REFUSED = [401, 'invalid_passkey', null]

  test('of a page of another origin', async () => {
    const { authenticator } = await withPasskey()
    authenticator.options.origin = 'http://localhost:4712'
    expect(await refusal(await answerOf(nobody, authenticator))).toEqual(REFUSED)
  })

  test('of an authenticator that has checked neither finger nor PIN', async () => {
    const { authenticator } = await withPasskey()
    authenticator.options.isUserVerified = false
    expect(await refusal(await answerOf(nobody, authenticator))).toEqual(REFUSED)
  })

  test('of a copy of the authenticator, whose count is behind', async () => {
    const { authenticator } = await withPasskey({ counter: 5 })
    expect((await signIn(nobody, { passkey: await answerOf(nobody, authenticator) })).status).toBe(201)
    authenticator.options.counter = 5
    expect(await refusal(await answerOf(nobody, authenticator))).toEqual(REFUSED)
  })

  test('with another signature', async () => {
    const { authenticator } = await withPasskey()
    const [one, other] = [await answerOf(nobody, authenticator), await answerOf(nobody, authenticator)]
    const { signature } = other.response
    expect(await refusal({ ...one, response: { ...one.response, signature } })).toEqual(REFUSED)
  })

  test('that names another user', async () => {
    const { authenticator } = await withPasskey()
    const answer = await answerOf(nobody, authenticator)
    const userHandle = Buffer.from('1').toString('base64url')
    expect(await refusal({ ...answer, response: { ...answer.response, userHandle } })).toEqual(REFUSED)
  })

  test('of somebody who has left the team', async () => {
    const { id, authenticator } = await withPasskey()
    const answer = await answerOf(nobody, authenticator)
    expect((await h.client.delete(`/v1/users/${id}`)).status).toBe(200)
    expect(await refusal(answer)).toEqual(REFUSED)
  })

  test('after ten wrong ones within a quarter of an hour', async () => {
    const { authenticator } = await withPasskey()
    const right = await answerOf(nobody, authenticator)
    authenticator.options.isUserVerified = false
    const wrong = await answerOf(nobody, authenticator)
    for (let attempt = 0; attempt < 10; attempt++) expect(await refusal(wrong)).toEqual(REFUSED)
    const { status, headers } = await signIn(nobody, { passkey: right })
    expect([status, Number(headers.get('retry-after')) > 0]).toEqual([429, true])
    await minutesPass(16)
    expect((await signIn(nobody, { passkey: await renewed(authenticator) })).status).toBe(201)
  })

  const renewed = (authenticator: Authenticator) => {
    authenticator.options.isUserVerified = true
    return answerOf(nobody, authenticator)
  }
})

test('a page of another site cannot sign a user in, or use a session to add a passkey', async () => {
  const { headers, authenticator } = await withPasskey()
  const passkey = await answerOf(nobody, authenticator)
  const document = { data: { type: 'sessions', attributes: { passkey } } }
  for (const from of [{}, { ...OWN_PAGE, 'sec-fetch-site': 'cross-site' }])
    expect((await nobody.post('/v1/sessions', document, from as Record<string, string>)).status).toBe(403)
  const elsewhere = { ...headers, 'sec-fetch-site': 'cross-site' }
  expect((await nobody.post('/v1/passkeys/options', undefined, elsewhere)).status).toBe(403)
})

test('an API key cannot add a passkey', async () => {
  const { status, body } = await h.client.post('/v1/passkeys/options')
  expect([status, body.errors[0].code]).toEqual([403, 'session_required'])
})

test('the same passkey is not added twice, and a user has at most twenty', async () => {
  const { headers, authenticator } = await withPasskey()
  const again = await addPasskey(nobody, headers, authenticator)
  expect([again.status, again.body.errors[0].code]).toEqual([422, 'taken'])
  const options = await optionsOf(nobody, '/v1/passkeys/options', headers)
  expect(options.excludeCredentials).toMatchObject([{ id: authenticator.id.toString('base64url') }])
  for (let more = 0; more < 19; more++) {
    const added = await addPasskey(nobody, headers, new Authenticator({ origin: ORIGIN }))
    expect(added.status).toBe(201)
  }
  const { status, body } = await nobody.post('/v1/passkeys/options', undefined, headers)
  expect([status, body.errors[0].code]).toEqual([422, 'too_many'])
})

test('where the server is opened by its IP address, the answer says how passkeys become possible', async () => {
  const local = await startHarness()
  const { status, body } = await local.clientWith(null).post('/v1/sessions/passkey_options')
  await local.close()
  expect([status, body.errors[0].code]).toEqual([422, 'no_host_name'])
  expect(body.errors[0].detail).toMatch(/IP address 127\.0\.0\.1\. Open it at http:\/\/localhost:\d+/)
})
