import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeContact, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal } from '../../testing/refusals.ts'

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
  test('a contact that was read can be sent back with a changed attribute', async () => {
    const { body } = await h.client.get(`/v1/contacts/${contactId}`)
    body.data.attributes.phone_number = '030 1234'
    const reply = await h.client.patch(`/v1/contacts/${contactId}`, { data: body.data })
    expect([reply.status, reply.body.data?.attributes.phone_number]).toEqual([200, '030 1234'])
  })

  test.each([
    'application/json',
    'text/plain',
    `${MEDIA_TYPE}; charset=utf-8`,
    `${MEDIA_TYPE}; ext="https://example.com/ext"`,
    '',
  ])('415 for a document sent as %j', async (type) => {
    const send = () => h.client.post(offers(), offersBody([]), { 'content-type': type })
    await expectRefusal(h.app, send, 415, { header: 'Content-Type' })
  })

  test('415 for a document without a type; a request without a body needs none', async () => {
    const { status, body } = await bare('POST', offers(), JSON.stringify(offersBody([])))
    expect([status, body.errors[0].source]).toEqual([415, { header: 'Content-Type' }])
    expect((await bare('GET', offers(), '')).status).toBe(200)
  })

  test.each([
    MEDIA_TYPE,
    'Application/Vnd.API+JSON',
    `${MEDIA_TYPE}; ext=""`,
    `${MEDIA_TYPE};profile="https://example.com/p"`,
  ])('a document sent as %s is accepted', async (type) => {
    expect((await h.client.post(offers(), offersBody([]), { 'content-type': type })).status).toBe(200)
  })

  test.each([
    'application/json',
    'text/html',
    `${MEDIA_TYPE}; charset=utf-8`,
    'text/*',
    `${MEDIA_TYPE}; charset=utf-8, */*;q=0.1`,
    `${MEDIA_TYPE}; ext="https://example.com/ext"`,
    `${MEDIA_TYPE};q=0, */*`,
  ])('406 for Accept: %s', async (accept) => {
    await expectRefusal(h.app, () => h.client.get('/v1/contacts', { accept }), 406, { header: 'Accept' })
  })

  test.each([
    '*/*',
    'application/*',
    MEDIA_TYPE,
    `text/html, ${MEDIA_TYPE};q=0.8`,
    'application/VND.api+json',
    `${MEDIA_TYPE}; charset=utf-8, ${MEDIA_TYPE}`,
    `${MEDIA_TYPE}; profile="https://example.com/a,b"`,
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
  ])('400 for parts that lenient mode ignores: %s', async (path, parameter) => {
    await expectRefusal(h.app, () => h.client.get(path.replace('ID', contactId)), 400, { parameter })
  })

  test('400 for an unknown attribute, with a pointer, and not reported as ignored', async () => {
    const body = { data: { type: 'contacts', attributes: { email: 'new@example.com', 'a/b': 1 } } }
    const refused = await expectRefusal(h.app, () => h.client.post('/v1/contacts', body), 400, {
      pointer: '/data/attributes/a~1b',
    })
    expect(refused.body.errors[0].detail).toBe('The attribute a/b cannot be set in this request.')
  })

  test('400 for a relationship that cannot be set in a new resource', async () => {
    const relationships = { offers: { data: [{ type: 'offers', id: '1' }] } }
    const body = { data: { type: 'contacts', attributes: { email: 'new@example.com' }, relationships } }
    await expectRefusal(h.app, () => h.client.post('/v1/contacts', body), 400, {
      pointer: '/data/relationships/offers',
    })
  })

  test('400 for ids that are numbers, and for a resource to change without its id', async () => {
    const site = { data: { type: 'sites', id: Number(h.account.siteId) } }
    const contact = { type: 'contacts', attributes: {} }
    for (const [send, pointer] of [
      [() => h.client.post(offers(), { data: [{ type: 'offers', id: 1 }] }), '/data/0/id'],
      [
        () => h.client.patch(`/v1/contacts/${contactId}`, { data: { ...contact, id: Number(contactId) } }),
        '/data/id',
      ],
      [() => h.client.patch(`/v1/contacts/${contactId}`, { data: contact }), '/data'],
      [
        () => h.client.post('/v1/contacts', { data: { ...contact, relationships: { site } } }),
        '/data/relationships/site/data/id',
      ],
    ] as const) {
      await expectRefusal(h.app, send, 400, { pointer })
    }
  })

  test('members that begin with @ are ignored', async () => {
    const attributes = { '@id': 'x', email: 'linked@example.com' }
    expect((await h.client.post('/v1/contacts', { data: { type: 'contacts', attributes } })).status).toBe(201)
  })

  test('fields leaves out relationships too', async () => {
    const { body } = await h.client.get(`/v1/contacts/${contactId}?fields[contacts]=name,tags`)
    expect([Object.keys(body.data.attributes), Object.keys(body.data.relationships)]).toEqual([
      ['name'],
      ['tags'],
    ])
  })

  test('responses have Vary: Accept', async () => {
    expect((await h.client.get('/v1/contacts')).headers.get('vary')).toBe('Accept')
    expect((await h.client.get('/v1/contacts', { accept: 'text/html' })).headers.get('vary')).toBe('Accept')
  })

  test('OAuth forms are accepted as in lenient mode', async () => {
    const { clientId: client_id, clientSecret: client_secret } = h.account
    const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
    const send = (path: string, fields: Record<string, string>) =>
      h.client.post(path, new URLSearchParams(fields).toString(), form)
    const { status, body } = await send('/v1/oauth/token', { client_id, client_secret })
    expect(status).toBe(200)
    expect((await send('/v1/oauth/revoke', { token: body.access_token })).status).toBe(200)
  })
})

/** A request without headers except the token. */
async function bare(method: string, path: string, body: string) {
  const authorization = `Bearer ${h.account.token}`
  // A body of bytes gets no Content-Type.
  const response = await fetch(h.url + path, {
    method,
    headers: { authorization },
    body: body === '' ? undefined : new TextEncoder().encode(body),
  })
  // biome-ignore lint/suspicious/noExplicitAny: the body of any document
  return { status: response.status, body: (await response.json()) as any }
}
