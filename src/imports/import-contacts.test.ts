import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cleanUp } from '../operations/clean-up.ts'
import { examine } from '../operations/doctor/examine.ts'
import type { Client } from '../testing/client.ts'
import { makeAccount, unique } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { importForm, importRowsOf, processImports, runImport } from '../testing/imports.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

/** An account of its own, with one site. */
async function newAccount(): Promise<{ client: Client; siteId: string }> {
  const account = await makeAccount(h.app)
  return { client: h.clientWith(account.token), siteId: account.siteId }
}

const contactsOf = async (client: Client, fields = 'name,email') =>
  (await client.get(`/v1/contacts?sort=email&page[size]=500&fields[contacts]=${fields}`)).body.data

const attributesOf = async (client: Client, id: string) =>
  (await client.get(`/v1/contacts/${id}`)).body.data.attributes

const KAJABI = [
  'Tags,Name,First Name,Last Name,Email,ID,Member ID,Products,Created At,Member Created At,Last Activity,Phone Number (phone_number),Mobile Phone Number (mobile_phone_number),Address (address_line_1),Address Line 2 (address_line_2),City (address_city),State (address_state),Country (address_country),Zip Code (address_zip),Favourite song (custom_7),Internal note',
  '"VIP, Early bird",Ada Lovelace,Ada,Lovelace,Ada@Example.com,2147000001,99001,"Clay, for beginners, Glazing",2020-11-05 11:10:44 -0700,"Nov 28, 2021",2025-01-01 10:00:00 UTC,+1 212 555 0100,,1 Main St,,London,,UK,NW1,"line 1',
  'line 2",secret',
  ',Grace Hopper,,,grace@example.com,2147000002',
].join('\r\n')

test("Kajabi's file is imported: handles in any order, tags, access, dates, ids, custom fields, short rows", async () => {
  const { client } = await newAccount()
  const { job, rows } = await runImport(h, KAJABI, {}, client)
  expect(job).toMatchObject({ status: 'completed', total: 2, done: 2, rejected: 0, counts: { created: 2 } })
  expect(rows.map(({ line, status }) => [line, status])).toEqual([
    [2, 'created'],
    [4, 'created'],
  ])
  const ada = rows[0]!.contactId!
  expect(ada).toBe('2147000001')
  expect(await attributesOf(client, ada)).toMatchObject({
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    phone_number: '+1 212 555 0100',
    address_line_1: '1 Main St',
    address_city: 'London',
    address_country: 'UK',
    address_zip: 'NW1',
    custom_7: 'line 1\nline 2',
    subscribed: false,
    created_at: '2020-11-05T18:10:44.000Z',
  })
  const { body } = await client.get(`/v1/contacts/${ada}?include=tags,customer,offers`)
  const included = (type: string) => body.included.filter((one: { type: string }) => one.type === type)
  expect(included('contact_tags').map((tag: Named) => tag.attributes.name)).toEqual(['VIP', 'Early bird'])
  expect(included('customers')).toMatchObject([
    { id: '99001', attributes: { created_at: '2021-11-28T00:00:00.000Z' } },
  ])
  // Nobody said that "Clay, for beginners" is one product.
  expect(included('offers').map((offer: Named) => offer.attributes.title)).toEqual([
    'Clay',
    'for beginners',
    'Glazing',
  ])
  expect(job.findings.created).toMatchObject({
    contact_tags: ['VIP', 'Early bird'],
    products: ['Clay', 'for beginners', 'Glazing'],
    custom_fields: ['Favourite song (custom_7)'],
  })
  expect(job.findings.ambiguous).toMatchObject([
    { column: 'Tags', reading: '"VIP" and "Early bird"', rows: 1 },
    { column: 'Products', reading: '"Clay" and "for beginners" and "Glazing"', rows: 1 },
  ])
  expect(job.columns.at(-1)).toEqual({ column: 'Internal note', field: null, examples: [] })
})

interface Named {
  attributes: { name: string; title: string; handle: string }
}

test('known names with commas come first, the longest first', async () => {
  const { client, siteId } = await newAccount()
  for (const name of ['Yoga, beginners', 'Yoga', 'Yoga, beginners, morning'])
    await client.post('/v1/contact_tags', { data: { type: 'contact_tags', attributes: { name } } })
  const { rows, job } = await runImport(
    h,
    'Email,Tags\na@example.com,"VIP, Yoga, beginners, morning, Yoga"\nb@example.com,"yoga, Beginners"\nc@example.com,VIP',
    {},
    client,
  )
  const tags = async (place: number) => {
    const { rows: found } = await sql<{ names: string[] }>`
      select array_agg(t.name order by t.name) as names from taggings g join contact_tags t on t.id = g.tag_id
       where g.contact_id = ${rows[place]!.contactId} and g.site_id = ${siteId}`.execute(h.app.db)
    return found[0]!.names
  }
  expect(await tags(0)).toEqual(['VIP', 'Yoga', 'Yoga, beginners, morning'])
  expect(await tags(1)).toEqual(['Yoga, beginners'])
  // "VIP" stands alone in the last row, so it is no part of a longer name.
  expect(job.findings.ambiguous).toEqual([])
})

test('a row with more cells than the header is rejected, and a second column of a field is reported', async () => {
  const { client } = await newAccount()
  const file = [
    'Email,Name,City,E-mail',
    'ada@example.com,Ada,Paris, France,ada@example.com',
    'bob@example.com,Bob,London,other@example.com,,',
    'cy@example.com,Cy,Rome,cy@example.com',
  ].join('\n')
  const { rows, job } = await runImport(h, file, {}, client)
  expect(rows.map(({ line, code }) => [line, code])).toEqual([
    [2, 'too_many_cells'],
    [3, null],
    [4, null],
  ])
  expect(rows[0]!.detail).toContain('must be in quotes')
  expect(job.findings.left_out).toMatchObject([
    { column: 'E-mail', reason: 'The column 1, "Email", is email already', lines: [2, 3] },
  ])
  const map = '{"Email": "email", "E-mail": "email"}'
  const twice = await client.post('/v1/imports', importForm(file, { map }))
  expect(twice.body.errors).toMatchObject([
    { status: '422', code: 'repeated_field', source: { pointer: '/map/E-mail' } },
  ])
})

test('a second import of the same file changes nothing, also of a person who is in it twice', async () => {
  const { client, siteId } = await newAccount()
  const file = [
    'Email,Name,Phone,City,Products,Tags',
    'ada@example.com,Ada,1,Rome,Clay,VIP',
    'grace@example.com,Grace,3,,,',
    'ADA@example.com,,2,,,Late',
  ].join('\n')
  const first = await runImport(h, file, {}, client)
  expect(first.rows.map(({ status }) => status)).toEqual(['created', 'created', 'merged'])
  expect(first.rows[2]!.result).toEqual({ line: 2 })
  expect(await attributesOf(client, first.rows[0]!.contactId!)).toMatchObject({
    name: 'Ada',
    phone_number: '2',
    address_city: 'Rome',
  })
  const before = await snapshotOf(siteId)
  const second = await runImport(h, file, {}, client)
  expect(second.rows.map(({ status }) => status)).toEqual(['unchanged', 'unchanged', 'merged'])
  expect(await snapshotOf(siteId)).toEqual(before)
})

async function snapshotOf(siteId: string) {
  const tables = [
    'contacts',
    'customers',
    'offer_grants',
    'taggings',
    'contact_tags',
    'products',
    'offers',
    'events',
  ]
  return Promise.all(
    tables.map(async (table) => {
      const { rows } =
        await sql`select * from ${sql.table(table)} t where site_id = ${siteId} order by t`.execute(h.app.db)
      return rows
    }),
  )
}

test('nobody who has unsubscribed is subscribed again, and who has unsubscribed elsewhere is unsubscribed', async () => {
  const { client } = await newAccount()
  const create = async (email: string, subscribed: boolean) =>
    (await client.post('/v1/contacts', { data: { type: 'contacts', attributes: { email, subscribed } } }))
      .body.data.id
  const [left, stays] = [await create('left@example.com', false), await create('stays@example.com', true)]
  const { rows } = await runImport(
    h,
    'Email,Subscribed\nleft@example.com,true\nstays@example.com,false\nnew@example.com,\nno@example.com,no\nno@example.com,yes',
    { subscribe: 'true' },
    client,
  )
  const subscribed = async (id: string) => (await attributesOf(client, id)).subscribed
  expect(await subscribed(left)).toBe(false)
  expect(await subscribed(stays)).toBe(false)
  expect(await subscribed(rows[2]!.contactId!)).toBe(true)
  expect(await subscribed(rows[3]!.contactId!)).toBe(false)
})

test('what is missing is left out, numbers that a spreadsheet has rounded too; formulas are texts', async () => {
  const { client } = await newAccount()
  const { rows, job } = await runImport(
    h,
    'Email,Name,Phone,City,Created At,ID\na@example.com,"=HYPERLINK(""http://x"")",4.47911E+11,Nan,NULL,1E+9\n',
    {},
    client,
  )
  expect(await attributesOf(client, rows[0]!.contactId!)).toMatchObject({
    name: '=HYPERLINK("http://x")',
    phone_number: null,
    address_city: null,
  })
  expect(job.findings.left_out).toEqual([
    { column: 'Phone', reason: 'A spreadsheet has rounded the number', rows: 1, lines: [2] },
    { column: 'ID', reason: expect.stringContaining('no id'), rows: 1, lines: [2] },
  ])
})

test('rejected rows are a file with line, column and reason, which can be corrected and imported again', async () => {
  const { client } = await newAccount()
  const file = [
    'Email;Name;Subscribed',
    'good@example.com;Good;',
    'not an address@example.com;"Bad; ""quoted""";',
    ';Nobody;',
    'flag@example.com;=1+1;perhaps',
  ].join('\r\n')
  const { id, job } = await runImport(h, file, {}, client)
  expect(job).toMatchObject({ counts: { created: 1, rejected: 3 }, rejected: 3 })
  const rejected = await importRowsOf(client, id, '&filter[status]=rejected')
  expect(rejected.map(({ line, column, code }) => [line, column, code])).toEqual([
    [3, 'Email', 'invalid'],
    [4, 'Email', 'blank'],
    [5, 'Subscribed', 'invalid'],
  ])
  const { body, headers } = await client.get(`/v1/imports/${id}/rejected_rows`)
  expect(headers.get('content-disposition')).toBe(`attachment; filename=rejected-${id}.csv`)
  expect(body.split('\r\n')).toEqual([
    'Email,Name,Subscribed,Rejected line,Rejected column,Rejected reason',
    'not an address@example.com,"Bad; ""quoted""",,3,Email,It is not an e-mail address: it contains U+0020 SPACE.',
    ',Nobody,,4,Email,The row has no e-mail address.',
    "flag@example.com,'=1+1,perhaps,5,Subscribed,It must be true or false.",
    '',
  ])
  const corrected = body.replace('not an address@example.com', 'bad@example.com').replace('perhaps', 'true')
  const again = await runImport(h, corrected, {}, client)
  expect(again.job).toMatchObject({ counts: { created: 2, rejected: 1 } })
  const names = (await contactsOf(client)).map(({ attributes }: Named) => attributes.name)
  expect(names).toEqual(['Bad; "quoted"', '=1+1', 'Good'])
})

test('a dry run says what would become of each row, and changes nothing; then it can be started', async () => {
  const { client, siteId } = await newAccount()
  await client.post('/v1/contacts', {
    data: { type: 'contacts', attributes: { email: 'old@example.com', name: 'Old' } },
  })
  const before = await snapshotOf(siteId)
  const file =
    'Email,Name,Tags,Song (custom_9),ID\nold@example.com,New,VIP,a,\nnew@example.com,N,VIP,b,2147483001\nbad,,,,'
  const { id, job, rows } = await runImport(h, file, { dry_run: 'true' }, client)
  expect(rows.map(({ status, contactId }) => [status, contactId !== null])).toEqual([
    ['changed', true],
    ['created', false],
    ['rejected', false],
  ])
  expect(rows[0]!.result).toMatchObject({ changed: ['name', 'custom_9'], tags_added: [expect.any(String)] })
  expect(job).toMatchObject({
    dry_run: true,
    status: 'completed',
    findings: { created: { contact_tags: ['VIP'] } },
  })
  expect(await snapshotOf(siteId)).toEqual(before)
  expect((await client.post(`/v1/imports/${id}/start`)).body.data.attributes).toMatchObject({
    status: 'pending',
    dry_run: false,
    done: 0,
  })
  await processImports(h)
  const done = (await client.get(`/v1/imports/${id}`)).body.data.attributes
  expect(done).toMatchObject({ status: 'completed', counts: { created: 1, changed: 1, rejected: 1 } })
  expect((await client.post(`/v1/imports/${id}/start`)).body.errors[0].code).toBe('import_started')
})

test('columns are corrected before an import starts', async () => {
  const { client } = await newAccount()
  const file = 'Correo,Nombre,Teléfono\nada@example.com,Ada,123\n'
  const refused = await client.post('/v1/imports', importForm(file))
  expect(refused.body.errors).toMatchObject([
    { status: '422', code: 'missing_column', source: { pointer: '/map' } },
  ])
  const held = await client.post('/v1/imports', importForm(file, { hold: 'true', map: '{"Nombre": "name"}' }))
  const { id, attributes } = held.body.data
  expect(attributes).toMatchObject({
    status: 'ready',
    columns: [
      { column: 'Correo', field: null, examples: ['ada@example.com'] },
      { column: 'Nombre', field: 'name', examples: ['Ada'] },
      { column: 'Teléfono', field: null, examples: ['123'] },
    ],
  })
  const change = (map: object) =>
    client.patch(`/v1/imports/${id}`, { data: { type: 'imports', id, attributes: { map } } })
  expect((await change({ Correo: 'mail' })).body.errors[0]).toMatchObject({
    code: 'unknown_field',
    source: { pointer: '/data/attributes/map/Correo' },
  })
  expect((await client.post(`/v1/imports/${id}/start`)).body.errors[0].code).toBe('missing_column')
  await change({ Correo: 'email', Teléfono: 'phone_number' })
  await client.post(`/v1/imports/${id}/start`)
  await processImports(h)
  const [row] = await importRowsOf(client, id)
  expect(await attributesOf(client, row!.contactId!)).toMatchObject({ name: 'Ada', phone_number: '123' })
})

test('a new custom field is created once, by the title of its column', async () => {
  const { client } = await newAccount()
  const file = 'Email,Color,Shoe size\nada@example.com,Blue,38\n'
  const fields = { map: '{"Color": "new", "Shoe size": "new"}' }
  const fieldsOf = async () =>
    (await client.get('/v1/custom_fields')).body.data.map(({ attributes }: Named) => [
      attributes.title,
      attributes.handle,
    ])
  const held = (await client.post('/v1/imports', importForm(file, { ...fields, hold: 'true' }))).body.data
  expect(held.attributes.columns.map(({ field }: { field: string }) => field)).toEqual([
    'email',
    'new',
    'new',
  ])
  const tried = await runImport(h, file, { ...fields, dry_run: 'true' }, client)
  expect(tried.job.findings.created.custom_fields).toEqual(['Color (custom_1)', 'Shoe size (custom_2)'])
  expect(await fieldsOf()).toEqual([])
  const first = await runImport(h, file, fields, client)
  expect(first.job.columns[1].field).toBe('custom_1')
  const second = await runImport(h, file, fields, client)
  expect(second.rows).toMatchObject([{ status: 'unchanged' }])
  // One that was uploaded before the fields were there has them, too, and not what others were created meanwhile.
  await client.post(`/v1/imports/${held.id}/start`)
  await processImports(h)
  expect(await importRowsOf(client, held.id)).toMatchObject([{ status: 'unchanged' }])
  expect(await fieldsOf()).toEqual([
    ['Color', 'custom_1'],
    ['Shoe size', 'custom_2'],
  ])
})

describe('a form with a mistake is refused, and nothing of it is imported:', () => {
  const formOf = (...parts: [name: string, value: string | Blob, fileName?: string][]) => {
    const form = new FormData()
    for (const [name, value, fileName] of parts)
      if (typeof value === 'string') form.append(name, value)
      else form.append(name, value, fileName)
    return form
  }
  const file = ['file', new Blob(['Email\nada@example.com\n']), 'file.csv'] as [string, Blob, string]
  test.each([
    [
      'a field that there is not',
      formOf(['kind', 'contacts'], ['dryrun', 'true'], file),
      'Did you mean dry_run?',
    ],
    ['a field like no other', formOf(['kind', 'contacts'], ['color', 'red'], file), 'Use kind, site_id'],
    ['a field twice', formOf(['kind', 'contacts'], ['kind', 'transactions'], file), 'kind is there twice'],
    ['a second file', formOf(['kind', 'contacts'], file, file), 'several files'],
    [
      'a field after the file',
      formOf(['kind', 'contacts'], file, ['dry_run', 'true']),
      'dry_run comes after',
    ],
    ['a file before the kind', formOf(file, ['kind', 'contacts']), 'no field kind before the file'],
    ['a file without a name', formOf(['kind', 'contacts'], ['file', 'Email']), '-F file=@contacts.csv'],
    ['no file', formOf(['kind', 'contacts']), 'no file'],
  ])('%s', async (_, form, words) => {
    const { client } = await newAccount()
    const { status, body } = await client.post('/v1/imports', form)
    expect([status, body.errors[0].detail]).toEqual([400, expect.stringContaining(words)])
    expect((await client.get('/v1/imports')).body.data).toEqual([])
    await processImports(h)
    expect(await contactsOf(client)).toEqual([])
  })
})

test('an import whose process was killed while its file arrived is removed after an hour, and the doctor reports what stays', async () => {
  const { client } = await newAccount()
  const { body } = await client.post('/v1/imports', importForm('Email\na@example.com\n', { hold: 'true' }))
  const { id } = body.data
  const receivingSince = async (minutes: number) => {
    const updated_at = new Date(h.app.clock.now().getTime() - minutes * 60_000)
    await h.app.db
      .updateTable('imports')
      .set({ status: 'receiving', updated_at })
      .where('id', '=', id)
      .execute()
  }
  const found = async () =>
    (await examine(h.app))
      .filter(({ violations }) => violations !== 0)
      .map(({ name, examples }) => [name, examples])
  await receivingSince(50)
  await cleanUp(h.app, [])
  expect((await client.get(`/v1/imports/${id}`)).body.data.attributes.status).toBe('receiving')
  expect(await found()).toEqual([])
  await receivingSince(130)
  expect(await found()).toEqual([['import_received', [`import ${id}`]]])
  // The rows first.
  await cleanUp(h.app, [])
  await cleanUp(h.app, [])
  expect((await client.get(`/v1/imports/${id}`)).status).toBe(404)
  expect(await found()).toEqual([])
})

describe('the effects of an import', () => {
  const file = () => `Email,Name,Products,Tags\nn${unique()}@example.com,N,Clay ${unique()},T${unique()}\n`

  test('is nothing, unless it is requested: no e-mail, automation or webhook', async () => {
    const { client, siteId } = await newAccount()
    await runImport(h, file(), {}, client)
    const { rows } = await sql<{ type: string; is_dispatched: boolean }>`
      select type, dispatched_at is not null as is_dispatched from events where site_id = ${siteId} order by id`.execute(
      h.app.db,
    )
    expect(rows.map(({ type }) => type)).toEqual([
      'contact_created',
      'tag_added',
      'customer_created',
      'offer_granted',
    ])
    expect(rows.every(({ is_dispatched }) => is_dispatched)).toBe(true)
    await h.drain()
    expect((await client.get('/v1/emails')).body.data).toEqual([])
  })

  test('is the welcome e-mail when it is requested', async () => {
    const { client } = await newAccount()
    await runImport(h, file(), { notify: 'true' }, client)
    await h.drain()
    expect((await client.get('/v1/emails')).body.data).toMatchObject([{ attributes: { kind: 'welcome' } }])
  })
})

test('an import that is cancelled continues where it was', async () => {
  const { client } = await newAccount()
  const lines = Array.from({ length: 600 }, (_, index) => `p${index}@example.com`)
  const { id } = (await client.post('/v1/imports', importForm(`Email\n${lines.join('\n')}`))).body.data
  await processOnce()
  await processOnce()
  expect((await client.post(`/v1/imports/${id}/cancel`)).body.data.attributes).toMatchObject({
    status: 'cancelled',
    done: 500,
  })
  await client.post(`/v1/imports/${id}/start`)
  await processImports(h)
  expect((await client.get(`/v1/imports/${id}`)).body.data.attributes).toMatchObject({
    status: 'completed',
    counts: { created: 600 },
  })
})

const processOnce = async () => (await import('./process-imports.ts')).processImports(h.app)

test('an import whose file was cut off cannot be started', async () => {
  const { client } = await newAccount()
  const { body } = await client.post('/v1/imports', importForm('Email\na@example.com\n', { hold: 'true' }))
  // As when its process was killed while the file arrived, and it was cancelled then.
  await h.app.db
    .updateTable('imports')
    .set({ status: 'cancelled', total: 0 })
    .where('id', '=', body.data.id)
    .execute()
  const { status, body: refused } = await client.post(`/v1/imports/${body.data.id}/start`)
  expect([status, refused.errors[0].code]).toEqual([409, 'import_incomplete'])
})

test('ids that are in use are replaced', async () => {
  const { client } = await newAccount()
  const taken = (
    await client.post('/v1/contacts', {
      data: { type: 'contacts', attributes: { email: 'first@example.com' } },
    })
  ).body.data.id
  const { rows } = await runImport(
    h,
    `Email,ID\none@example.com,${taken}\ntwo@example.com,777000111\nthree@example.com,777000111\n`,
    {},
    client,
  )
  expect(rows[0]!.contactId).not.toBe(taken)
  expect(rows.map(({ contactId }) => contactId === '777000111')).toEqual([false, true, false])
  // What is created afterwards does not get an id that the file wants.
  const next = await client.post('/v1/contacts', {
    data: { type: 'contacts', attributes: { email: 'next@example.com' } },
  })
  expect(Number(next.body.data.id)).toBeGreaterThan(777000111)
})

test('a deleted contact is erased from the rows', async () => {
  const { client, siteId } = await newAccount()
  const { rows, id } = await runImport(
    h,
    'Email,Name\nada@example.com,Ada\nbad address,Ada',
    { dry_run: 'true' },
    client,
  )
  expect(rows).toHaveLength(2)
  await client.post(`/v1/imports/${id}/start`)
  await processImports(h)
  const [row] = await importRowsOf(client, id)
  await client.delete(`/v1/contacts/${row!.contactId}`)
  const { rows: kept } = await sql<{ cells: unknown }>`
    select cells from import_rows where site_id = ${siteId} and cells::text ilike '%ada@example.com%'`.execute(
    h.app.db,
  )
  expect(kept).toEqual([])
})

test('every field that is listed can be chosen for a column, and a new custom field gets a number that is free', async () => {
  const { client } = await newAccount()
  const song = { type: 'custom_fields', attributes: { title: 'Song', handle: 'custom_2' } }
  const { id: songId } = (await client.post('/v1/custom_fields', { data: song })).body.data
  const { kinds } = (await client.get('/v1/imports/kinds')).body.data.attributes
  const [contacts] = kinds
  expect(kinds.map(({ kind }: { kind: string }) => kind)).toEqual([
    'contacts',
    'subscriptions',
    'transactions',
    'form_submissions',
  ])
  expect(contacts.permissions).toContain('manage:contacts')
  expect(contacts.fields.at(-1)).toMatchObject({ name: 'custom_2', labels: ['Song'], is_custom: true })
  const held = async (file: string) =>
    (await client.post('/v1/imports', importForm(file, { hold: 'true' }))).body.data.id
  const change = async (id: string, map: object) =>
    client.patch(`/v1/imports/${id}`, { data: { type: 'imports', id, attributes: { map } } })
  const id = await held('A\nada@example.com\n')
  for (const { name } of contacts.fields) {
    const { status, body } = await change(id, { A: name })
    expect([status, body.data.attributes.columns[0].field]).toEqual([200, name])
  }

  await client.delete(`/v1/custom_fields/${songId}`)
  const other = await held('Email,Color,Size\nada@example.com,red,L\n')
  const { body } = await change(other, { Color: 'new', Size: 'new' })
  expect(body.data.attributes.columns.map(({ field }: { field: string }) => field)).toEqual([
    'email',
    'new',
    'new',
  ])
  await client.post(`/v1/imports/${other}/start`)
  await processImports(h)
  const fields = (await client.get('/v1/custom_fields?sort=handle')).body.data
  // The number of an archived field stays its own.
  expect(fields.map(({ attributes }: Named) => [attributes.handle, attributes.title])).toEqual([
    ['custom_1', 'Color'],
    ['custom_3', 'Size'],
  ])
})
