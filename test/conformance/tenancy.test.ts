import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../../src/api.ts'
import type { Answer, ReadContext, Route } from '../../src/platform/http/route.ts'
import { makeAccount, makeKey } from '../../src/testing/fixtures.ts'
import { type Harness, startHarness } from '../../src/testing/harness.ts'
import { watchTables } from '../../src/testing/snapshot.ts'
import { leaksOf, positionsOf } from './tenancy.ts'
import { aboutExisting, nameOf, openWorld, send, typeOf, type World } from './valid-requests.ts'

/** Of the account that asks, so that only the foreign id is wrong. */
let own: World
let foreign: World
let changedTables: () => Promise<string[]>
beforeAll(async () => {
  const h = await startHarness()
  await startHigh(h)
  foreign = await openWorld(h)
  own = await openWorld(h, await makeAccount(h.app))
  changedTables = await watchTables(h.app)
})
afterAll(() => own.h.close())

/** Ids that are found in a response are no other numbers. */
async function startHigh({ app }: Harness): Promise<void> {
  await app.pool.query(
    `select setval(format('%I.%I', schemaname, sequencename)::regclass, 7000000 + 1000 * row_number() over ())
       from pg_sequences where schemaname = 'public'`,
  )
}

const guarded = routes.filter(({ access }) => access !== 'public')
const named = (some: Route[]) => some.map((route) => [nameOf(route), route] as const)

describe('an id of another account is answered like an id that nobody has, and nothing is written', () => {
  test.each(named(guarded))('%s', async (_, route) => {
    expect(await leaksOf(own, foreign, positionsOf(own, route), changedTables)).toEqual([])
  })

  test('ids are found in paths, filters and bodies', () => {
    const found = (name: string) =>
      positionsOf(own, guarded.find((route) => nameOf(route) === name)!).map((position) => position.name)
    expect(found('GET /v1/contacts')).toEqual(
      expect.arrayContaining(['filter[site_id]', 'filter[has_offer_id]']),
    )
    expect(found('PATCH /v1/contacts/{id}/relationships/offers')).toEqual(['path', '/data/0/id'])
    expect(found('POST /v1/bulk/grants')).toEqual([
      '/data/attributes/rows/0/offer_ids/0',
      '/data/relationships/site/data/id',
    ])
    expect(found('POST /v1/automations')).toEqual([
      '/data/attributes/trigger/resource_id',
      '/data/attributes/actions/0/offer_id',
      '/data/relationships/site/data/id',
    ])
  })
})

describe('an id that cannot exist is 404', () => {
  const IMPOSSIBLE = ['-infinity', 'NaN', '1e2', '0', '99999999999999999999', 'undefined']
  test.each(named(guarded.filter(({ url }) => url.includes('{id}'))))('%s', async (_, route) => {
    const inPath = positionsOf(own, route).find(({ name }) => name === 'path')!
    const replies = await Promise.all(IMPOSSIBLE.map((id) => send(own, inPath.withId(id))))
    expect(replies.map(({ status }, i) => [IMPOSSIBLE[i], status])).toEqual(IMPOSSIBLE.map((id) => [id, 404]))
  })
})

test('lists contain nothing of another account', async () => {
  for (const route of guarded.filter(({ method, url }) => method === 'GET' && /^\/v1\/\w+$/.test(url))) {
    const { body } = await own.client.get(route.url)
    if (!Array.isArray(body.data)) continue
    const ids = body.data.map(({ id }: { id: string }) => id)
    expect([route.url, ids]).toEqual([route.url, expect.arrayContaining([own.ids[typeOf(route)]])])
    expect(ids).not.toContain(foreign.ids[typeOf(route)])
  }
})

describe('without its permission an operation is refused, and nothing is written', () => {
  const permissions = [...new Set(guarded.map(({ access }) => access))].filter((access) => access !== 'token')
  /** Of a key with all permissions but one, by that one. */
  const tokens = new Map<string, string>()
  beforeAll(async () => {
    for (const missing of permissions) {
      const others = permissions.filter((permission) => permission !== missing)
      tokens.set(missing, (await makeKey(own.h.app, own.account, others)).token)
    }
    await changedTables()
  })

  test.each(named(guarded.filter(({ access }) => access !== 'token')))('%s', async (_, route) => {
    const token = tokens.get(route.access)!
    const { status, body } = await send(own, { ...aboutExisting(own, route), token })
    expect([status, await changedTables()]).toEqual([403, []])
    expect(body.errors[0].detail).toContain(route.access)
  })
})

describe('faults are found', () => {
  type Handler = (context: ReadContext) => Promise<Answer>

  /** What another account learns of a resource when the operation has this handler. */
  const leaksWith = async (name: string, wrap: (original: Handler) => Handler) => {
    const faulty = routes.map((route) =>
      nameOf(route) === name ? ({ ...route, handler: wrap(route.handler as Handler) } as Route) : route,
    )
    const h = await startHarness({ routes: faulty })
    const foreign = await openWorld(h)
    const own = await openWorld(h, await makeAccount(h.app))
    const [position] = positionsOf(own, routes.find((route) => nameOf(route) === name)!)
    const leaks = await leaksOf(own, foreign, [position!], await watchTables(h.app))
    await h.close()
    return leaks.join()
  }

  test('a read that forgets the account', async () => {
    const leaks = await leaksWith('GET /v1/contacts/{id}', (original) => async (context) => {
      const sites = await context.app.db.selectFrom('sites').select('id').execute()
      return original({ ...context, scope: { ...context.scope, siteIds: sites.map(({ id }) => id) } })
    })
    expect(leaks).toMatch(/path: 200 .* is not 404/)
  })

  test('a refusal that writes', async () => {
    const leaks = await leaksWith('PATCH /v1/contact_tags/{id}', (original) => async (context) => {
      await context.app.db.updateTable('contact_tags').set({ name: crypto.randomUUID() }).execute()
      return original(context)
    })
    expect(leaks).toContain('contact_tags has changed')
  })
})
