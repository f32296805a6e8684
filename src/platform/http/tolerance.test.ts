import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeContact, makeOffer, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
let contactId: string
let offerId: string
beforeAll(async () => {
  h = await startHarness()
  contactId = await makeContact(h.app, h.account.siteId)
  offerId = await makeOffer(h.app, h.account.siteId)
})
afterAll(() => h.close())

const path = () => `/v1/contacts/${contactId}/relationships/offers`

describe('requests that deviate from JSON:API work', () => {
  test.each(['application/json', '*/*', 'text/html', 'application/vnd.api+json; charset=utf-8', ''])(
    'Accept: %s',
    async (accept) => {
      const { status, headers } = await h.client.get('/v1/contacts', { accept })
      expect([status, headers.get('content-type')]).toEqual([
        200,
        expect.stringContaining('application/vnd.api+json'),
      ])
    },
  )

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/vnd.api+json',
    'text/plain',
    'json',
    'application/x-www-form-urlencoded',
    '',
  ])('a document sent as %j', async (type) => {
    const { status } = await h.client.post(path(), offersBody([offerId]), { 'content-type': type })
    expect(status).toBe(200)
  })

  test('no Accept, no Content-Type, no User-Agent', async () => {
    const { status, body } = await bare('POST', path(), JSON.stringify(offersBody([offerId])))
    expect([status, JSON.parse(body).data]).toEqual([200, [{ type: 'offers', id: offerId }]])
  })

  test.each(['/v1/contacts', '/v1/me'])('GET %s with a JSON content type and no body', async (url) => {
    expect((await h.client.get(url, { 'content-type': 'application/json' })).status).toBe(200)
  })

  test('the scheme of the token in any case', async () => {
    for (const scheme of ['bearer', 'BEARER', 'Bearer ']) {
      const authorization = `${scheme} ${h.account.token}`
      expect((await h.clientWith(null).get('/v1/me', { authorization })).status).toBe(200)
    }
  })

  test('ids that are numbers', async () => {
    const body = { data: [{ type: 'offers', id: Number(offerId) }] }
    expect((await h.client.post(path(), body)).body.data).toEqual([{ type: 'offers', id: offerId }])
  })

  test('a byte order mark before the document', async () => {
    expect((await h.client.post(path(), `\uFEFF${JSON.stringify(offersBody([offerId]))}`)).status).toBe(200)
  })

  test('unknown members of a document', async () => {
    const body = { ...offersBody([offerId], { nothing: 1 }), jsonapi: { version: '1.0' }, links: {} }
    expect((await h.client.post(path(), body)).status).toBe(200)
  })
})

test('members that begin with @ are ignored without a Warning', async () => {
  const attributes = { '@id': 'x', email: 'linked@example.com' }
  const { status, headers } = await h.client.post('/v1/contacts', {
    '@context': {},
    data: { '@type': 'y', type: 'contacts', attributes },
  })
  expect([status, headers.get('warning')]).toEqual([201, null])
})

test('HEAD responds like GET, without the body', async () => {
  for (const url of ['/healthz', '/readyz', '/v1/contacts', '/v1/version', '/v1/contacts/0', '/nowhere']) {
    const [got, head] = [await h.client.get(url), await h.client.send('HEAD', url)]
    expect([url, head.status, head.body]).toEqual([url, got.status, ''])
    expect(head.headers.get('content-length')).toBe(got.headers.get('content-length'))
  }
  expect((await h.clientWith(null).send('HEAD', '/v1/contacts')).status).toBe(401)
})

test('a grant is visible immediately, at the contact, at the customer and in both filters', async () => {
  const id = await makeContact(h.app, h.account.siteId)
  const granted = await h.client.post(`/v1/contacts/${id}/relationships/offers`, offersBody([offerId]))
  const customerId = granted.body.meta.customer_id
  expect((await h.client.get(`/v1/contacts/${id}/relationships/offers`)).body).toEqual({
    data: [{ type: 'offers', id: offerId }],
    links: { self: `${h.url}/v1/contacts/${id}/relationships/offers` },
  })
  expect((await h.client.get(`/v1/customers/${customerId}/relationships/offers`)).body.data).toEqual([
    { type: 'offers', id: offerId },
  ])
  const contact = (await h.client.get(`/v1/contacts/${id}`)).body.data
  expect(contact.relationships.customer.data.id).toBe(customerId)
  expect(contact.links.customer).toBe(`${h.url}/v1/customers/${customerId}`)
  expect((await h.client.get(`/v1/customers/${customerId}`)).body.data.relationships.contact.data.id).toBe(id)
  for (const [list, found] of [
    ['contacts', id],
    ['customers', customerId],
  ]) {
    const { body } = await h.client.get(`/v1/${list}?filter[has_offer_id]=${offerId}`)
    expect(body.data.map((one: { id: string }) => one.id)).toContain(found)
  }
})

/** A request without any headers of the client library. */
function bare(method: string, url: string, body: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${h.account.token}` }
    const sent = request(h.url + url, { method, headers }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode!, body: text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

test('a Warning stays short enough for every client, however much is ignored', async () => {
  const attributes = Object.fromEntries(
    Array.from({ length: 400 }, (_, i) => [`unknown_${i}_${'x'.repeat(500)}`, i]),
  )
  const email = 'warned@example.com'
  const { status, headers } = await h.client.post('/v1/contacts', {
    data: { type: 'contacts', attributes: { ...attributes, email } },
  })
  expect(status).toBe(201)
  expect(headers.get('warning')!.length).toBeLessThan(2_000)
  expect(headers.get('warning')).toContain('395 more')
})
