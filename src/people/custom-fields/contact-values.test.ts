/** Custom fields as attributes of contacts: what is shown and what can be set. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../testing/client.ts'
import {
  type Account,
  makeAccount,
  makeContact,
  makeCustomField,
  makeSite,
  unique,
} from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal } from '../../testing/refusals.ts'
import { exportContact } from '../contacts/export-contact.ts'
import { contactsData } from '../contacts/personal-data.ts'
import { FIELD_TYPES } from './value-types.ts'

let h: Harness
/** An account whose site has a field of each type: custom_1 is the first of FIELD_TYPES, and so on. */
let account: Account
let client: Client
beforeAll(async () => {
  h = await startHarness()
  account = await makeAccount(h.app)
  client = h.clientWith(account.token)
  for (const [index, type] of FIELD_TYPES.entries()) {
    const select_options = ['SelectBoxField', 'RadioButtonsField'].includes(type) ? 'Red\nBlue' : undefined
    await makeCustomField(h.app, account.siteId, { number: index + 1, title: type, type, select_options })
  }
})
afterAll(() => h.close())

const handleOf = (type: string) => `custom_${FIELD_TYPES.indexOf(type as never) + 1}`

const document = (attributes: object, more: object = {}) => ({
  data: { type: 'contacts', attributes, ...more },
})

const create = (attributes: object, by = client) =>
  by.post('/v1/contacts', document({ email: `person${unique()}@example.com`, ...attributes }))

const customOf = (attributes: object) =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => name.startsWith('custom_')))

/** What is written, and what is then shown. */
const VALUES: Record<string, [unknown, string | null][]> = {
  TextField: [
    ['  Ana\r\n\tNavarro ', 'Ana Navarro'],
    [' \u2028', null],
    [7, '7'],
    ['', null],
    ['  ', null],
  ],
  TextAreaField: [['One\n\nTwo', 'One\n\nTwo']],
  PhoneField: [
    ['+1 (212) 555-0100', '+1 (212) 555-0100'],
    ['+1 212\n555-0100', '+1 212 555-0100'],
  ],
  MobilePhoneField: [['0170 1234567', '0170 1234567']],
  EmailField: [[' Ada@Example.COM ', 'ada@example.com']],
  CheckboxField: [
    [true, 'true'],
    ['on', 'true'],
    [false, 'false'],
    ['No', 'false'],
  ],
  SelectBoxField: [['Red', 'Red']],
  RadioButtonsField: [['Blue', 'Blue']],
  CountryField: [
    ['us', 'US'],
    ['Germany', 'DE'],
  ],
  NumberField: [
    [42, '42'],
    ['007.50', '7.5'],
    [-0.25, '-0.25'],
    ['-0', '0'],
  ],
  DateField: [['2028-02-29', '2028-02-29']],
}

const WRONG: Record<string, unknown[]> = {
  TextField: ['x'.repeat(1_001), {}, ['x']],
  TextAreaField: ['x'.repeat(10_001)],
  PhoneField: ['call me', '12'],
  MobilePhoneField: ['none'],
  EmailField: ['ada at example.com'],
  CheckboxField: ['maybe', 2],
  SelectBoxField: ['red', 'Green'],
  RadioButtonsField: ['Green'],
  CountryField: ['Atlantis', 'ZZ'],
  NumberField: ['many', '1e3', '1,5', true, 0.1 + 0.2],
  DateField: ['2027-02-29', '1 May 2027', '2027-5-1'],
}

test('there are values of every type', () => {
  expect(Object.keys(VALUES)).toEqual(FIELD_TYPES)
  expect(Object.keys(WRONG)).toEqual(FIELD_TYPES)
})

describe.each(FIELD_TYPES)('%s', (type) => {
  const handle = handleOf(type)

  test('a value is set by POST and by PATCH, and shown as it was understood', async () => {
    for (const [written, shown] of VALUES[type]!) {
      const made = await create({ [handle]: written })
      expect([made.status, made.body.data.attributes[handle]]).toEqual([201, shown])
      const id = (await create({})).body.data.id
      const changed = await client.patch(`/v1/contacts/${id}`, document({ [handle]: written }))
      expect([changed.status, changed.body.data.attributes[handle]]).toEqual([200, shown])
      expect((await client.get(`/v1/contacts/${id}`)).body.data.attributes[handle]).toBe(shown)
    }
  })

  test('a value that its type does not accept is 422 at the attribute, and nothing is written', async () => {
    const { body } = await create({ [handle]: VALUES[type]![0]![0] })
    for (const value of WRONG[type]!) {
      const source = { pointer: `/data/attributes/${handle}` }
      await expectRefusal(h.app, () => create({ [handle]: value }), 422, source)
      const change = () =>
        client.patch(`/v1/contacts/${body.data.id}`, document({ name: 'New', [handle]: value }))
      await expectRefusal(h.app, change, 422, source)
    }
  })
})

test('every contact shows all fields of its site in the order of their numbers, null where it has no value', async () => {
  const other = await makeAccount(h.app)
  const by = h.clientWith(other.token)
  expect(customOf((await create({}, by)).body.data.attributes)).toEqual({})
  for (const number of [10, 9, 9_999]) await makeCustomField(h.app, other.siteId, { number })
  await create({ custom_9: 'nine' }, by)
  const { body } = await by.get('/v1/contacts?sort=id')
  expect(body.data.map(({ attributes }: { attributes: object }) => customOf(attributes))).toEqual([
    { custom_9: null, custom_10: null, custom_9999: null },
    { custom_9: 'nine', custom_10: null, custom_9999: null },
  ])
  expect(Object.keys(customOf(body.data[0].attributes))).toEqual(['custom_9', 'custom_10', 'custom_9999'])
})

test('each contact shows the fields of its own site, also where several sites are listed', async () => {
  const other = await makeAccount(h.app)
  const second = await makeSite(h.app, other)
  const by = h.clientWith(other.token)
  await makeCustomField(h.app, other.siteId, { number: 1 })
  await makeCustomField(h.app, second, { number: 2 })
  const ids = [await makeContact(h.app, other.siteId), await makeContact(h.app, second)]
  const shown = await Promise.all(
    ids.map(async (id) => (await by.get(`/v1/contacts/${id}`)).body.data.attributes),
  )
  expect(shown.map(customOf)).toEqual([{ custom_1: null }, { custom_2: null }])
})

test('sparse fields choose custom fields like other attributes; one that the site lacks is reported', async () => {
  const { body } = await create({ name: 'Ada', custom_1: 'x' })
  const path = `/v1/contacts/${body.data.id}`
  const attributes = async (fields: string) =>
    (await client.get(`${path}?fields[contacts]=${fields}`)).body.data.attributes
  expect(await attributes('custom_1')).toEqual({ custom_1: 'x' })
  expect(await attributes('name,custom_2')).toEqual({ name: 'Ada', custom_2: null })
  expect(await attributes('name')).toEqual({ name: 'Ada' })
  const { headers } = await client.get(`${path}?fields[contacts]=custom_1,custom_99`)
  expect(headers.get('warning')).toContain('custom_99')
})

test('an archived field is neither shown nor set, and its values are kept', async () => {
  const other = await makeAccount(h.app)
  const by = h.clientWith(other.token)
  const field = await makeCustomField(h.app, other.siteId, { number: 1 })
  const { body } = await create({ custom_1: 'kept' }, by)
  expect((await by.delete(`/v1/custom_fields/${field}`)).status).toBe(200)
  expect(customOf((await by.get(`/v1/contacts/${body.data.id}`)).body.data.attributes)).toEqual({})
  await expectRefusal(h.app, () => create({ custom_1: 'new' }, by), 422, {
    pointer: '/data/attributes/custom_1',
  })
  const { rows } = await sql`select custom from contacts where id = ${body.data.id}`.execute(h.app.db)
  expect(rows).toEqual([{ custom: { custom_1: 'kept' } }])
  const exported = await exportContact(h.app, [other.siteId], body.data.id, [contactsData])
  expect(exported.contact).toMatchObject({ custom_1: 'kept' })
})

test('the OpenAPI document describes them as members whose names match a pattern', async () => {
  const { body } = await client.get('/openapi.json')
  const { Contact, NewContact, ChangedContact } = body.components.schemas
  for (const { properties } of [
    Contact.properties.attributes,
    NewContact.properties.data.properties.attributes,
    ChangedContact.properties.data.properties.attributes,
  ].map(({ properties, patternProperties }) => ({ properties: { ...properties, ...patternProperties } })))
    for (const name of ['custom_1', '^custom_[1-9]\\d{0,3}$'])
      expect(properties[name]).toMatchObject({ type: ['string', 'null'] })
  const parameters = JSON.stringify([body.components.parameters, body.paths['/v1/contacts'].get.parameters])
  expect(parameters).toContain('"x-names-like":"^filter\\\\[')
})

test('a field that the site lacks is 422 with a pointer, and the error lists those that there are', async () => {
  const other = await makeAccount(h.app)
  const by = h.clientWith(other.token)
  const source = { pointer: '/data/attributes/custom_29' }
  const none = await expectRefusal(h.app, () => create({ custom_29: 'x' }, by), 422, source)
  expect(none.body.errors[0]).toMatchObject({
    code: 'unknown_custom_field',
    detail: 'The site has no custom field custom_29. It has no custom fields; create custom_1 first.',
  })
  await makeCustomField(h.app, other.siteId, { number: 2 })
  await makeCustomField(h.app, other.siteId, { number: 7 })
  const id = await makeContact(h.app, other.siteId)
  const change = () => by.patch(`/v1/contacts/${id}`, document({ custom_29: 'x' }))
  const some = await expectRefusal(h.app, change, 422, source)
  expect(some.body.errors[0].detail).toBe(
    'The site has no custom field custom_29. Its custom fields are custom_2, custom_7.',
  )
  await expectRefusal(h.app, () => create({ custom_29: null }, by), 422, source)
  // Meant to be one.
  for (const name of ['Custom_2', 'custom-2', 'custom_2_', 'custom_song', 'custom2']) {
    const { body } = await expectRefusal(h.app, () => create({ [name]: 'x' }, by), 422, {
      pointer: `/data/attributes/${name}`,
    })
    expect(body.errors[0].detail).toBe(
      `The site has no custom field ${name}. Its custom fields are custom_2, custom_7.`,
    )
  }
  expect((await create({ customer: 'x' }, by)).status).toBe(201)
  // What it does not have stays so.
  expect((await by.patch(`/v1/contacts/${id}`, document({ custom_29: null }))).status).toBe(200)
})

test('a contact can be sent back as it was shown; an event names the fields that changed', async () => {
  const { body } = await create({ custom_1: 'one', custom_6: true, custom_10: 5 })
  const { id, attributes } = body.data
  const send = (more: object) =>
    client.patch(`/v1/contacts/${id}`, document({ ...attributes, ...more }, { id }))
  expect((await send({})).body.data.attributes).toEqual(attributes)
  // Understood as the value that is there.
  expect((await send({ custom_6: 'yes', custom_10: '5.0' })).body.data.attributes).toEqual(attributes)
  const changed = (await send({ custom_1: null, custom_2: 'two', custom_10: 6 })).body.data.attributes
  expect(changed).toMatchObject({ custom_1: null, custom_2: 'two', custom_6: 'true', custom_10: '6' })
  const events = await h.app.db
    .selectFrom('events')
    .select('data')
    .where('contact_id', '=', id)
    .where('type', '=', 'contact_updated')
    .execute()
  expect(events).toEqual([{ data: { changed: ['custom_1', 'custom_2', 'custom_10'] } }])
})

test('changes of different fields at the same time are all kept', async () => {
  const { id } = (await create({})).body.data
  const handles = ['custom_1', 'custom_2', 'custom_6']
  await Promise.all(
    handles.map((handle) => client.patch(`/v1/contacts/${id}`, document({ [handle]: 'true' }))),
  )
  const { attributes } = (await client.get(`/v1/contacts/${id}`)).body.data
  for (const handle of handles) expect(attributes[handle]).toBe('true')
})

test('the values that are searched are those of the contacts, whatever happens to them', async () => {
  const searched = async (id: string) => {
    const { rows } = await sql<{ number: number; value: string }>`
      select f.number, v.value from contact_custom_values v join custom_fields f on f.id = v.field_id
       where v.contact_id = ${id} order by f.number`.execute(h.app.db)
    return Object.fromEntries(rows.map(({ number, value }) => [`custom_${number}`, value]))
  }
  const { id } = (await create({ custom_1: 'one', custom_2: 'two' })).body.data
  expect(await searched(id)).toEqual({ custom_1: 'one', custom_2: 'two' })
  await client.patch(`/v1/contacts/${id}`, document({ custom_1: 'ONE', custom_2: null, custom_10: 3 }))
  expect(await searched(id)).toEqual({ custom_1: 'ONE', custom_10: '3' })
  await client.patch(`/v1/contacts/${id}`, document({ name: 'Unchanged' }))
  expect(await searched(id)).toEqual({ custom_1: 'ONE', custom_10: '3' })
  await client.delete(`/v1/contacts/${id}`)
  expect(await searched(id)).toEqual({})
})
