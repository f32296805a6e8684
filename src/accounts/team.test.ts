/** Users, roles and invitations: who may do what to whom. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { permissionsOf } from '../platform/auth/permissions.ts'
import { resources } from '../resources.ts'
import type { Client } from '../testing/client.ts'
import { makeAccount, makeKey, makeUser, unique } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'

const OWN_PAGE = { 'x-requested-with': 'portal' }
const PASSWORD = 'a rather long password'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

/** A client of a user with a role of these permissions. */
const clientOf = async (permissions: string[]) => {
  const user = await makeUser(h.app, h.account, permissions)
  const { token } = await makeKey(h.app, { ...h.account, userId: user.id }, null)
  return { ...user, client: h.clientWith(token) }
}

const roleNamed = async (name: string): Promise<{ id: string; attributes: Record<string, unknown> }> =>
  (await h.client.get(`/v1/roles?filter[name_eq]=${encodeURIComponent(name)}`)).body.data[0]

const setRole = (client: Client, user: string, role: string) =>
  client.patch(`/v1/users/${user}`, {
    data: { type: 'users', id: user, relationships: { role: { data: { type: 'roles', id: role } } } },
  })

const invite = (client: Client, roleId: string, email = `new${unique()}@example.com`) =>
  client.post('/v1/invitations', {
    data: {
      type: 'invitations',
      attributes: { email, name: 'Grace Hopper' },
      relationships: { role: { data: { type: 'roles', id: roleId } } },
    },
  })

const tokenOf = (link: string) => link.split('/').at(-1)!

const accept = (token: string, more: object = {}) =>
  h
    .clientWith(null)
    .post(
      '/v1/invitations/accept',
      { data: { type: 'invitations', attributes: { token, name: 'Grace', password: PASSWORD, ...more } } },
      OWN_PAGE,
    )

/** The headers of the session that an answer starts. */
const sessionOf = ({ headers }: { headers: Headers }) => ({
  ...OWN_PAGE,
  cookie: headers.get('set-cookie')!.split(';')[0]!,
})

test('every account begins with the roles sub-owner, administrator and support', async () => {
  const { body } = await h.client.get('/v1/roles')
  const built = body.data
    .slice(0, 3)
    .map(({ attributes }: { attributes: { name: string } }) => attributes.name)
  expect(built).toEqual(['Sub-owner', 'Administrator', 'Support'])
  const of = async (name: string) => (await roleNamed(name)).attributes.permissions as string[] | null
  expect(await of('Sub-owner')).toBeNull()
  expect(await of('Administrator')).toEqual(
    permissionsOf(resources).filter((each) => !['manage:users', 'configure:sites'].includes(each)),
  )
  const support = await of('Support')
  expect(support).toEqual(expect.arrayContaining(['manage:contacts', 'manage:grants', 'view:offers']))
  expect(support!.filter((each) => /hooks|api_keys|users|manage:offers|delete:contacts/.test(each))).toEqual(
    [],
  )
})

describe('users', () => {
  test('the owner gives another role, which applies to the next request', async () => {
    const { id, client } = await clientOf(['view:contacts'])
    expect((await client.get('/v1/offers')).status).toBe(403)
    const { status, body } = await setRole(h.client, id, (await roleNamed('Support')).id)
    expect([status, body.data.relationships.role.data.id]).toEqual([200, (await roleNamed('Support')).id])
    expect((await client.get('/v1/offers')).status).toBe(200)
  })

  test('nobody gives a role that permits more than they may do, changes their own, or somebody above them', async () => {
    const manager = await clientOf(['view:users', 'manage:users', 'view:contacts'])
    const plain = await makeUser(h.app, h.account, ['view:contacts'])
    const support = (await roleNamed('Support')).id
    const plainRole = (await roleNamed(plain.role)).id
    const above = await makeUser(h.app, h.account, ['manage:grants'])
    const answers = [
      await setRole(manager.client, plain.id, support),
      await setRole(manager.client, manager.id, plainRole),
      await setRole(manager.client, above.id, plainRole),
      await manager.client.delete(`/v1/users/${above.id}`),
    ]
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403])
    expect((await setRole(manager.client, plain.id, plainRole)).status).toBe(200)
  })

  test('a user can be sent back as returned, also without a role; a role cannot be taken away', async () => {
    const { id } = await clientOf(['view:contacts'])
    for (const user of [h.account.userId, id]) {
      const { data } = (await h.client.get(`/v1/users/${user}`)).body
      const { status, body } = await h.client.patch(`/v1/users/${user}`, { data })
      expect([status, body.data.relationships.role]).toEqual([200, data.relationships.role])
    }
    const relationships = { role: { data: null } }
    const refused = await h.client.patch(`/v1/users/${id}`, { data: { type: 'users', id, relationships } })
    expect([refused.status, refused.body.errors[0].source]).toEqual([
      422,
      { pointer: '/data/relationships/role/data' },
    ])
  })

  test('the owner has no role, and cannot leave', async () => {
    const { userId } = h.account
    const answers = [
      await setRole(h.client, userId, (await roleNamed('Support')).id),
      await h.client.delete(`/v1/users/${userId}`),
    ]
    expect(answers.map(({ status, body }) => [status, body.errors[0].code])).toEqual([
      [422, 'owner'],
      [422, 'owner'],
    ])
    const subOwner = await makeUser(h.app, h.account, [])
    await setRole(h.client, subOwner.id, (await roleNamed('Sub-owner')).id)
    const { token } = await makeKey(h.app, { ...h.account, userId: subOwner.id }, null)
    const key = await makeKey(h.app, h.account, null)
    const client = h.clientWith(token)
    expect((await client.post(`/v1/api_keys/${key.id}/rotate`)).status).toBe(403)
    const name = { data: { type: 'users', id: userId, attributes: { name: 'Nobody' } } }
    expect((await client.patch(`/v1/users/${userId}`, name)).status).toBe(403)
  })

  test('who leaves loses keys, sessions and tokens at once, and the address can be invited again', async () => {
    const { id, email, role, client } = await clientOf(['view:contacts'])
    expect((await h.client.delete(`/v1/users/${id}`)).status).toBe(200)
    expect((await client.get('/v1/me')).status).toBe(401)
    expect((await h.client.get(`/v1/users/${id}`)).status).toBe(404)
    expect((await h.client.get(`/v1/api_keys?filter[user_id]=${id}`)).body.data ?? []).toEqual([])
    const roleId = (await roleNamed(role)).id
    expect((await invite(h.client, roleId, email)).status).toBe(201)
  })
})

describe('roles', () => {
  const change = (client: Client, id: string, permissions: string[] | null) =>
    client.patch(`/v1/roles/${id}`, { data: { type: 'roles', id, attributes: { permissions } } })

  test('nobody creates or changes a role beyond what they may do, or their own', async () => {
    const manager = await clientOf(['view:users', 'manage:users', 'view:contacts'])
    const own = (await roleNamed(manager.role)).id
    const { id: above } = await roleNamed('Administrator')
    const create = (permissions: string[] | null) =>
      manager.client.post('/v1/roles', {
        data: { type: 'roles', attributes: { name: `Role of ${unique()}`, permissions } },
      })
    const made = await create(['view:contacts'])
    expect(made.status).toBe(201)
    const answers = [
      await create(['manage:contacts']),
      await create(null),
      await change(manager.client, made.body.data.id, ['manage:contacts']),
      await change(manager.client, own, ['view:contacts']),
      await change(manager.client, above, ['view:contacts']),
    ]
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403])
  })

  test('a role that somebody has, or is invited with, is not deleted', async () => {
    const { id, role } = await makeUser(h.app, h.account, ['view:contacts'])
    const path = `/v1/roles/${(await roleNamed(role)).id}`
    const { status, body } = await h.client.delete(path)
    expect([status, body.errors[0].code]).toEqual([422, 'in_use'])
    await h.client.delete(`/v1/users/${id}`)
    const invited = await invite(h.client, path.split('/').at(-1)!)
    expect((await h.client.delete(path)).status).toBe(422)
    await h.client.delete(`/v1/invitations/${invited.body.data.id}`)
    expect((await h.client.delete(path)).status).toBe(200)
  })
})

describe('invitations', () => {
  const support = async () => (await roleNamed('Support')).id

  test('send an e-mail with the link that the answer shows once; accepting creates the user, signed in', async () => {
    const { status, body } = await invite(h.client, await support())
    const { link, email, status: state } = body.data.attributes
    expect([status, state]).toEqual([201, 'pending'])
    expect(link).toMatch(new RegExp(`^${h.app.publicUrl}/admin/invite/[\\w-]{43}$`))
    expect((await h.client.get(`/v1/invitations/${body.data.id}`)).body.data.attributes.link).toBeUndefined()
    await h.drain()
    const sent = (await h.client.get(`/v1/emails?filter[to_email_eq]=${encodeURIComponent(email)}`)).body
      .data[0]
    expect(sent.attributes).toMatchObject({ kind: 'user_invitation', to_name: 'Grace Hopper' })
    expect(sent.attributes.text).toContain(link)
    const accepted = await accept(tokenOf(link))
    expect(accepted.status).toBe(201)
    const me = await h.clientWith(null).get('/v1/me', sessionOf(accepted))
    expect(me.body.data.attributes).toMatchObject({ email, name: 'Grace', role: 'Support' })
    expect((await accept(tokenOf(link))).body.errors[0].code).toBe('invalid_link')
    expect((await h.client.get(`/v1/invitations/${body.data.id}`)).status).toBe(404)
  })

  test('sent again, the link before ends; revoked, the last one does', async () => {
    const first = await invite(h.client, await support())
    const { id } = first.body.data
    const again = await h.client.post(`/v1/invitations/${id}/resend`)
    expect(again.status).toBe(200)
    expect((await accept(tokenOf(first.body.data.attributes.link))).status).toBe(401)
    expect((await h.client.delete(`/v1/invitations/${id}`)).status).toBe(200)
    expect((await accept(tokenOf(again.body.data.attributes.link))).status).toBe(401)
  })

  test('are for roles that the inviter covers, once for an address, and for nobody in the team', async () => {
    const { client, email } = await clientOf(['view:users', 'manage:users'])
    const role = await support()
    expect((await invite(client, role)).status).toBe(403)
    expect((await invite(h.client, role, email)).body.errors[0].code).toBe('taken')
    await invite(h.client, role, 'twice@example.com')
    expect((await invite(h.client, role, 'twice@example.com')).status).toBe(422)
  })

  test('for an address that signs in to another account: the invited person alone learns it, and gives another', async () => {
    const other = await makeAccount(h.app)
    const { body } = await h.clientWith(other.token).get('/v1/me')
    const invited = await invite(h.client, await support(), body.data.attributes.email)
    expect(invited.status).toBe(201)
    const token = tokenOf(invited.body.data.attributes.link)
    const refused = await accept(token)
    expect([refused.status, refused.body.errors[0].code]).toEqual([422, 'taken'])
    const email = `second${unique()}@example.com`
    expect((await accept(token, { email })).status).toBe(201)
  })
})
