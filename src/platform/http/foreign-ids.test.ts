import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../../api.ts'
import { unknownFilters } from '../../people/contacts/filters/unknown-filters.ts'
import { resources } from '../../resources.ts'
import type { Client } from '../../testing/client.ts'
import { makeAccount } from '../../testing/fixtures.ts'
import { submissionBody } from '../../testing/forms.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { oneOfEach } from '../../testing/one-of-each.ts'
import { expectRefusal } from '../../testing/refusals.ts'
import type { Route } from './route.ts'

let h: Harness
let stranger: Client
/** An id of each type that belongs to the harness’s account. */
let ours: Record<string, string>
/** The same for the requesting account, so that only the foreign id is wrong. */
let theirs: Record<string, string>

beforeAll(async () => {
  h = await startHarness()
  const account = await makeAccount(h.app)
  stranger = h.clientWith(account.token)
  ours = await oneOfEach(h, h.client, h.account.siteId)
  theirs = await oneOfEach(h, stranger, account.siteId)
})
afterAll(() => h.close())

const resourceOf = (url: string) => resources.find(({ type }) => type === url.split('/')[2])

const typeOf = ({ url }: Route) => url.split('/')[2]!

const named = (some: Route[]) => some.map((route) => [`${route.method} ${route.url}`, route] as const)

/** A valid body for the resources of these ids. */
function bodyOf({ method, url }: Route, ids: Record<string, string>): unknown {
  if (method === 'GET' || (method === 'DELETE' && url.endsWith('}'))) return undefined
  const name = /\/relationships\/(\w+)$/.exec(url)?.[1]
  const related = name && resourceOf(url)!.relationships[name]!.type
  if (related) return { data: [{ type: related, id: ids[related] }] }
  if (url.endsWith('/submit')) return submissionBody({ name: 'Ada', email: 'ada@example.com' })
  const type = url.split('/')[2]!
  return { data: { type, attributes: {} } }
}

describe('our id in a body of another account is 404', () => {
  const relating = routes.filter(({ method, url }) => method !== 'GET' && url.includes('/relationships/'))
  test.each(named(relating))('%s', async (_, route) => {
    const path = route.url.replace('{id}', theirs[typeOf(route)]!)
    await expectRefusal(h.app, () => stranger.send(route.method, path, bodyOf(route, ours)), 404, {
      pointer: '/data/0',
    })
  })

  test('POST /v1/contacts with our site', async () => {
    const site = { data: { type: 'sites', id: ours.sites } }
    const attributes = { email: 'new@example.com' }
    const body = { data: { type: 'contacts', attributes, relationships: { site } } }
    await expectRefusal(h.app, () => stranger.post('/v1/contacts', body), 404, {
      pointer: '/data/relationships/site/data/id',
    })
  })
})

/** Filters of data that is not recorded, and the one with a list of ids: unknown ids match no contact. */
const sameForAllIds = [...Object.keys(unknownFilters), 'has_all_tag_id']

const keyOf = (name: string) => /\[(\w+)\]/.exec(name)![1]!

function referredTo(url: string, key: string): string | undefined {
  const { filters = {}, lookedUpFilters = {} } = resourceOf(url) ?? {}
  return key === 'site_id' ? 'sites' : { ...filters, ...lookedUpFilters }[key]?.refersTo
}

describe('our id in a filter of another account is 404', () => {
  const filters = routes
    .filter(({ method, url }) => method === 'GET' && !url.includes('{'))
    .flatMap(({ url, query }) =>
      Object.keys((query as { properties?: object } | undefined)?.properties ?? {})
        .filter((name) => /^filter\[\w*id\]$/.test(name) && !name.includes('external'))
        .map((name) => ({ url, name, type: referredTo(url, keyOf(name)) }))
        .filter(({ name }) => !sameForAllIds.includes(keyOf(name))),
    )

  test('the filters that take ids are found in the route table', () => {
    expect(filters.map(({ name }) => name)).toContain('filter[has_offer_id]')
    expect(filters.length).toBeGreaterThan(10)
  })

  test.each(filters)('GET $url?$name', async ({ url, name, type = 'resource' }) => {
    const ask = (id: string) => () => stranger.get(`${url}?${name}=${id}`)
    expect(ours[type], `no ${type} to try ${name} with`).toMatch(/^\d+$/)
    await expectRefusal(h.app, ask(ours[type]!), 404, { parameter: name })
    for (const id of ['999999', 'abc', '01', '9223372036854775808']) {
      await expectRefusal(h.app, ask(id), 404, { parameter: name })
    }
    expect((await ask(theirs[type]!)()).status).toBe(200)
  })
})
