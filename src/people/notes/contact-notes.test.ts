import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAccount, makeContact, makeKey } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal } from '../../testing/refusals.ts'

let h: Harness
let contactId: string
beforeAll(async () => {
  h = await startHarness()
  contactId = await makeContact(h.app, h.account.siteId, { name: 'Ada' })
})
afterAll(() => h.close())

const note = (about: string, body = 'Prefers mornings.') => ({
  data: {
    type: 'contact_notes',
    attributes: { body },
    relationships: { contact: { data: { type: 'contacts', id: about } } },
  },
})

const listed = async (query: string) =>
  (await h.client.get(`/v1/contact_notes?${query}`)).body.data.map(
    ({ attributes }: { attributes: { body: string } }) => attributes.body,
  )

test('a note belongs to the contact that it was created for, and is shown with it', async () => {
  const created = await h.client.post('/v1/contact_notes?include=contact', note(contactId))
  expect(created.status).toBe(201)
  expect(created.body.data).toEqual({
    id: expect.any(String),
    type: 'contact_notes',
    attributes: {
      body: 'Prefers mornings.',
      created_at: expect.any(String),
      updated_at: expect.any(String),
    },
    relationships: { contact: { data: { type: 'contacts', id: contactId } } },
    links: { self: `${h.url}/v1/contact_notes/${created.body.data.id}` },
  })
  expect(created.body.included).toMatchObject([
    { type: 'contacts', id: contactId, attributes: { name: 'Ada' } },
  ])
})

test('a PATCH changes the text alone: another contact is ignored with a warning', async () => {
  const { id } = (await h.client.post('/v1/contact_notes', note(contactId))).body.data
  const other = await makeContact(h.app, h.account.siteId)
  const { status, body, headers } = await h.client.patch(
    `/v1/contact_notes/${id}`,
    note(other, 'Moved away.'),
  )
  expect([status, body.data.attributes.body]).toEqual([200, 'Moved away.'])
  expect(body.data.relationships.contact.data.id).toBe(contactId)
  expect(headers.get('warning')).toContain('The relationship contact cannot be set in this request')
})

test('a list has the notes about one contact, the newest first', async () => {
  const about = await makeContact(h.app, h.account.siteId)
  for (const body of ['First', 'Second', 'Third']) await h.client.post('/v1/contact_notes', note(about, body))
  expect(await listed(`filter[contact_id]=${about}`)).toEqual(['Third', 'Second', 'First'])
  expect(await listed(`filter[contact_id]=${about}&sort=created_at`)).toEqual(['First', 'Second', 'Third'])
  expect(await listed(`filter[contact_id]=${about}&filter[body_cont]=eco`)).toEqual(['Second'])
  await expectRefusal(h.app, () => h.client.get('/v1/contact_notes?filter[contact_id]=999999'), 404, {
    parameter: 'filter[contact_id]',
  })
})

test('without a contact nothing is created: 400 when it is missing, 404 when it is unknown, deleted or another account’s', async () => {
  const deleted = await makeContact(h.app, h.account.siteId)
  await h.client.delete(`/v1/contacts/${deleted}`)
  const stranger = await makeAccount(h.app)
  const source = { pointer: '/data/relationships/contact/data/id' }
  for (const about of ['999999', deleted, await makeContact(h.app, stranger.siteId)])
    await expectRefusal(h.app, () => h.client.post('/v1/contact_notes', note(about)), 404, source)
  const { relationships: _, ...alone } = note(contactId).data
  await expectRefusal(h.app, () => h.client.post('/v1/contact_notes', { data: alone }), 400, {
    pointer: '/data',
  })
})

test('a deleted note is removed, and so are those of a deleted contact', async () => {
  const about = await makeContact(h.app, h.account.siteId)
  const [first, second] = await Promise.all([1, 2].map(() => h.client.post('/v1/contact_notes', note(about))))
  expect((await h.client.delete(`/v1/contact_notes/${first!.body.data.id}`)).status).toBe(200)
  const left = () =>
    h.app.db.selectFrom('contact_notes').select('id').where('contact_id', '=', about).execute()
  expect(await left()).toEqual([{ id: second!.body.data.id }])
  await h.client.delete(`/v1/contacts/${about}`)
  expect(await left()).toEqual([])
})

test('notes are seen and written with the permissions of contacts', async () => {
  const viewer = h.clientWith((await makeKey(h.app, h.account, ['view:contacts'])).token)
  expect((await viewer.get('/v1/contact_notes')).status).toBe(200)
  await expectRefusal(h.app, () => viewer.post('/v1/contact_notes', note(contactId)), 403)
})
