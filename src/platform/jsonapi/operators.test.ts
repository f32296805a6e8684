import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeContact, makeOffer } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal } from '../../testing/refusals.ts'
import { operatorsOf } from './operators.ts'

const CREATED = '2026-01-31T09:30:00.123Z'
const LATER = '2026-02-01T00:00:00.000Z'

let h: Harness
const ids: Record<'contacts' | 'offers', Record<string, string>> = { contacts: {}, offers: {} }
beforeAll(async () => {
  h = await startHarness()
  const { siteId } = h.account
  for (const [name, created, updated] of [
    ['ada', CREATED, LATER],
    ['bob', LATER, CREATED],
  ] as const) {
    ids.contacts[name] = await makeContact(h.app, siteId, { name, email: `${name}@example.com` })
    // With microseconds, which are not shown.
    await h.app.pool.query(
      `update contacts set created_at = $2::timestamptz + interval '400 microseconds', updated_at = $3 where id = $1`,
      [ids.contacts[name], created, updated],
    )
  }
  for (const [name, internal_title, price_in_cents] of [
    ['basic', 'Spring 50% Sale', 900],
    ['full', null, 4900],
  ] as const) {
    const id = await makeOffer(h.app, siteId)
    ids.offers[name] = id
    const change = { title: `The ${name} offer`, internal_title, price_in_cents }
    await h.app.db.updateTable('offers').set(change).where('id', '=', id).execute()
  }
})
afterAll(() => h.close())

async function found(type: 'contacts' | 'offers', parameters: string): Promise<string[]> {
  const { status, headers, body } = await h.client.get(`/v1/${type}?${parameters}`)
  expect([status, headers.get('warning')]).toEqual([200, null])
  const known = Object.entries(ids[type])
  return body.data.map(({ id }: { id: string }) => known.find(([, one]) => one === id)?.[0]).sort()
}

describe('contacts', () => {
  test.each([
    // A shown time is not after itself, although it is stored with microseconds.
    [`filter[created_at_gt]=${CREATED}`, ['bob']],
    [`filter[created_at_gteq]=${CREATED}`, ['ada', 'bob']],
    [`filter[created_at_lt]=${CREATED}`, []],
    [`filter[created_at_lteq]=${CREATED}`, ['ada']],
    [`filter[created_at_gte]=${LATER}`, ['bob']],
    [`filter[created_at_lte]=${CREATED}`, ['ada']],
    ['filter[updated_at_gt]=2026-01-31T12:00:00Z', ['ada']],
    ['filter[updated_at_lt]=2026-02-01', ['bob']],
    ['filter[created_at_gt]=2026-01-01&filter[created_at_lt]=2026-02-01', ['ada']],
    ['filter[email_cont]=DA@', ['ada']],
    ['filter[name_cont]=bo', ['bob']],
    ['filter[name_i_cont]=BO', ['bob']],
    ['filter[external_user_id_null]=true', ['ada', 'bob']],
  ])('%s', async (parameters, expected) => {
    expect(await found('contacts', parameters)).toEqual(expected)
  })

  test.each([
    ['id_gt', ['bob']],
    ['id_lteq', ['ada']],
    ['id', ['ada']],
    ['id_eq', ['ada']],
    ['id_in', ['ada']],
  ])('filter[%s]', async (filter, expected) => {
    expect(await found('contacts', `filter[${filter}]=${ids.contacts.ada}`)).toEqual(expected)
  })

  test('several ids, including unknown ones', async () => {
    expect(await found('contacts', `filter[id]=${ids.contacts.bob},${ids.contacts.ada},999999,x`)).toEqual([
      'ada',
      'bob',
    ])
  })

  test.each([
    ['-updated_at', ['ada', 'bob']],
    ['updated_at', ['bob', 'ada']],
    ['id', ['ada', 'bob']],
    ['-id', ['bob', 'ada']],
  ])('sort=%s', async (sort, expected) => {
    const { body } = await h.client.get(`/v1/contacts?sort=${sort}`)
    expect(body.data.map(({ attributes }: { attributes: { name: string } }) => attributes.name)).toEqual(
      expected,
    )
  })
})

describe('offers', () => {
  test.each([
    ['filter[internal_title_cont]=50%25', ['basic']],
    ['filter[internal_title_i_cont]=spring', ['basic']],
    ['filter[internal_title_not_cont]=spring', ['full']],
    ['filter[internal_title_null]=true', ['full']],
    ['filter[internal_title_null]=false', ['basic']],
    ['filter[title_eq]=The full offer', ['full']],
    ['filter[title]=The full offer', ['full']],
    ['filter[title_not_eq]=The full offer', ['basic']],
    ['filter[title_start]=the b', ['basic']],
    ['filter[title_end]=Offer', ['basic', 'full']],
    ['filter[title_start]=%25', []],
    ['filter[title_in]=The full offer,The basic offer', ['basic', 'full']],
    ['filter[title_not_in]=The full offer,x', ['basic']],
    ['filter[title_contains]=FULL', ['full']],
    ['filter[price_in_cents_gt]=900', ['full']],
    ['filter[price_in_cents_gteq]=900', ['basic', 'full']],
    ['filter[price_in_cents_lt]=4900', ['basic']],
    ['filter[price_in_cents_lteq]=4900', ['basic', 'full']],
    ['filter[price_in_cents_eq]=4900', ['full']],
    ['filter[price_in_cents_not_eq]=4900', ['basic']],
  ])('%s', async (parameters, expected) => {
    expect(await found('offers', parameters)).toEqual(expected)
  })
})

describe('an invalid value is 400, and the error says what is valid', () => {
  test.each([
    ['created_at_gt', 'yesterday', '2026-01-31T09:30:00Z'],
    ['created_at_gt', '', '2026-01-31T09:30:00Z'],
    ['updated_at_lteq', '2026-02-30', '2026-01-31T09:30:00Z'],
    ['id_gt', 'abc', 'an id'],
    ['id_gt', '', 'empty'],
    ['id_eq', '', '1 to 500 values'],
    ['external_user_id_null', 'yes', 'true or false'],
    ['created_in_last', '36501', '0 to 36500'],
    ['created_in_last', '-1', '0 to 36500'],
    ['net_revenue_equal_to', '1e9', '15 digits'],
  ])('filter[%s]=%s', async (filter, value, detail) => {
    const parameter = `filter[${filter}]`
    const { body } = await expectRefusal(
      h.app,
      () => h.client.get(`/v1/contacts?${parameter}=${value}`),
      400,
      { parameter },
    )
    expect(body.errors[0].detail).toContain(parameter)
    expect(body.errors[0].detail).toContain(detail)
  })

  test('the longest valid period is accepted', async () => {
    expect((await h.client.get('/v1/contacts?filter[created_in_last]=36500')).body.data).toHaveLength(2)
  })
})

test('docs/filters.md lists every operator, with its meaning', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/filters.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `…_(\w+)` \| (\w+) \| ([^|]*) \|$/gm)].map(
    ([, name, kind, meaning]) => [kind, name, meaning],
  )
  const { email, ...listed } = operatorsOf
  expect(Object.keys(email)).toEqual(Object.keys(listed.text))
  const expected = Object.entries(listed).flatMap(([kind, operators]) =>
    Object.entries(operators).map(([name, { description }]) => [kind, name, description]),
  )
  expect(rows).toEqual([...expected, ['any', 'null', 'is not set: true or false']])
})
