import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAccount, makeContact, makeKey } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

test('the export has what every module keeps, and takes its own permission', async () => {
  const id = await makeContact(h.app, h.account.siteId, { name: 'Ada Lovelace' })
  await h.client.post('/v1/contact_notes', {
    data: {
      type: 'contact_notes',
      attributes: { body: 'Likes engines' },
      relationships: { contact: { data: { type: 'contacts', id } } },
    },
  })
  const { status, body } = await h.client.get(`/v1/contacts/${id}/export`)
  expect(status).toBe(200)
  expect(body.data).toMatchObject({
    type: 'contact_exports',
    id,
    attributes: { contact: { name: 'Ada Lovelace' } },
  })
  expect(JSON.stringify(body.data.attributes)).toContain('Likes engines')
  const { token } = await makeKey(h.app, h.account, ['view:contacts', 'manage:contacts'])
  expect((await h.clientWith(token).get(`/v1/contacts/${id}/export`)).status).toBe(403)
})

test('a contact of another account cannot be exported', async () => {
  const id = await makeContact(h.app, (await makeAccount(h.app)).siteId)
  expect((await h.client.get(`/v1/contacts/${id}/export`)).status).toBe(404)
})
