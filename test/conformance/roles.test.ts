/** Every operation with every role that accounts begin with. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { builtInRoles } from '../../src/accounts/roles/built-in-roles.ts'
import { routes } from '../../src/api.ts'
import type { Route } from '../../src/platform/http/route.ts'
import { makeKey, makeUser } from '../../src/testing/fixtures.ts'
import { startHarness } from '../../src/testing/harness.ts'
import { aboutExisting, nameOf, openWorld, send, type World } from './valid-requests.ts'

let world: World
let tokens: Record<string, string>
beforeAll(async () => {
  const h = await startHarness()
  world = await openWorld(h)
  tokens = {}
  for (const [name, permissions] of Object.entries(builtInRoles(h.app))) {
    const user = await makeUser(h.app, h.account, [])
    const role = {
      type: 'roles',
      id: (await world.client.get(`/v1/roles?filter[name_eq]=${name}`)).body.data[0].id,
    }
    expect(permissions === null || permissions.length > 0).toBe(true)
    const changed = await world.client.patch(`/v1/users/${user.id}`, {
      data: { type: 'users', id: user.id, relationships: { role: { data: role } } },
    })
    expect(changed.status).toBe(200)
    tokens[name] = (await makeKey(h.app, { ...h.account, userId: user.id }, null)).token
  }
})
afterAll(() => world.h.close())

/** About what does not exist, so that nothing that later ones are about is changed. */
const requestOf = (route: Route) => ({
  ...aboutExisting(world, route),
  path: route.url.replace(/\{\w+\}/g, '999999999999'),
})

const guarded = routes.filter(({ access }) => access !== 'public' && access !== 'token')

describe.each(['Sub-owner', 'Administrator', 'Support'])('%s', (name) => {
  test.each(guarded.map((route) => [nameOf(route), route] as const))(
    '%s is 403 exactly when the role lacks its permission',
    async (_, route) => {
      const permissions = builtInRoles(world.h.app)[name]
      const { status } = await send(world, { ...requestOf(route), token: tokens[name]! })
      expect(status === 403).toBe(permissions !== null && !permissions!.includes(route.access))
    },
  )
})
