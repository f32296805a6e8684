import { expect, test } from 'vitest'
import { routes } from '../../api.ts'
import { resources } from '../../resources.ts'
import { defineResource } from './resource.ts'
import { connectResources } from './resources.ts'

test('the resources of the API are found by their types', () => {
  const { find, get } = connectResources(resources)
  for (const resource of resources) expect(get(resource.type)).toBe(resource)
  expect(find('shades')).toBeUndefined()
  expect(() => get('shades')).toThrow('There is no resource of the type "shades"')
})

test('every resource of the list has a route, and no list of the API is of another', () => {
  const listed = routes
    .filter(({ method, url }) => method === 'GET' && /^\/v1\/\w+\/\{id\}$/.test(url))
    .map(({ url }) => url.split('/')[2]!)
  const addressed = resources.filter(({ hasAddress }) => hasAddress !== false)
  expect(listed.sort()).toEqual(addressed.map(({ type }) => type).sort())
})

test('planted fault: a type that a relationship names and the list lacks fails at start', () => {
  const without = (lacking: string) => resources.filter(({ type }) => type !== lacking)
  expect(() => connectResources(without('offers'))).toThrow(
    'The relationship offers of contacts names the type "offers", which is not in the list of resources',
  )
  const named = new Set(
    resources.flatMap(({ relationships }) => Object.values(relationships).map(({ type }) => type)),
  )
  expect(named.size).toBeGreaterThan(5)
  for (const type of named) expect(() => connectResources(without(type))).toThrow(`"${type}"`)
})

test('planted fault: so do a filter and a permission of such a type, and two resources of one type', () => {
  const [some] = resources
  const other = (more: object) => defineResource({ ...some!, type: 'others', ...more })
  expect(() => connectResources([...resources, other({ permittedWith: 'nothing' })])).toThrow(
    'The permission of others names the type "nothing"',
  )
  const filters = { thing_id: { description: 'Of this thing', refersTo: 'things', build: () => {} } }
  expect(() => connectResources([...resources, other({ filters })])).toThrow(
    'The filter thing_id of others names the type "things"',
  )
  expect(() => connectResources([...resources, some!])).toThrow(`two resources of the type "${some!.type}"`)
})
