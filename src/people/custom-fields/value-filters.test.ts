/** Custom fields as filters and sorts of lists, and as conditions. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inTransaction } from '../../platform/db/database.ts'
import type { Client } from '../../testing/client.ts'
import {
  makeAccount,
  makeContact,
  makeCustomField,
  makeOffer,
  makeSite,
  offersBody,
} from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal } from '../../testing/refusals.ts'
import { checkCondition } from '../contacts/check-condition.ts'
import { matchingContacts } from '../contacts/condition-sql.ts'
import { parseCondition } from '../contacts/conditions.ts'

let h: Harness
const people = new Map<string, string>()

const LONG = `${'long '.repeat(60)}end`

/** By name: custom_1 is a text, custom_2 a number, custom_3 a date, custom_4 a checkbox, custom_5 an e-mail address. */
const PEOPLE: Record<string, object> = {
  Ada: { custom_1: 'Red wine', custom_2: 10, custom_3: '2026-01-31', custom_4: true },
  Bob: { custom_1: 'red wine', custom_2: '9.5', custom_3: '2026-02-01', custom_4: false },
  Cleo: { custom_1: 'Red', custom_2: -3, custom_5: 'cleo@work.example' },
  Dan: { custom_1: `${LONG} d`, custom_2: 100 },
  Eve: { custom_1: `${LONG} e` },
  Finn: {},
}
const EVERYBODY = Object.keys(PEOPLE)
const except = (...names: string[]) => EVERYBODY.filter((name) => !names.includes(name))
const CUSTOMERS = ['Bob', 'Finn']

beforeAll(async () => {
  h = await startHarness()
  const { siteId } = h.account
  const types = ['TextField', 'NumberField', 'DateField', 'CheckboxField', 'EmailField'] as const
  for (const [index, type] of types.entries())
    await makeCustomField(h.app, siteId, { number: index + 1, type })
  // Another account has the same fields, and contacts of the same ids.
  const stranger = await makeAccount(h.app)
  await makeCustomField(h.app, stranger.siteId, { number: 1 })
  for (const [name, custom] of Object.entries(PEOPLE)) {
    const attributes = { name, email: `${name}@example.com`, ...custom }
    const { body } = await h.client.post('/v1/contacts', { data: { type: 'contacts', attributes } })
    people.set(name, body.data.id)
    const theirs = {
      ...attributes,
      custom_2: undefined,
      custom_3: undefined,
      custom_4: undefined,
      custom_5: undefined,
    }
    const data = { type: 'contacts', id: body.data.id, attributes: theirs }
    expect((await h.clientWith(stranger.token).post('/v1/contacts', { data })).status).toBe(201)
  }
  const offer = await makeOffer(h.app, siteId)
  for (const name of CUSTOMERS)
    await h.client.post(`/v1/contacts/${people.get(name)}/relationships/offers`, offersBody([offer]))
})
afterAll(() => h.close())

async function asFilter(
  list: string,
  filter: string,
  value: string,
  client: Client = h.client,
): Promise<string[]> {
  const query = new URLSearchParams({ [`filter[${filter}]`]: value })
  const { status, body, headers } = await client.get(`/v1/${list}?${query}`)
  expect([status, headers.get('warning')]).toEqual([200, null])
  expect(body.meta.total_count).toBe(body.data.length)
  return body.data.map((one: { attributes: { name: string } }) => one.attributes.name).sort()
}

async function asCondition(filter: string, value: string): Promise<string[]> {
  const scope = { siteIds: [h.account.siteId], now: h.app.clock.now(), baseUrl: '' }
  const condition = parseCondition({ filter, value }, [])
  await checkCondition(h.app.db, h.account.siteId, condition, [])
  const found = await inTransaction(h.app.db, (tx) =>
    matchingContacts(tx, h.account.siteId, [...people.values()], condition, scope),
  )
  return [...people].filter(([, id]) => found.has(id)).map(([name]) => name)
}

describe.each<[string, string, string[]]>([
  ['custom_1', 'Red wine', ['Ada']],
  ['custom_1_eq', 'red wine', ['Bob']],
  ['custom_1_eq', 'Red%', []],
  ['custom_1_not_eq', 'red wine', except('Bob')],
  ['custom_1_cont', 'WINE', ['Ada', 'Bob']],
  ['custom_1_contains', 'wine', ['Ada', 'Bob']],
  ['custom_1_i_cont', 'wine', ['Ada', 'Bob']],
  ['custom_1_cont', 'r_d', []],
  ['custom_1_not_cont', 'wine', except('Ada', 'Bob')],
  ['custom_1_start', 'RED', ['Ada', 'Bob', 'Cleo']],
  ['custom_1_end', 'wine', ['Ada', 'Bob']],
  ['custom_1_in', 'Red, red wine,nothing', ['Bob', 'Cleo']],
  ['custom_1_not_in', 'Red,red wine', except('Bob', 'Cleo')],
  ['custom_1_null', 'true', ['Finn']],
  ['custom_1_null', 'false', except('Finn')],
  // Longer than what an index keeps.
  ['custom_1', `${LONG} d`, ['Dan']],
  ['custom_1_in', `${LONG} d,${LONG} e`, ['Dan', 'Eve']],
  ['custom_1_cont', 'end d', ['Dan']],
  ['custom_2', '10.0', ['Ada']],
  ['custom_2_not_eq', '10', except('Ada')],
  ['custom_2_gt', '9.5', ['Ada', 'Dan']],
  ['custom_2_gteq', '9.5', ['Ada', 'Bob', 'Dan']],
  ['custom_2_lt', '9.5', ['Cleo']],
  ['custom_2_lte', '9.5', ['Bob', 'Cleo']],
  ['custom_2_null', 'true', ['Eve', 'Finn']],
  ['custom_3_eq', '2026-01-31', ['Ada']],
  ['custom_3_gt', '2026-01-31', ['Bob']],
  ['custom_3_lteq', '2026-02-01', ['Ada', 'Bob']],
  ['custom_4', 'true', ['Ada']],
  ['custom_4_eq', '0', ['Bob']],
  ['custom_4_not_eq', 'true', except('Ada')],
  ['custom_5_eq', 'CLEO@work.example', ['Cleo']],
  ['custom_5_null', '1', except('Cleo')],
])('%s=%s', (filter, value, expected) => {
  test('finds the same contacts as a filter and as a condition, and of customers those that are', async () => {
    expect(await asFilter('contacts', filter, value)).toEqual(expected)
    expect(await asCondition(filter, value)).toEqual(expected)
    const customers = expected.filter((name) => CUSTOMERS.includes(name))
    expect(await asFilter('customers', filter, value)).toEqual(customers)
  })
})

test('each value of filter[…_in][] is one, with its commas; without [] they are separated by commas', async () => {
  const by = await makeAccount(h.app)
  const client = h.clientWith(by.token)
  await makeCustomField(h.app, by.siteId, { number: 1 })
  for (const [name, custom_1] of [
    ['Ada', 'Red, dry'],
    ['Bob', 'Red'],
    ['Cleo', 'dry'],
    ['Dan', 'White'],
  ]) {
    const attributes = { name, email: `${name}@example.com`, custom_1 }
    await client.post('/v1/contacts', { data: { type: 'contacts', attributes } })
  }
  const found = async (...pairs: [string, string][]) => {
    const query = new URLSearchParams([...pairs, ['sort', 'name']])
    const { body } = await client.get(`/v1/contacts?${query}`)
    return body.data.map(({ attributes }: { attributes: { name: string } }) => attributes.name)
  }
  const [one, several] = ['filter[custom_1_in]', 'filter[custom_1_in][]']
  expect(await found([one!, 'Red, dry'])).toEqual(['Bob', 'Cleo'])
  expect(await found([several!, 'Red, dry'])).toEqual(['Ada'])
  expect(await found([several!, 'Red, dry'], [several!, 'White'])).toEqual(['Ada', 'Dan'])
  expect(await found(['filter[custom_1_not_in][]', 'Red, dry'])).toEqual(['Bob', 'Cleo', 'Dan'])
})

test('several filters are combined, and a page by cursor has the same contacts', async () => {
  const query = 'filter[custom_1_cont]=red&filter[custom_2_gt]=0'
  const namesIn = (body: { data: { attributes: { name: string } }[] }) =>
    body.data.map(({ attributes }) => attributes.name)
  const numbered = await h.client.get(`/v1/contacts?${query}&sort=name`)
  expect([namesIn(numbered.body), numbered.body.meta.total_count]).toEqual([['Ada', 'Bob'], 2])
  const first = await h.client.get(`/v1/contacts?${query}&sort=name&page[after]=&page[size]=1`)
  expect(namesIn(first.body)).toEqual(['Ada'])
  const { pathname, search } = new URL(first.body.links.next)
  expect(namesIn((await h.client.get(pathname + search)).body)).toEqual(['Bob'])
})

test('contacts without a value are found and counted also among more sets of fields than are looked at', async () => {
  const by = await makeAccount(h.app)
  for (const number of [1, 2]) await makeCustomField(h.app, by.siteId, { number })
  // Each has another set; one has more than fit into an index.
  await h.app.pool.query('alter table contacts disable trigger contacts_custom_inserted')
  const add = (count: number) =>
    h.app.pool.query(
      `insert into contacts (site_id, name, email, custom, created_at, updated_at)
       select $1, '', 'set' || n || '@example.com',
              case n when 3 then '{}' when 4 then '{"custom_2": "x"}'
                     else jsonb_build_object('custom_1', 'x', 'custom_' || (10 + n), 'x') end, now(), now()
         from generate_series($2::int, $3::int) n on conflict do nothing`,
      [by.siteId, 1, count],
    )
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`custom_${i + 1_000}`, 'x']))
  const found = async () => {
    const { body } = await h.clientWith(by.token).get('/v1/contacts?filter[custom_1_null]=true&sort=email')
    const emails = body.data.map(({ attributes }: { attributes: { email: string } }) => attributes.email)
    return [body.meta.total_count, ...emails]
  }
  const copy = () =>
    h.app.pool.query(
      `insert into contact_custom_values (site_id, contact_id, field_id, value)
       select c.site_id, c.id, f.id, 'x' from contacts c join custom_fields f on f.site_id = c.site_id
        where c.site_id = $1 and c.custom ? ('custom_' || f.number) on conflict do nothing`,
      [by.siteId],
    )
  const two = ['set3@example.com', 'set4@example.com']
  await add(20)
  await copy()
  expect(await found()).toEqual([2, ...two])
  await add(600)
  await copy()
  expect(await found()).toEqual([2, ...two])
  await h.app.pool.query(
    `delete from contact_custom_values where contact_id in (select id from contacts where site_id = $1 and email > 'set5')`,
    [by.siteId],
  )
  await h.app.pool.query(`delete from contacts where site_id = $1 and email > 'set5'`, [by.siteId])
  await h.app.pool.query(
    `insert into contacts (site_id, email, custom, created_at, updated_at) values ($1, 'zoe@example.com', $2, now(), now())`,
    [by.siteId, JSON.stringify(many)],
  )
  await h.app.pool.query('alter table contacts enable trigger contacts_custom_inserted')
  expect(await found()).toEqual([3, ...two, 'zoe@example.com'])
})

test('what has a value is counted right, whichever part of the contacts it is, and whatever is estimated', async () => {
  const by = await makeAccount(h.app)
  const client = h.clientWith(by.token)
  await makeCustomField(h.app, by.siteId, { number: 1, type: 'NumberField' })
  await makeCustomField(h.app, by.siteId, { number: 2, type: 'CheckboxField' })
  // With 7.50 of 20: so many, with another number the next third, and none the rest.
  const total = async (filter: string, value: string) => {
    const { body } = await client.get(`/v1/contacts?filter[${filter}]=${value}&page[size]=1`)
    return body.meta.total_count
  }
  const contacts = await Promise.all(Array.from({ length: 20 }, () => makeContact(h.app, by.siteId)))
  for (const [have, haveAnother] of [
    [20, 0],
    [19, 1],
    [15, 0],
    [11, 4],
    [10, 10],
    [9, 0],
    [4, 14],
    [0, 20],
  ] as const) {
    await h.app.pool.query(
      `update contacts set custom = case when id = any ($1) then '{"custom_1": "7.5", "custom_2": "true"}'
                                         when id = any ($2) then '{"custom_1": "8", "custom_2": "false"}' else '{}' end::jsonb
        where site_id = $3`,
      [contacts.slice(0, have), contacts.slice(have, have + haveAnother), by.siteId],
    )
    for (const analyzed of [false, true]) {
      if (analyzed) await h.app.pool.query('analyze contact_custom_values')
      expect([
        await total('custom_1', '07.50'),
        await total('custom_1_not_eq', '7.5'),
        await total('custom_2', 'true'),
        await total('custom_2_not_eq', '1'),
      ]).toEqual([have, 20 - have, have, 20 - have])
    }
  }
})

test('a deleted contact is not counted', async () => {
  const by = await makeAccount(h.app)
  const client = h.clientWith(by.token)
  await makeCustomField(h.app, by.siteId, { number: 1 })
  const ids: string[] = []
  for (const email of ['one@example.com', 'two@example.com']) {
    const data = { type: 'contacts', attributes: { email, name: email, custom_1: 'x' } }
    ids.push((await client.post('/v1/contacts', { data })).body.data.id)
  }
  await makeContact(h.app, by.siteId, { name: 'Nobody' })
  await client.delete(`/v1/contacts/${ids[0]}`)
  expect(await asFilter('contacts', 'custom_1', 'x', client)).toEqual(['two@example.com'])
  expect(await asFilter('contacts', 'custom_1_null', 'true', client)).toEqual(['Nobody'])
})

test('contacts are sorted by custom fields, numbers as numbers', async () => {
  const names = async (sort: string) =>
    (await h.client.get(`/v1/contacts?sort=${sort}`)).body.data.map(
      (one: { attributes: { name: string } }) => one.attributes.name,
    )
  expect((await names('custom_2')).slice(0, 4)).toEqual(['Cleo', 'Bob', 'Ada', 'Dan'])
  expect((await names('-custom_3,name')).slice(-2)).toEqual(['Bob', 'Ada'])
  await expectRefusal(h.app, () => h.client.get('/v1/contacts?sort=custom_99'), 400, { parameter: 'sort' })
})

describe('a filter that the site cannot answer is an error: ignored, it would find others', () => {
  test.each(['contacts', 'customers'])('%s by a field that the site lacks', async (list) => {
    for (const filter of ['custom_99', 'custom_99_cont', 'custom_0', 'custom_x_eq']) {
      const source = { parameter: `filter[${filter}]` }
      const { body } = await expectRefusal(
        h.app,
        () => h.client.get(`/v1/${list}?filter[${filter}]=x`),
        422,
        source,
      )
      expect(body.errors[0].code).toBe('unknown_custom_field')
      expect(body.errors[0].detail).toContain('custom_1, custom_2, custom_3, custom_4, custom_5')
    }
  })

  test.each(['contacts', 'customers'])('%s by a misspelled name', async (list) => {
    for (const [filter, code] of [
      ['filter[custom_5][eq]', 'unknown_filter'],
      ['filter[CUSTOM_5]', 'unknown_filter'],
      ['filter[Custom_5_eq]', 'unknown_filter'],
      ['filter[custom-5]', 'unknown_filter'],
      ['filter[custom 5]', 'unknown_filter'],
      ['filter[custom_99][eq]', 'unknown_custom_field'],
      ['filter[CUSTOM_99]', 'unknown_custom_field'],
      ['filter[custom5]', 'unknown_custom_field'],
      ['filter[custom_]', 'unknown_custom_field'],
      ['filter[custom]', 'unknown_custom_field'],
    ]) {
      const query = new URLSearchParams({ [filter!]: 'zz' })
      const { body } = await expectRefusal(h.app, () => h.client.get(`/v1/${list}?${query}`), 422, {
        parameter: filter,
      })
      expect([filter, body.errors[0].code]).toEqual([filter, code])
      expect(body.errors[0].detail).toContain('custom_5')
    }
  })

  test('before a site is named, where each site has fields of its own', async () => {
    const by = await makeAccount(h.app)
    const other = await makeSite(h.app, by)
    await makeCustomField(h.app, by.siteId, { number: 1 })
    await makeCustomField(h.app, other, { number: 1, type: 'NumberField' })
    const client = h.clientWith(by.token)
    const source = { parameter: 'filter[site_id]' }
    for (const path of ['/v1/contacts', '/v1/customers']) {
      for (const filter of ['custom_1', 'custom_99']) {
        const get = (more = '') => client.get(`${path}?filter[${filter}]=x${more}`)
        const { body } = await expectRefusal(h.app, () => get(), 400, source)
        expect(body.errors[0].code).toBe('site_required')
        await expectRefusal(h.app, () => get(`&filter[site_id]=${h.account.siteId}`), 404, source)
      }
      const inSite = (id: string, name = 'filter[site_id]') =>
        client.get(`${path}?filter[custom_1]=x&${name}=${id}`)
      expect((await inSite(by.siteId)).status).toBe(200)
      expect((await inSite(by.siteId, 'filter[site_id][]')).status).toBe(200)
      await expectRefusal(h.app, () => inSite(other), 400, { parameter: 'filter[custom_1]' })
    }
  })

  test('with an operator that the type of the field lacks', async () => {
    for (const filter of ['custom_2_cont', 'custom_4_gt', 'custom_1_gt', 'custom_1_like']) {
      const source = { parameter: `filter[${filter}]` }
      const { body } = await expectRefusal(
        h.app,
        () => h.client.get(`/v1/contacts?filter[${filter}]=1`),
        422,
        source,
      )
      expect(body.errors[0].code).toBe('unknown_filter')
    }
  })

  test('with a value that makes no sense', async () => {
    for (const [filter, value] of [
      ['custom_2_gt', 'many'],
      ['custom_3', 'yesterday'],
      ['custom_4', 'perhaps'],
      ['custom_1_null', ''],
      ['custom_1_in', ','],
    ])
      await expectRefusal(h.app, () => h.client.get(`/v1/contacts?filter[${filter}]=${value}`), 400, {
        parameter: `filter[${filter}]`,
      })
  })

  test('also in a condition of an automation, where a pointer leads to it', async () => {
    const post = (condition: object) =>
      h.client.post('/v1/automations', {
        data: {
          type: 'automations',
          attributes: {
            name: 'Sommelier',
            trigger: { event: 'contact_created' },
            conditions: { all: [condition] },
            actions: [{ action: 'stop' }],
          },
        },
      })
    const at = (name: string) => ({ pointer: `/data/attributes/conditions/all/0/${name}` })
    const refused = async (filter: string, value: string, name: string) =>
      (await expectRefusal(h.app, () => post({ filter, value }), 422, at(name))).body.errors[0].code
    expect(await refused('custom_99_cont', 'x', 'filter')).toBe('unknown_custom_field')
    expect(await refused('custom_2_cont', '1', 'filter')).toBe('unknown_filter')
    expect(await refused('custom_2_gt', 'many', 'value')).toBe('invalid')
    expect((await post({ filter: 'custom_2_gt', value: 9 })).status).toBe(201)
  })
})

test('a condition continues to be met by a field that was archived since', async () => {
  const by = await makeAccount(h.app)
  const client = h.clientWith(by.token)
  const field = await makeCustomField(h.app, by.siteId, { number: 1 })
  const data = { type: 'contacts', attributes: { email: 'ada@example.com', custom_1: 'VIP' } }
  const { id } = (await client.post('/v1/contacts', { data })).body.data
  await client.delete(`/v1/custom_fields/${field}`)
  const scope = { siteIds: [by.siteId], now: h.app.clock.now(), baseUrl: '' }
  const found = await inTransaction(h.app.db, (tx) =>
    matchingContacts(tx, by.siteId, [id], { filter: 'custom_1', value: 'VIP' }, scope),
  )
  expect(found).toEqual(new Set([id]))
})
