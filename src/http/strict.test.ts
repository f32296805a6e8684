import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeContact, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { expectRefusal } from '../testing/refusals.ts'

let h: Harness
let contactId: string
beforeAll(async () => {
  h = await startHarness({ settings: { JSONAPI_STRICT: 'on' } })
  contactId = await makeContact(h.app, h.account.siteId)
})
afterAll(() => h.close())

const MEDIA_TYPE = 'application/vnd.api+json'
const offers = () => `/v1/contacts/${contactId}/relationships/offers`

describe('with JSONAPI_STRICT on', () => {
  test('a contact that was read can be sent back with a change', async () => {
    const { body } = await h.client.get(`/v1/contacts/${contactId}`)
    body.data.attributes.phone_number = '030 1234'
    const reply = await h.client.patch(`/v1/contacts/${contactId}`, { data: body.data })
    expect([reply.status, reply.body.data?.attributes.phone_number]).toEqual([200, '030 1234'])
  })

  test.each(['application/json', 'text/plain', `${MEDIA_TYPE}; charset=utf-8`, ''])(
    '415 for a document sent as %j',
    async (type) => {
      const send = () => h.client.post(offers(), offersBody([]), { 'content-type': type })
      await expectRefusal(h.app, send, 415, { header: 'Content-Type' })
    },
  )

  test.each([
    MEDIA_TYPE,
    `${MEDIA_TYPE}; ext="https://example.com/ext"`,
    `${MEDIA_TYPE};profile="https://example.com/p"`,
  ])('a document sent as %s is taken', async (type) => {
    expect((await h.client.post(offers(), offersBody([]), { 'content-type': type })).status).toBe(200)
  })

  test.each(['application/json', 'text/html', `${MEDIA_TYPE}; charset=utf-8`, 'text/*'])(
    '406 for Accept: %s',
    async (accept) => {
      await expectRefusal(h.app, () => h.client.get('/v1/contacts', { accept }), 406, { header: 'Accept' })
    },
  )

  test.each([
    '*/*',
    'application/*',
    MEDIA_TYPE,
    `text/html, ${MEDIA_TYPE};q=0.8`,
    `${MEDIA_TYPE}; charset=utf-8, */*;q=0.1`,
  ])('Accept: %s is served', async (accept) => {
    expect((await h.client.get('/v1/contacts', { accept })).status).toBe(200)
  })

  test.each([
    ['/v1/contacts?limit=5', 'limit'],
    ['/v1/contacts?filter[colour]=red', 'filter[colour]'],
    ['/v1/contacts?include=orders', 'include'],
    ['/v1/contacts?fields[contacts]=shoe_size', 'fields[contacts]'],
    ['/v1/contacts/ID?include=orders', 'include'],
    ['/v1/contacts/ID/relationships/offers?page[size]=5', 'page[size]'],
  ])('400 for what lenient mode passes over: %s', async (path, parameter) => {
    await expectRefusal(h.app, () => h.client.get(path.replace('ID', contactId)), 400, { parameter })
  })

  test('400 for an unknown attribute, told by its place', async () => {
    const body = { data: { type: 'contacts', attributes: { email: 'new@example.com', 'a/b': 1 } } }
    await expectRefusal(h.app, () => h.client.post('/v1/contacts', body), 400, {
      pointer: '/data/attributes/a~1b',
    })
  })

  test('OAuth’s forms are taken as ever', async () => {
    const { clientId: client_id, clientSecret: client_secret } = h.account
    const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
    const send = (path: string, fields: Record<string, string>) =>
      h.client.post(path, new URLSearchParams(fields).toString(), form)
    const { status, body } = await send('/v1/oauth/token', { client_id, client_secret })
    expect(status).toBe(200)
    expect((await send('/v1/oauth/revoke', { token: body.access_token })).status).toBe(200)
  })
})
