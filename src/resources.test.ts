/** Every resource keeps the same promises when it is read; those that are written are in records.test.ts, too. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from './api.ts'
import { permissionsOf, viewing } from './platform/auth/permissions.ts'
import type { Resource } from './platform/jsonapi/resource.ts'
import { resources } from './resources.ts'
import type { Client } from './testing/client.ts'
import { makeKey } from './testing/fixtures.ts'
import { type Harness, startHarness } from './testing/harness.ts'
import { oneOfEach } from './testing/one-of-each.ts'
import { expectRefusal } from './testing/refusals.ts'

let h: Harness
let ids: Record<string, string>
beforeAll(async () => {
  h = await startHarness()
  ids = await oneOfEach(h, h.client, h.account.siteId)
})
afterAll(() => h.close())

interface Shown {
  id: string
  type: string
  attributes: Record<string, unknown>
  relationships: Record<string, { data?: Identifier | Identifier[] | null }>
}

type Identifier = Pick<Shown, 'id' | 'type'>

const clientWith = async (permissions: string[]): Promise<Client> =>
  h.clientWith((await makeKey(h.app, h.account, permissions)).token)

/** Those that have operations; others are only included. */
const listed = resources.filter(({ type }) => routes.some(({ url }) => url === `/v1/${type}`))

/** The words of which an attribute has one; null: it can have others. */
function wordsOf({ schema, write }: Resource['attributes'][string]): string[] | null {
  const { enum: words, anyOf } = { ...schema, ...write?.schema } as {
    enum?: string[]
    anyOf?: { const?: string }[]
  }
  if (words) return words
  return anyOf?.every((each) => typeof each.const === 'string') ? anyOf.map((each) => each.const!) : null
}

test('a filter by one of a few words refuses any other value, and names them', async () => {
  const ofWords = listed.flatMap(({ type, attributes, filters }) =>
    Object.entries(filters).flatMap(([filter, { description }]) => {
      const name = filter.replace(/_(eq|not_eq|in|not_in)$/, '')
      const isOfWords = attributes[name] && wordsOf(attributes[name]) !== null
      const namesWords = /(?:^|: )\w+, \w+(?:, \w+)*(?::|$)/.test(description)
      return namesWords || isOfWords ? [[type, filter] as const] : []
    }),
  )
  expect(ofWords.map((one) => one.join(' '))).toEqual(
    expect.arrayContaining([
      'purchases status',
      'purchases payment_type',
      'transactions state',
      'transactions payment_type_in',
      'coupons status',
      'custom_fields type_eq',
      'products publish_status_eq',
      'media kind_not_in',
      'grants source',
      'emails status',
    ]),
  )
  for (const [type, filter] of ofWords) {
    const { status, body } = await h.client.get(`/v1/${type}?filter[${filter}]=bogus`)
    expect([type, filter, status, body.errors?.[0]]).toMatchObject([
      type,
      filter,
      400,
      {
        source: { parameter: `filter[${filter}]` },
        detail: expect.stringMatching(/must be (one of \w+, \w+|true or false)/),
      },
    ])
  }
})

describe.each(listed.map((resource) => [resource.type, resource] as const))('%s', (type, resource) => {
  const list = `/v1/${type}`
  const one = () => `${list}/${ids[type]}`
  const read = async (path: string): Promise<Shown> => {
    const { status, body } = await h.client.get(path)
    expect(status).toBe(200)
    return [body.data].flat().find(({ id }: Shown) => id === ids[type])
  }

  test('is listed as it is shown on its own, with every attribute', async () => {
    const [listed, shown] = [await read(`${list}?filter[id_eq]=${ids[type]}`), await read(one())]
    expect(listed.attributes).toEqual(shown.attributes)
    const ofSite = resource.siteAttributes?.pattern
    const own = Object.keys(shown.attributes).filter((name) => !ofSite?.test(name))
    const always = Object.entries(resource.attributes).filter(([, { onRequest }]) => !onRequest)
    expect(own.sort()).toEqual(always.map(([name]) => name).sort())
    expect(Object.keys(shown.relationships).sort()).toEqual(Object.keys(resource.relationships).sort())
  })

  test('shows only the fields that are asked for; an unknown one is reported', async () => {
    const [name] = Object.keys(resource.attributes)
    const whole = await read(one())
    for (const path of [`${list}?filter[id_eq]=${ids[type]}&`, `${one()}?`]) {
      const { attributes, relationships } = await read(`${path}fields[${type}]=${name}`)
      expect(attributes).toEqual({ [name!]: whole.attributes[name!] })
      expect(Object.keys(relationships).length).toBe(Object.keys(whole.relationships).length)
      const { status, headers } = await h.client.get(`${path}fields[${type}]=shade`)
      expect([status, headers.get('warning')]).toEqual([200, expect.stringContaining('shade')])
    }
  })

  test('includes each related resource; an unknown relationship is reported', async () => {
    for (const path of [list, one()]) {
      for (const [name, related] of Object.entries(resource.relationships)) {
        const { status, body } = await h.client.get(`${path}?include=${name}`)
        expect(status).toBe(200)
        const named = [body.data].flat().flatMap(({ relationships }: Shown) => {
          const { data } = relationships[name]!
          return data ? [data].flat() : []
        })
        for (const identifier of named) expect(identifier.type).toBe(related.type)
        // What is shown already is not included again.
        const shown = related.type === type ? [body.data].flat().map(({ id }: Shown) => id) : []
        const expected = named.map(({ id }) => id).filter((id) => !shown.includes(id))
        expect(new Set(body.included.map(({ id }: Shown) => id))).toEqual(new Set(expected))
      }
      const { status, headers } = await h.client.get(`${path}?include=shades`)
      // Without any relationship, the parameter itself is unknown.
      const reported = Object.keys(resource.relationships).length > 0 ? 'shades' : 'include'
      expect([status, headers.get('warning')]).toEqual([200, expect.stringContaining(reported)])
    }
  })

  test('is sorted by every sort there is, in both directions, and by no other', async () => {
    for (const sort of Object.keys(resource.sorts)) {
      const idsBy = async (order: string) =>
        (await h.client.get(`${list}?sort=${order}&page[size]=500`)).body.data.map(({ id }: Shown) => id)
      expect(new Set(await idsBy(`-${sort}`))).toEqual(new Set(await idsBy(sort)))
    }
    await expectRefusal(h.app, () => h.client.get(`${list}?sort=shade`), 400, { parameter: 'sort' })
  })

  test('is seen with its permission alone, and included with that of what is included', async () => {
    const permission = viewing(resource)
    const allowed = await clientWith([permission])
    const others = await clientWith(permissionsOf(resources).filter((other) => other !== permission))
    for (const path of [list, one()]) {
      expect((await allowed.get(path)).status).toBe(200)
      const { body } = await expectRefusal(h.app, () => others.get(path), 403)
      expect(body.errors[0].detail).toContain(permission)
    }
    for (const [name, { type: related }] of Object.entries(resource.relationships)) {
      const needed = viewing(h.app.resources.get(related))
      const include = () => allowed.get(`${one()}?include=${name}`)
      if (needed === permission) expect((await include()).status).toBe(200)
      else {
        const { body } = await expectRefusal(h.app, include, 403, { parameter: 'include' })
        expect(body.errors[0].detail).toContain(needed)
      }
    }
  })
})

test('an id of every type that has an address is tried', () => {
  const addressed = routes.filter(({ url }) => /^\/v1\/\w+\/\{id\}$/.test(url))
  expect(Object.keys(ids).sort()).toEqual([...new Set(addressed.map(({ url }) => url.split('/')[2]!))].sort())
})
