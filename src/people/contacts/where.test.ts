import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeTag } from '../../testing/automations.ts'
import { makeAccount, makeContact, makeCustomField } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
let foreignTag: string
beforeAll(async () => {
  h = await startHarness()
  await makeContact(h.app, h.account.siteId, { name: 'Ada', email: 'ada@example.com' })
  await makeCustomField(h.app, h.account.siteId, { number: 1, type: 'NumberField' })
  foreignTag = await makeTag(h.app, (await makeAccount(h.app)).siteId)
})
afterAll(() => h.close())

const ask = (text: string, list = 'contacts') =>
  h.client.get(`/v1/${list}?${new URLSearchParams({ 'filter[where]': text })}`)

const subscribed = { filter: 'subscribed', value: true }
const any = (...parts: unknown[]) => ({ any: [subscribed, ...parts] })

describe.each(['contacts', 'customers'])('in a list of %s', (list) => {
  test.each<[what: string, where: unknown, status: number, code: string, pointer: string]>([
    ['an unknown filter', any({ filter: 'shoe_size', value: 37 }), 400, 'unknown_filter', '/any/1/filter'],
    [
      'a value that makes no sense',
      any({ filter: 'created_in_last', value: 'week' }),
      400,
      'invalid',
      '/any/1/value',
    ],
    ['no value', any({ filter: 'subscribed' }), 400, 'missing', '/any/1'],
    ['something unknown', any({ ...subscribed, not: true }), 400, 'unknown_member', '/any/1/not'],
    ['a list that is none', { all: [{ any: {} }] }, 400, 'invalid', '/all/0/any'],
    [
      'a tag that there is not',
      any({ filter: 'has_tag_id', value: 999_999 }),
      404,
      'not_found',
      '/any/1/value',
    ],
    [
      'a segment that there is not',
      any({ filter: 'segment_id', value: 999_999 }),
      404,
      'not_found',
      '/any/1/value',
    ],
    [
      'a field that there is not',
      any({ filter: 'custom_7', value: 1 }),
      422,
      'unknown_custom_field',
      '/any/1/filter',
    ],
    [
      'an operator of another type',
      any({ filter: 'custom_1_cont', value: 1 }),
      400,
      'unknown_filter',
      '/any/1/filter',
    ],
    ['a value of another type', any({ filter: 'custom_1_gt', value: 'x' }), 400, 'invalid', '/any/1/value'],
    ['a zero byte', any({ filter: 'name_contains', value: 'a\0b' }), 400, 'invalid_document', '/any/1/value'],
  ])('%s is an error with its place in the JSON', async (_, where, status, code, pointer) => {
    const answer = await ask(JSON.stringify(where), list)
    const [error] = answer.body.errors
    expect([answer.status, error.code, error.source, error.meta]).toEqual([
      status,
      code,
      { parameter: 'filter[where]' },
      { pointer },
    ])
    expect(error.detail).toContain(`filter[where] at ${pointer}: `)
  })

  test('a tag of another account is 404', async () => {
    const { status, body } = await ask(JSON.stringify(any({ filter: 'has_tag_id', value: foreignTag })), list)
    expect([status, body.errors[0].meta]).toEqual([404, { pointer: '/any/1/value' }])
  })

  test.each([
    ['no JSON', 'has_tag_id:7', 'invalid_json'],
    ['nothing', ' ', 'invalid_filter'],
    ['no object', '7', 'invalid'],
    ['too many filters', JSON.stringify({ any: Array(101).fill(subscribed) }), 'too_long'],
    ['too many characters', JSON.stringify({ filter: 'search', value: 'x'.repeat(8_000) }), 'too_long'],
  ])('%s is an error of the parameter', async (_, text, code) => {
    const { status, body } = await ask(text, list)
    expect([status, body.errors[0].code, body.errors[0].source]).toEqual([
      400,
      code,
      { parameter: 'filter[where]' },
    ])
    expect(body.errors[0].meta).toBeUndefined()
  })
})

test('groups that are nested without end are refused, in an instant', async () => {
  const levels = 400
  const { status, body } = await ask(`${'{"all":['.repeat(levels)}${']}'.repeat(levels)}`)
  expect([status, body.errors[0].source]).toEqual([400, { parameter: 'filter[where]' }])
})

test('links to the other pages keep the condition', async () => {
  const where = JSON.stringify({ any: [{ filter: 'search', value: 'Ada' }] })
  const { body } = await ask(where)
  expect(new URL(body.links.self).searchParams.get('filter[where]')).toBe(where)
  expect(body.meta.total_count).toBe(1)
})

test('a list by cursor takes a condition, too', async () => {
  const query = new URLSearchParams({
    'page[after]': '',
    'filter[where]': JSON.stringify({ filter: 'name_contains', value: 'Bob' }),
  })
  expect((await h.client.get(`/v1/contacts?${query}`)).body.data).toEqual([])
})

test('with EXTENSIONS=off it remains: without it, others would be found', async () => {
  const plain = await startHarness({ settings: { EXTENSIONS: 'off' } })
  await makeContact(plain.app, plain.account.siteId)
  const query = new URLSearchParams({
    'filter[where]': JSON.stringify({ filter: 'search', value: 'Nobody' }),
  })
  expect((await plain.client.get(`/v1/contacts?${query}`)).body.data).toEqual([])
  await plain.close()
})
