/** `PUT /v1/contacts/by-email/{email}`: create or change in one request. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeTag } from '../../testing/automations.ts'
import { makeAccount, makeSite, makeThreeFields, unique } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
  await makeThreeFields(h.app, h.account.siteId)
})
afterAll(() => h.close())

const document = (attributes?: object, more: object = {}) => ({
  data: { type: 'contacts', ...(attributes && { attributes }), ...more },
})
const pathOf = (email: string) => `/v1/contacts/by-email/${encodeURIComponent(email)}`
const put = (email: string, attributes?: object, more?: object) =>
  h.client.put(pathOf(email), document(attributes, more))
const newEmail = () => `put${unique()}@example.com`

const eventsOf = async (contactId: string) => {
  const { rows } = await h.app.pool.query('select type, data from events where contact_id = $1 order by id', [
    contactId,
  ])
  return rows
}

test('creates a contact that there is not, and changes it afterwards: what is not given stays', async () => {
  const email = newEmail()
  const made = await put(email, { name: 'Ada Lovelace', custom_1: 'Tea', subscribed: true })
  expect(made.status).toBe(201)
  const { id } = made.body.data
  expect(made.headers.get('location')).toBe(`${h.url}/v1/contacts/${id}`)
  expect(made.body.data.attributes).toMatchObject({
    email,
    name: 'Ada Lovelace',
    custom_1: 'Tea',
    subscribed: true,
  })
  const changed = await put(email, { phone_number: '1', custom_2: 'Go' })
  expect([changed.status, changed.headers.get('location')]).toEqual([200, null])
  expect(changed.body.data).toMatchObject({
    id,
    attributes: {
      name: 'Ada Lovelace',
      phone_number: '1',
      custom_1: 'Tea',
      custom_2: 'Go',
      subscribed: true,
    },
  })
  expect(await eventsOf(id)).toEqual([
    { type: 'contact_created', data: {} },
    { type: 'contact_updated', data: { changed: ['phone_number', 'custom_2'] } },
  ])
})

test('the same again changes nothing, and a body without attributes is enough', async () => {
  const email = newEmail()
  const { body } = await put(email)
  const again = await put(email, { email, name: '' })
  expect([again.status, again.body.data.attributes.updated_at]).toEqual([
    200,
    body.data.attributes.updated_at,
  ])
  expect(await eventsOf(body.data.id)).toHaveLength(1)
})

test('the address may be spelled in any way', async () => {
  const { id } = (await put('grace+news@bücher.example', { name: 'Grace' })).body.data
  for (const spelling of [
    'Grace+News@xn--bcher-kva.example',
    ' grace+news@BÜCHER.example',
    'grace news@bücher.example',
  ])
    expect([spelling, (await put(spelling)).body.data?.id]).toEqual([spelling, id])
})

test('twenty at once make one contact: one response is 201, the others are 200', async () => {
  const email = newEmail()
  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, index) => put(email, { phone_number: String(index) })),
  )
  expect(replies.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201])
  expect(new Set(replies.map(({ body }) => body.data.id)).size).toBe(1)
  const types = (await eventsOf(replies[0]!.body.data.id)).map(({ type }) => type)
  expect(types.filter((type) => type === 'contact_created')).toHaveLength(1)
})

test('tags are set as by POST and PATCH', async () => {
  const [email, one, two] = [
    newEmail(),
    await makeTag(h.app, h.account.siteId),
    await makeTag(h.app, h.account.siteId),
  ]
  const tagged = (id: string) => ({ relationships: { tags: { data: [{ type: 'contact_tags', id }] } } })
  expect((await put(email, {}, tagged(one))).body.data.relationships.tags.data[0].id).toBe(one)
  expect((await put(email, {}, tagged(two))).body.data.relationships.tags.data).toEqual([
    { type: 'contact_tags', id: two },
  ])
  expect((await put(email, { name: 'X' })).body.data.relationships.tags.data).toHaveLength(1)
  const unknown = await put(newEmail(), {}, tagged('999999'))
  expect([unknown.status, unknown.body.errors[0].source.pointer]).toEqual([
    404,
    '/data/relationships/tags/data/0',
  ])
})

test('another e-mail in the body is refused, whether there is a contact or not; nothing is written', async () => {
  const email = newEmail()
  for (const which of ['new', 'known']) {
    const { status, body } = await put(email, { email: 'other@example.com', name: 'Other' })
    expect([status, body.errors[0].code, body.errors[0].source.pointer]).toEqual([
      422,
      'email_mismatch',
      '/data/attributes/email',
    ])
    expect(body.errors[0].detail.includes('PATCH /v1/contacts/')).toBe(which === 'known')
    const { data } = (await h.client.get(`/v1/contacts?filter[email]=${email}`)).body
    expect(data.map((contact: { attributes: { name: string } }) => contact.attributes.name)).not.toContain(
      'Other',
    )
    await put(email)
  }
})

test('a former address leads to its contact, whose address stays', async () => {
  const [old, current] = [newEmail(), newEmail()]
  const { id } = (await put(old)).body.data
  await h.client.patch(`/v1/contacts/${id}`, document({ email: current }))
  for (const email of [undefined, old, current]) {
    const { status, body } = await put(old, { name: `Ada ${email}`, ...(email && { email }) })
    expect([status, body.data.id, body.data.attributes.email]).toEqual([200, id, current])
  }
})

test('an address that is none is refused, and so is an id', async () => {
  const { status, body } = await put('nobody')
  expect([status, body.errors[0].detail]).toEqual([422, expect.stringContaining('Percent-encode it')])
  expect((await put(newEmail(), {}, { id: '99999999' })).status).toBe(403)
  const email = newEmail()
  const { id } = (await put(email)).body.data
  expect((await put(email, { name: 'X' }, { id })).status).toBe(200)
  expect((await put(email, { name: 'Y' }, { id: '99999999' })).body.errors[0].code).toBe('id_mismatch')
})

test('of several sites, the document names one', async () => {
  const account = await makeAccount(h.app)
  const second = await makeSite(h.app, account)
  const client = h.clientWith(account.token)
  const email = newEmail()
  expect((await client.put(pathOf(email), document({}))).body.errors[0].code).toBe('site_required')
  const relationships = { site: { data: { type: 'sites', id: second } } }
  const first = await client.put(pathOf(email), document({}, { relationships }))
  expect([first.status, first.body.data.relationships.site.data.id]).toEqual([201, second])
  expect((await client.put(pathOf(email), document({ name: 'X' }, { relationships }))).status).toBe(200)
})

test('a repeated request with its Idempotency-Key gets the first response, until the contact is deleted', async () => {
  const email = newEmail()
  const once = () => h.client.put(pathOf(email), document({ name: 'Ada' }), { 'idempotency-key': email })
  const [first, second] = [await once(), await once()]
  expect([second.status, second.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
  await h.client.delete(`/v1/contacts/${first.body.data.id}`)
  const { rows } = await h.app.pool.query('select from idempotency_keys where outcome::text like $1', [
    `%${email}%`,
  ])
  expect(rows).toEqual([])
})
