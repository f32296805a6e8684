import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MovableClock } from '../../platform/clock/clock.ts'
import { inTransaction } from '../../platform/db/database.ts'
import type { Client } from '../../testing/client.ts'
import { makeContact, makeKey, makeOffer, makeUser, offersBody, unique } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { changeRole } from '../roles.ts'

const KEYS = ['view:api_keys', 'manage:api_keys']

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const create = (client: Client, attributes: object) =>
  client.post('/v1/api_keys', {
    data: { type: 'api_keys', attributes: { name: `Key ${unique()}`, ...attributes } },
  })

const change = (client: Client, id: string, attributes: object) =>
  client.patch(`/v1/api_keys/${id}`, { data: { type: 'api_keys', id, attributes } })

const rotate = (client: Client, id: string) => client.post(`/v1/api_keys/${id}/rotate`)

const issue = (client_id: string, client_secret: string) =>
  h.clientWith(null).post('/v1/oauth/token', new URLSearchParams({ client_id, client_secret }).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
  })

const show = async (id: string) => (await h.client.get(`/v1/api_keys/${id}`)).body.data.attributes

/** A client with a key of its own that has these permissions; null: all. */
const clientOf = async (permissions: string[] | null, userId = h.account.userId) => {
  const key = await makeKey(h.app, { ...h.account, userId }, permissions)
  return { id: key.id, client: h.clientWith(key.token) }
}

test('a new key belongs to the user of the caller, and its secret is shown once and gets tokens', async () => {
  const { status, body } = await create(h.client, { name: 'Shop', permissions: ['view:contacts'] })
  expect(status).toBe(201)
  const { client_id, client_secret, ...shown } = body.data.attributes
  expect(shown).toMatchObject({ name: 'Shop', permissions: ['view:contacts'], active_tokens: 0 })
  expect(body.data.relationships.user.data).toEqual({ type: 'users', id: h.account.userId })
  expect(await show(body.data.id)).toEqual({ client_id, ...shown })
  const { access_token } = (await issue(client_id, client_secret)).body
  const me = await h.clientWith(access_token).get('/v1/me')
  expect(me.body.data.attributes.permissions).toEqual(['view:contacts'])
})

test('a repetition with an Idempotency-Key creates no second key, and does not show the secret again', async () => {
  const document = { data: { type: 'api_keys', attributes: { name: 'Once', permissions: [] } } }
  const headers = { 'idempotency-key': crypto.randomUUID() }
  const [first, second] = [
    await h.client.post('/v1/api_keys', document, headers),
    await h.client.post('/v1/api_keys', document, headers),
  ]
  expect(second.body.data.id).toBe(first.body.data.id)
  expect([
    first.body.data.attributes.client_secret.length,
    second.body.data.attributes.client_secret,
  ]).toEqual([43, undefined])
})

test('rotating ends the tokens of the previous secret, and shows the new one once', async () => {
  const { body } = await create(h.client, { permissions: ['view:contacts'] })
  const { client_id, client_secret } = body.data.attributes
  const before = h.clientWith((await issue(client_id, client_secret)).body.access_token)
  expect((await show(body.data.id)).active_tokens).toBe(1)
  const rotated = await rotate(h.client, body.data.id)
  const { client_secret: fresh, active_tokens, rotated_at } = rotated.body.data.attributes
  expect([rotated.status, active_tokens, rotated_at]).toEqual([200, 0, expect.any(String)])
  expect((await before.get('/v1/contacts')).status).toBe(401)
  expect((await issue(client_id, client_secret)).status).toBe(401)
  expect((await issue(client_id, fresh)).status).toBe(200)
  expect(await show(body.data.id)).not.toHaveProperty('client_secret')
})

test('a deleted key is gone with its tokens', async () => {
  const { body } = await create(h.client, { permissions: null })
  const { client_id, client_secret } = body.data.attributes
  const client = h.clientWith((await issue(client_id, client_secret)).body.access_token)
  expect((await h.client.delete(`/v1/api_keys/${body.data.id}`)).status).toBe(200)
  expect((await client.get('/v1/me')).status).toBe(401)
  expect((await h.client.get(`/v1/api_keys/${body.data.id}`)).status).toBe(404)
})

test('changed permissions apply to the next request of a token issued before', async () => {
  const { body } = await create(h.client, { permissions: ['view:contacts'] })
  const { client_id, client_secret } = body.data.attributes
  const client = h.clientWith((await issue(client_id, client_secret)).body.access_token)
  expect((await client.get('/v1/contacts')).status).toBe(200)
  await change(h.client, body.data.id, { permissions: ['view:offers'] })
  expect([(await client.get('/v1/contacts')).status, (await client.get('/v1/offers')).status]).toEqual([
    403, 200,
  ])
})

test('a key can rotate and delete itself', async () => {
  for (const act of [
    (client: Client, id: string) => rotate(client, id),
    (client: Client, id: string) => client.delete(`/v1/api_keys/${id}`),
  ]) {
    const { id, client } = await clientOf(KEYS)
    expect((await act(client, id)).status).toBe(200)
    expect((await client.get('/v1/me')).status).toBe(401)
  }
})

test('a key has only permissions that exist', async () => {
  const { status, body } = await create(h.client, { permissions: ['view:contacts', 'manage:money'] })
  expect([status, body.errors[0].code]).toEqual([422, 'unknown_permission'])
})

describe('nobody gives, or gets hold of, what they lack', () => {
  const OWN = [...KEYS, 'view:contacts']

  test('a limited key creates and changes keys with a part of its own permissions', async () => {
    const { client } = await clientOf(OWN)
    const made = await create(client, { permissions: ['view:contacts'] })
    expect(made.status).toBe(201)
    expect((await change(client, made.body.data.id, { permissions: OWN })).status).toBe(200)
    for (const permissions of [['view:contacts', 'manage:contacts'], null]) {
      for (const refused of [
        await create(client, { permissions }),
        await change(client, made.body.data.id, { permissions }),
      ]) {
        expect([refused.status, refused.body.errors[0].source]).toEqual([
          403,
          { pointer: '/data/attributes/permissions' },
        ])
      }
    }
  })

  test('a limited key cannot change, rotate or delete a more powerful one', async () => {
    const { client } = await clientOf(OWN)
    for (const permissions of [null, [...OWN, 'manage:grants']]) {
      const { id } = await clientOf(permissions)
      const refused = [
        await change(client, id, { name: 'Mine' }),
        await rotate(client, id),
        await client.delete(`/v1/api_keys/${id}`),
      ]
      expect(refused.map(({ status }) => status)).toEqual([403, 403, 403])
      expect((await h.client.get(`/v1/api_keys/${id}`)).status).toBe(200)
    }
  })

  test('a key with all permissions may give all, within the role of its user', async () => {
    const user = await makeUser(h.app, h.account, [...OWN, 'view:offers'])
    const { client } = await clientOf(null, user.id)
    const made = await create(client, { permissions: null })
    expect(made.status).toBe(201)
    expect((await create(client, { permissions: ['manage:grants'] })).status).toBe(403)
    const { id } = await clientOf(null)
    expect((await rotate(client, id)).status).toBe(403)
    // What the role permits later, the key permits, too; a key of listed permissions does not.
    const listed = await clientOf([...OWN, 'view:offers'], user.id)
    expect((await create(listed.client, { permissions: null })).status).toBe(403)
  })

  test('the permissions of a key count as far as the role of its user permits them', async () => {
    const user = await makeUser(h.app, h.account, ['view:contacts'])
    const { id } = await clientOf(['view:contacts', 'manage:grants'], user.id)
    const { client } = await clientOf(OWN)
    expect((await rotate(client, id)).status).toBe(200)
    await inTransaction(h.app.db, (tx) =>
      changeRole(h.app.resources, tx, {
        accountId: h.account.id,
        name: user.role,
        permissions: ['view:contacts', 'manage:grants'],
        now: h.app.clock.now(),
      }),
    )
    expect((await rotate(client, id)).status).toBe(403)
  })
})

describe('the last use of a key', () => {
  const used = async (id: string) => {
    await h.app.keyUses.settle()
    const { last_used_at, last_used_from } = await show(id)
    return { at: last_used_at && new Date(last_used_at).getTime(), from: last_used_from }
  }
  const now = () => h.app.clock.now().getTime()

  test('is that of its token, then of its requests, grants included, to the minute', async () => {
    const { body } = await create(h.client, { permissions: ['manage:grants', 'view:grants'] })
    const { client_id, client_secret } = body.data.attributes
    const id = body.data.id
    expect(await used(id)).toEqual({ at: null, from: null })
    const client = h.clientWith((await issue(client_id, client_secret)).body.access_token)
    const first = await used(id)
    expect([first.from, now() - first.at < 10_000]).toEqual(['127.0.0.1', true])
    await client.get('/v1/me')
    expect(await used(id)).toEqual(first)
    await (h.app.clock as MovableClock).advance(h.app.db, 61_000)
    const contact = await makeContact(h.app, h.account.siteId)
    const offer = await makeOffer(h.app, h.account.siteId)
    await client.post(`/v1/contacts/${contact}/relationships/offers`, offersBody([offer]))
    expect((await used(id)).at - first.at).toBeGreaterThanOrEqual(61_000)
  })

  test('is not a refused request', async () => {
    const { id, client } = await clientOf([])
    await rotate(h.client, id)
    expect((await client.get('/v1/me')).status).toBe(401)
    expect((await used(id)).at).toBeNull()
  })
})

test('keys are found by their user and sorted by their last use', async () => {
  const user = await makeUser(h.app, h.account, ['view:contacts'])
  const { id } = await clientOf(null, user.id)
  const { body } = await h.client.get(`/v1/api_keys?filter[user_id]=${user.id}&include=user`)
  expect(body.data.map((key: { id: string }) => key.id)).toEqual([id])
  expect(body.included[0].attributes).toMatchObject({ email: user.email, role_level: 'ADMINISTRATOR' })
  expect((await h.client.get('/v1/api_keys?sort=-last_used_at')).status).toBe(200)
})
