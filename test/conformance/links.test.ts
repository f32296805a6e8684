import { afterAll, beforeAll, expect, test } from 'vitest'
import { routes } from '../../src/api.ts'
import { resources } from '../../src/resources.ts'
import { startHarness } from '../../src/testing/harness.ts'
import { openWorld, type World } from './valid-requests.ts'

let world: World
beforeAll(async () => {
  world = await openWorld(await startHarness())
})
afterAll(() => world.h.close())

/** Addresses anywhere in a document. */
function linksIn(value: unknown, isLink = false): string[] {
  if (typeof value === 'string') return isLink ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => linksIn(member, isLink || name === 'links'))
}

test('every kind of link leads to a document, on the host of the request', async () => {
  const documents = resources.flatMap(({ type, relationships }) => {
    const include = Object.keys(relationships).join()
    const query = include ? `?include=${include}` : ''
    return [`/v1/${type}`, `/v1/${type}/{id}`]
      .filter((url) => routes.some((route) => route.method === 'GET' && route.url === url))
      .map((url) => url.replace('{id}', world.ids[type]!) + query)
  })
  /** One address of each form: what differs is an id. */
  const links = new Map<string, string>()
  for (const path of documents) {
    const { body } = await world.client.get(path)
    for (const link of linksIn(body)) links.set(link.replace(/\d+/g, '#').split('?')[0]!, link)
  }
  expect(links.size).toBeGreaterThan(resources.length)
  for (const link of links.values()) {
    expect(link).toMatch(new RegExp(`^${world.h.url}/`))
    const { status, headers } = await world.client.get(link.slice(world.h.url.length))
    expect([link, status, headers.get('content-type')]).toEqual([link, 200, 'application/vnd.api+json'])
  }
})
