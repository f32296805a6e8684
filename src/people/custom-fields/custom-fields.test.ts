import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAccount, makeCustomField, makeSite } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal } from '../../testing/refusals.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const create = (attributes: object, client = h.client, relationships?: object) =>
  client.post('/v1/custom_fields', {
    data: { type: 'custom_fields', attributes, ...(relationships && { relationships }) },
  })

describe('the handle of a new field', () => {
  test('is the lowest number that the site has never used, also by an archived field', async () => {
    const client = h.clientWith((await makeAccount(h.app)).token)
    const handleOf = async (attributes: object) => (await create(attributes, client)).body.data
    expect((await handleOf({ title: 'One' })).attributes.handle).toBe('custom_1')
    expect((await handleOf({ title: 'Seven', handle: 'custom_3' })).attributes.handle).toBe('custom_3')
    const two = await handleOf({ title: 'Two' })
    expect(two.attributes).toEqual({
      title: 'Two',
      handle: 'custom_2',
      type: 'TextField',
      required: false,
      archived: false,
      select_options: null,
    })
    await client.delete(`/v1/custom_fields/${two.id}`)
    expect((await handleOf({ title: 'Four' })).attributes.handle).toBe('custom_4')
    expect((await client.get(`/v1/custom_fields/${two.id}`)).body.data.attributes.archived).toBe(true)
    const again = () => create({ title: 'Again', handle: 'custom_2' }, client)
    await expectRefusal(h.app, again, 422, { pointer: '/data/attributes/handle' })
    expect((await handleOf({ title: 'Last', handle: 'custom_9999' })).attributes.handle).toBe('custom_9999')
  })

  test('is assigned once, however many are created at a time', async () => {
    const client = h.clientWith((await makeAccount(h.app)).token)
    const made = await Promise.all(Array.from({ length: 8 }, () => create({ title: 'Field' }, client)))
    const handles = made.map(({ body }) => body.data.attributes.handle)
    expect(handles.sort()).toEqual(Array.from({ length: 8 }, (_, index) => `custom_${index + 1}`))
  })

  test.each(['custom_0', 'custom_10000', 'custom_01', 'song', 'custom_x'])(
    'is custom_1 to custom_9999, not %s',
    async (handle) => {
      await expectRefusal(h.app, () => create({ title: 'Field', handle }), 422, {
        pointer: '/data/attributes/handle',
      })
    },
  )

  test('belongs to one site: another site has a custom_1 of its own', async () => {
    const account = await makeAccount(h.app)
    const other = await makeSite(h.app, account)
    const client = h.clientWith(account.token)
    for (const id of [account.siteId, other]) {
      const { body } = await create({ title: 'One' }, client, { site: { data: { type: 'sites', id } } })
      expect(body.data.attributes.handle).toBe('custom_1')
    }
  })
})

test('a field of a choice has options, one on each line and different from each other; others have none', async () => {
  const choice = { title: 'Colour', type: 'SelectBoxField' }
  const source = { pointer: '/data/attributes/select_options' }
  await expectRefusal(h.app, () => create(choice), 422, { pointer: '/data/attributes' })
  for (const select_options of ['', ' \n ', 'Red\nRed'])
    await expectRefusal(h.app, () => create({ ...choice, select_options }), 422, source)
  await expectRefusal(h.app, () => create({ title: 'Song', select_options: 'Red' }), 422, source)
  const { body } = await create({ ...choice, select_options: ' Red \n\nDark blue\r\n' })
  expect(body.data.attributes.select_options).toBe('Red\nDark blue')
})

test('a site has at most 150 fields that are not archived', async () => {
  const account = await makeAccount(h.app)
  for (let number = 1; number <= 150; number++) await makeCustomField(h.app, account.siteId, { number })
  const client = h.clientWith(account.token)
  await expectRefusal(h.app, () => create({ title: 'More' }, client), 422, { pointer: '/data' })
  const [first] = (await client.get('/v1/custom_fields')).body.data
  await client.delete(`/v1/custom_fields/${first.id}`)
  expect((await create({ title: 'More' }, client)).body.data.attributes.handle).toBe('custom_151')
  await expectRefusal(h.app, () => client.patch(`/v1/custom_fields/${first.id}`, unarchived), 422, {
    pointer: '/data',
  })
})

const unarchived = { data: { type: 'custom_fields', attributes: { archived: false } } }

test('an archived field is restored with the values that contacts have, and can be changed in the same request', async () => {
  const account = await makeAccount(h.app)
  const client = h.clientWith(account.token)
  const field = await makeCustomField(h.app, account.siteId, { number: 7 })
  const attributes = { email: 'ada@example.com', custom_7: 'kept' }
  const contact = (await client.post('/v1/contacts', { data: { type: 'contacts', attributes } })).body.data.id
  const path = `/v1/custom_fields/${field}`
  await client.delete(path)
  const stranger = h.clientWith((await makeAccount(h.app)).token)
  await expectRefusal(h.app, () => stranger.patch(path, unarchived), 404)
  await expectRefusal(
    h.app,
    () => client.patch(path, { data: { type: 'custom_fields', attributes: {} } }),
    404,
  )
  const changes = { archived: false, title: 'Restored' }
  const { status, body, headers } = await client.patch(path, {
    data: { type: 'custom_fields', attributes: changes },
  })
  expect([status, body.data.attributes, headers.get('warning')]).toEqual([
    200,
    expect.objectContaining({ ...changes, handle: 'custom_7' }),
    null,
  ])
  expect((await client.get(`/v1/contacts/${contact}`)).body.data.attributes.custom_7).toBe('kept')
  expect((await client.get('/v1/contacts?filter[custom_7]=kept')).body.data).toHaveLength(1)
  expect((await client.patch(path, { data: body.data })).body.data).toEqual(body.data)
  const archived = { data: { type: 'custom_fields', attributes: { archived: true } } }
  await expectRefusal(h.app, () => client.patch(path, archived), 422, {
    pointer: '/data/attributes/archived',
  })
})

describe('the list', () => {
  test('is filtered by title, type and required, and sorted by title, handle, type and required', async () => {
    const account = await makeAccount(h.app)
    const client = h.clientWith(account.token)
    await makeCustomField(h.app, account.siteId, { number: 10, title: 'Favorite song' })
    await makeCustomField(h.app, account.siteId, {
      number: 9,
      title: 'Age',
      type: 'NumberField',
      required: true,
    })
    await makeCustomField(h.app, account.siteId, { number: 2, title: 'favorite film', type: 'TextAreaField' })
    const handles = async (query: string) =>
      (await client.get(`/v1/custom_fields?${query}`)).body.data.map(
        ({ attributes }: { attributes: { handle: string } }) => attributes.handle,
      )
    expect(await handles('')).toEqual(['custom_2', 'custom_9', 'custom_10'])
    expect(await handles('sort=-handle')).toEqual(['custom_10', 'custom_9', 'custom_2'])
    expect(await handles('sort=title')).toEqual(['custom_9', 'custom_2', 'custom_10'])
    expect(await handles('sort=type')).toEqual(['custom_9', 'custom_2', 'custom_10'])
    expect(await handles('sort=-required,handle')).toEqual(['custom_9', 'custom_2', 'custom_10'])
    expect(await handles('filter[title_cont]=FAVORITE')).toEqual(['custom_2', 'custom_10'])
    expect(await handles('filter[type_eq]=TextField')).toEqual(['custom_10'])
    expect((await client.get('/v1/custom_fields?filter[type_eq]=NoField')).status).toBe(400)
    expect(await handles('filter[required_eq]=true')).toEqual(['custom_9'])
    expect(await handles('filter[required_eq]=false&sort=handle')).toEqual(['custom_2', 'custom_10'])
  })
})
