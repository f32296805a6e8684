/** Three JSON:API client libraries read every kind of document, and write. */
// @ts-expect-error it has no types
import Devour from 'devour-client'
import { Jsona } from 'jsona'
import Kitsu from 'kitsu'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../../src/api.ts'
import type { Resource } from '../../src/platform/jsonapi/resource.ts'
import { resources } from '../../src/resources.ts'
import { startHarness } from '../../src/testing/harness.ts'
import { openWorld, type World } from './valid-requests.ts'

// biome-ignore lint/suspicious/noExplicitAny: what a library makes of a resource of any type
type Any = any

let world: World
let kitsu: Kitsu
let devour: Any
const jsona = new Jsona()

beforeAll(async () => {
  world = await openWorld(await startHarness())
  const headers = { Authorization: `Bearer ${world.account.token}` }
  const baseURL = `${world.h.url}/v1`
  kitsu = new Kitsu({ baseURL, headers, pluralize: false, camelCaseTypes: false, resourceCase: 'none' })
  devour = new Devour({ apiUrl: baseURL, pluralize: false, logger: false })
  devour.headers = headers
  for (const { type, attributes, relationships } of resources)
    devour.define(type, modelOf(attributes, relationships))
})
afterAll(() => world.h.close())

/** What this library needs to know of a type. */
const modelOf = (attributes: object, relationships: Resource['relationships']) => ({
  ...Object.fromEntries(Object.keys(attributes).map((name) => [name, ''])),
  ...Object.fromEntries(
    Object.entries(relationships).map(([name, { kind, type }]) => [
      name,
      { jsonApi: kind === 'one' ? 'hasOne' : 'hasMany', type },
    ]),
  ),
})

const listed = resources.filter(({ type }) =>
  routes.some(({ method, url }) => method === 'GET' && url === `/v1/${type}`),
)

describe.each(listed.map((resource) => [resource.type, resource] as const))('%s', (type, resource) => {
  const includes = () => Object.keys(resource.relationships).join(',')
  const path = () => `/v1/${type}/${world.ids[type]}?include=${includes()}`
  const sent = async () => (await world.client.get(includes() ? path() : path().replace(/\?.*/, ''))).body

  /** Compares what a library read with the document. @param related how it represents a relationship */
  async function expectSame(read: Any, related: (value: Any) => Any = (value) => value): Promise<void> {
    const { data } = await sent()
    // An attribute `type`, which some resources have as in Kajabi, takes the place of the type.
    expect([read.id, read.type]).toEqual([data.id, data.attributes.type ?? data.type])
    for (const [name, value] of Object.entries(data.attributes))
      expect([name, read[name]]).toEqual([name, value])
    for (const [name, relationship] of Object.entries<Any>(data.relationships ?? {})) {
      if (!('data' in relationship)) continue
      const ids = [relationship.data ?? []].flat().map(({ id }: Any) => id)
      expect([name, [related(read[name]) ?? []].flat().map(({ id }: Any) => id)]).toEqual([name, ids])
    }
  }

  test('is read by jsona, alone and in a list', async () => {
    await expectSame(jsona.deserialize(await sent()))
    const { body } = await world.client.get(`/v1/${type}${includes() ? `?include=${includes()}` : ''}`)
    const found = (jsona.deserialize(body) as Any[]).find(({ id }) => id === world.ids[type])
    await expectSame(found)
  })

  test('is read by kitsu, alone and in a list', async () => {
    const params = includes() ? { include: includes() } : {}
    const { data } = (await kitsu.get(`${type}/${world.ids[type]}`, { params })) as Any
    await expectSame(data, (value) => value?.data)
    const list = (await kitsu.get(type, { params: { ...params, page: { size: 100 } } })) as Any
    await expectSame(
      list.data.find(({ id }: Any) => id === world.ids[type]),
      (value) => value?.data,
    )
    expect(list.links.self).toContain('page%5Bsize%5D=100')
  })

  test('is read by devour, alone and in a list', async () => {
    // Attributes that a site defines are not in the description of the type.
    devour.define(type, modelOf((await sent()).data.attributes, resource.relationships))
    const parameters = includes() ? { include: includes() } : {}
    await expectSame((await devour.find(type, world.ids[type], parameters)).data)
    const { data } = await devour.findAll(type, { ...parameters, page: { size: 100 } })
    await expectSame(data.find(({ id }: Any) => id === world.ids[type]))
  })
})

test('identifiers, errors and documents without data are read', async () => {
  const identifiers = (await world.client.get(`/v1/contacts/${world.ids.contacts}/relationships/offers`)).body
  expect(jsona.deserialize(identifiers)).toEqual([{ type: 'offers', id: world.ids.offers }])
  const failed = (await kitsu.get('contacts/0').catch((error: unknown) => error)) as Any
  expect(failed.errors[0]).toMatchObject({ status: '404', code: 'not_found' })
  await expect(devour.find('contacts', '0')).rejects.toMatchObject({ 0: { title: 'Not Found' } })
})

test('jsona writes a contact with its tags', async () => {
  const stuff = {
    type: 'contacts',
    email: 'jsona@example.com',
    name: 'Jsona',
    tags: [{ type: 'contact_tags', id: world.ids.contact_tags }],
    relationshipNames: ['tags'],
  }
  const document = jsona.serialize({ stuff }) as { data: Any; included?: unknown }
  const { status, headers, body } = await world.client.post('/v1/contacts', document)
  expect([status, headers.get('warning')]).toEqual([201, null])
  expect(body.data.relationships.tags.data).toEqual([{ type: 'contact_tags', id: world.ids.contact_tags }])
})

test('kitsu creates, changes and deletes', async () => {
  const made = (await kitsu.post('contacts', { email: 'kitsu@example.com', name: 'Kitsu' })) as Any
  expect(made.data.email).toBe('kitsu@example.com')
  const changed = (await kitsu.patch('contacts', { id: made.data.id, name: 'Changed' })) as Any
  expect(changed.data.name).toBe('Changed')
  await kitsu.delete('contacts', made.data.id)
  expect((await world.client.get(`/v1/contacts/${made.data.id}`)).status).toBe(404)
})

test('devour creates, changes and deletes', async () => {
  const made = await devour.create('contact_tags', { name: 'Devour' })
  expect(made.data.name).toBe('Devour')
  const changed = await devour.update('contact_tags', { id: made.data.id, name: 'Changed' })
  expect(changed.data.name).toBe('Changed')
  await devour.destroy('contact_tags', made.data.id)
  const { body } = await world.client.get('/v1/contact_tags?filter[name_contains]=Changed')
  expect(body.data).toEqual([])
})
