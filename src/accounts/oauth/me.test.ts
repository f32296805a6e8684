import { afterAll, beforeAll, expect, test } from 'vitest'
import { permissionsOf } from '../../platform/auth/permissions.ts'
import { VERSION } from '../../platform/version.ts'
import { resources } from '../../resources.ts'
import { makeAccount } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

test('GET /v1/me returns the user of the token', async () => {
  const { status, body } = await h.client.get('/v1/me')
  expect(status).toBe(200)
  expect(body.data).toEqual({
    id: h.account.userId,
    type: 'users',
    attributes: {
      initials: 'OO',
      name: 'Olivia Owner',
      email: expect.stringMatching(/@example/),
      role_level: 'OWNER',
      role: null,
      has_password: false,
      permissions: permissionsOf(resources),
    },
  })
})

test.each([
  ['Olivia', 'O'],
  ['olivia van der owner', 'OO'],
  ['  Olivia   Owner ', 'OO'],
  ['🦊 Fox', '🦊F'],
  ['', ''],
])('the initials of %j are %j', async (name, initials) => {
  const account = await makeAccount(h.app)
  await h.app.db.updateTable('users').set({ name }).where('id', '=', account.userId).execute()
  expect((await h.clientWith(account.token).get('/v1/me')).body.data.attributes.initials).toBe(initials)
})

test('the version is returned to everyone, also with an invalid token', async () => {
  for (const token of [null, 'abc']) {
    const { status, body } = await h.clientWith(token).get('/v1/version')
    expect(status).toBe(200)
    expect(body.meta).toEqual({ title: 'Bestow', version: VERSION })
    expect(body.links.documentation).toBe(`${h.url}/docs`)
    expect(body.jsonapi.version).toBe('1.1')
  }
})
