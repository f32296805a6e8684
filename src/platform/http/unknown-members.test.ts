import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { documentedAs } from '../jsonapi/documented.ts'
import type { ApiError } from '../jsonapi/errors.ts'
import { type Route, route } from './route.ts'
import { readUnknownMembers } from './unknown-members.ts'

const Part = Type.Object({ id: Type.String(), amount_in_cents: Type.Optional(Type.Integer()) })

const routeWith = (refusesUnknown: boolean): Route =>
  route({
    kind: 'open',
    access: 'public',
    method: 'POST',
    url: '/v1/parts',
    tag: 'parts',
    summary: '',
    refusesUnknown,
    body: Type.Object({
      data: Type.Object({
        attributes: Type.Object({
          parts: Type.Optional(Type.Array(Part)),
          extra: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
          read: Type.Optional(documentedAs(Type.Record(Type.String(), Type.Unknown()), Part)),
        }),
      }),
      meta: Type.Optional(Type.Object({ notify: Type.Optional(Type.Boolean()) })),
    }),
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
  const names = Array.from({ length: 100_000 }, (_, index) => [`amount_${index}`, 1])
  const from = performance.now()
  expect(errors({ data: { attributes: Object.fromEntries(names) } })).toEqual([
    422,
    'unknown_member',
    expect.anything(),
    expect.any(Number),
  ])
  expect(performance.now() - from).toBeLessThan(30_000)
})
