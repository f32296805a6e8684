import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../../api.ts'
import { unknownFilters } from '../../people/contacts/filters/unknown-filters.ts'
import { makeAutomation } from '../../testing/automations.ts'
import type { Client } from '../../testing/client.ts'
import { makeAccount, makeContact, makeOffer, makeProduct, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { makeHook } from '../../testing/hooks.ts'
import { expectRefusal } from '../../testing/refusals.ts'
import { findResource } from '../jsonapi/resource.ts'
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
  ours = await oneOfEach(h.client, h.account.siteId)
  theirs = await oneOfEach(stranger, account.siteId)
})
afterAll(() => h.close())

/** Every type of resource with an id in a path belongs here: the test fails for a missing one. */
async function oneOfEach(client: Client, siteId: string): Promise<Record<string, string>> {
  const products = await makeProduct(h.app, siteId)
  const offers = await makeOffer(h.app, siteId, { productIds: [products] })
  const automations = await makeAutomation(h.app, siteId, {
    trigger: { event: 'contact_created' },
    actions: [{ action: 'stop' }],
  })
  const contacts = await makeContact(h.app, siteId)
  const granted = await client.post(`/v1/contacts/${contacts}/relationships/offers`, offersBody([offers]))
  await h.drain()
  const { body } = await client.get(`/v1/emails?filter[contact_id]=${contacts}`)
  const { customer_id: customers, offers: outcomes } = granted.body.meta
  const tag = { type: 'contact_tags', attributes: { name: 'VIP' } }
  const contact_tags = (await client.post('/v1/contact_tags', { data: tag })).body.data.id
  const hooks = await makeHook(h.app, siteId)
  const tested = await client.post(`/v1/hooks/${hooks}/test`)
  const template = { type: 'email_templates', attributes: { kind: 'gift' } }
  const email_templates = (await client.post('/v1/email_templates', { data: template })).body.data.id
  const [run] = (await client.get('/v1/automation_runs')).body.data
  return {
    automations,
    automation_runs: run.id,
    events: run.attributes.event_id,
    contact_tags,
    sites: siteId,
    products,
    offers,
    contacts,
    customers,
    emails: body.data[0].id,
    email_templates,
    grants: outcomes[0].grant_id,
    hooks,
    webhook_deliveries: tested.body.data.id,
  }
}

const typeOf = ({ url }: Route) => url.split('/')[2]!

const named = (some: Route[]) => some.map((route) => [`${route.method} ${route.url}`, route] as const)

/** A valid body for the resources of these ids. */
function bodyOf({ method, url }: Route, ids: Record<string, string>): unknown {
  if (method === 'GET' || (method === 'DELETE' && url.endsWith('}'))) return undefined
  const name = /\/relationships\/(\w+)$/.exec(url)?.[1]
  const related = name && findResource(url.split('/')[2]!)!.relationships[name]!.type
  if (related) return { data: [{ type: related, id: ids[related] }] }
  const type = url.split('/')[2]!
  return { data: { type, attributes: {} } }
}

describe('another account gets 404 at a URL with our id', () => {
  test.each(named(routes.filter(({ url }) => url.includes('{id}'))))('%s', async (_, route) => {
    const type = typeOf(route)
    const at = (ids: Record<string, string>) => route.url.replace('{id}', ids[type]!)
    expect(ours[type], `no ${type} to try ${route.url} with`).toMatch(/^\d+$/)
    const foreign = await expectRefusal(
      h.app,
      () => stranger.send(route.method, at(ours), bodyOf(route, theirs)),
      404,
    )
    expect(foreign.body.errors[0].detail).toContain(ours[type])
    // With an id of its own it is found; a run that has ended can be neither cancelled nor retried.
    if (route.method !== 'DELETE') {
      expect((await stranger.send(route.method, at(theirs), bodyOf(route, theirs))).status).toBeOneOf([
        200, 409,
      ])
    }
  })
})

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

const referredTo = (url: string, key: string) =>
  key === 'site_id' ? 'sites' : findResource(url.split('/')[2]!)?.filters[key]?.refersTo

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

test('lists of another account contain nothing of ours', async () => {
  for (const { url } of routes.filter(
    (route) => route.kind === 'read' && route.query && !route.url.includes('{'),
  )) {
    const { body } = await stranger.get(url)
    const type = url.split('/')[2]!
    const ids = body.data.map(({ id }: { id: string }) => id)
    expect(ids).toContain(theirs[type])
    expect(ids).not.toContain(ours[type])
  }
})
