import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { documentedAs } from '../jsonapi/documented.ts'
import type { ApiError } from '../jsonapi/errors.ts'
import { type Route, route } from './route.ts'
import { readUnknownMembers } from './unknown-members.ts'

const Part = Type.Object({ id: Type.String(), amount_in_cents: Type.Optional(Type.Integer()) })

const Body = Type.Object({
  data: Type.Object({
    attributes: Type.Object({
      parts: Type.Optional(Type.Array(Part)),
      extra: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      read: Type.Optional(documentedAs(Type.Record(Type.String(), Type.Unknown()), Part)),
    }),
  }),
  meta: Type.Optional(Type.Object({ notify: Type.Optional(Type.Boolean()) })),
})

const routeWith = (refusesUnknown: boolean, hasBody = true): Route =>
  route({
    kind: 'open',
    access: 'public',
    method: 'POST',
    url: '/v1/parts',
    tag: 'parts',
    summary: '',
    refusesUnknown,
    query: Type.Object({ dry_run: Type.Optional(Type.Boolean()) }),
    ...(hasBody && { body: Body }),
    responses: {},
    handler: async () => ({}),
  })

const DOCUMENT = {
  data: {
    attributes: {
      parts: [{ id: '1' }, { id: '2', 'a/b': 1, none: null }],
      extra: { any: 1 },
      read: { any: 1 },
      colour: 'red',
    },
  },
  meta: { notfy: false },
}

test('attributes that a route does not know are reported with their place, also in lists', () => {
  const pointers = readUnknownMembers(routeWith(false), DOCUMENT).map(({ source }) => source)
  expect(pointers).toEqual([
    { pointer: '/data/attributes/parts/1/a~1b' },
    { pointer: '/data/attributes/colour' },
  ])
  for (const body of [null, 'x', [], { data: [] }, { data: { attributes: 'x' } }])
    expect(readUnknownMembers(routeWith(false), body)).toEqual([])
})

/** The code, the places and the sentence of the first error. */
function refusalOf(route: Route, body: object) {
  try {
    return readUnknownMembers(route, body)
  } catch (error) {
    const { code, source, message, others } = error as ApiError
    return [code, [source, ...others.map((each) => each.source)], message]
  }
}

test('members beside the attributes are reported, or refused with their place, and so is a body that none takes', () => {
  const misplaced = {
    data: { type: 'parts', id: '1', links: {}, parts: [], attribute: {} },
    parts: [],
    meta: {},
  }
  expect(readUnknownMembers(routeWith(false), misplaced)).toEqual([
    {
      reason: 'There is no member parts in the document: it belongs into /data/attributes',
      source: { pointer: '/parts' },
    },
    {
      reason: 'There is no member parts in /data: it belongs into /data/attributes',
      source: { pointer: '/data/parts' },
    },
    { reason: 'There is no member attribute in /data', source: { pointer: '/data/attribute' } },
  ])
  expect(refusalOf(routeWith(true), misplaced)).toEqual([
    'unknown_member',
    [{ pointer: '/parts' }, { pointer: '/data/parts' }, { pointer: '/data/attribute' }],
    'Unknown member parts. It belongs into /data/attributes.',
  ])
  expect(refusalOf(routeWith(true), { data: { attribute: {} } })).toContain(
    'Unknown member attribute. Did you mean attributes?',
  )
  expect(refusalOf(routeWith(true), { part: [] })).toContain(
    'Unknown member part. Did you mean parts in /data/attributes?',
  )
  const needless = { data: { type: 'parts', id: '1', attributes: { parts: [] } }, parts: [] }
  expect(readUnknownMembers(routeWith(false, false), needless)).toHaveLength(2)
  expect(refusalOf(routeWith(true, false), needless)).toEqual([
    'unknown_member',
    [{ pointer: '/parts' }, { pointer: '/data/attributes/parts' }],
    'Unknown member parts. This operation takes no attributes.',
  ])
  expect(readUnknownMembers(routeWith(true, false), { data: { type: 'parts', id: '1' }, links: {} })).toEqual(
    [],
  )
})

test('a dry run that a body asks for is refused everywhere: it is a parameter of the query', () => {
  for (const body of [
    { dry_run: true },
    { data: { dry_run: true } },
    { data: { attributes: { dry_run: true } } },
    { meta: { dry_run: true } },
  ]) {
    for (const hasBody of [true, false])
      expect(refusalOf(routeWith(false, hasBody), body)).toContain(
        'Unknown member dry_run. It is a parameter of the query, as in ?dry_run=true.',
      )
  }
})

test('where they decide about money they are refused, as many as there may be in linear time', () => {
  const errors = (body: object) => {
    try {
      return readUnknownMembers(routeWith(true), body)
    } catch (error) {
      const { status, code, source, others } = error as ApiError
      return [status, code, source, others.length]
    }
  }
  expect(errors(DOCUMENT)).toEqual([422, 'unknown_member', { pointer: '/data/attributes/parts/1/a~1b' }, 2])
  const names = Array.from({ length: 30_000 }, (_, index) => [`amount_${index}`, 1])
  const from = performance.now()
  const many = Object.fromEntries(names)
  for (const body of [many, { data: many }, { data: { attributes: many } }])
    expect(errors(body)?.slice(0, 2)).toEqual([422, 'unknown_member'])
  expect(performance.now() - from).toBeLessThan(30_000)
})
