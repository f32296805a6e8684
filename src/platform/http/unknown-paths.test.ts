import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../../api.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal } from '../../testing/refusals.ts'
import { KAJABI_OPERATIONS } from './kajabi-operations.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

describe('an unknown path is reported, with a hint to the right one when it is a near miss', () => {
  test.each([
    ['/v1/contacts/7/offers', '/v1/contacts/7/relationships/offers'],
    ['/contacts/7/offers', '/v1/contacts/7/relationships/offers'],
    ['/v1/customers/7/offers', '/v1/customers/7/relationships/offers'],
    ['/v1/members', '/v1/contacts'],
    ['/members/7', '/v1/contacts'],
    ['/grants', 'POST /v1/contacts/{id}/relationships/offers'],
    ['/v1/tags', '/v1/contact_tags'],
    ['/v1/contacts/7/tags', '/v1/contacts/7/relationships/tags'],
    ['/v1/offers/7/relationships/contacts', 'filter[has_offer_id]=7'],
    ['/oauth/token', '/v1/oauth/token'],
    ['/oauth/revoke', '/v1/oauth/revoke'],
    ['/contacts', '/v1/contacts'],
    ['/api/v1/contacts/7', '/v1/contacts/7'],
    ['/me?x=1', '/v1/me'],
    ['/v1/people', '/v1/contacts'],
    ['/v1/webhooks', '/v1/hooks'],
    ['/v1/contact/7', '/v1/contacts/7'],
    ['/v1/contact-tags/7', '/v1/contact_tags/7'],
    ['/v2/Contacts', '/v1/contacts'],
    ['/v1/contacts/7/relationship/offer/', '/v1/contacts/7/relationships/offers'],
    ['/purchases/7', '/v1/purchases/7'],
    ['/token', '/v1/oauth/token'],
    ['/V1/contacts', '/v1/contacts'],
    ['//v1/contacts/7', '/v1/contacts/7'],
    ['/v1//contacts', '/v1/contacts'],
  ])('%s', async (path, right) => {
    for (const method of ['GET', 'POST', 'PATCH', 'DELETE']) {
      const body = method === 'GET' ? undefined : {}
      const { body: answer } = await expectRefusal(h.app, () => h.client.send(method, path, body), 404)
      expect(answer.errors[0].detail).toContain(right)
    }
  })

  test.each(['/v1', '/v2/contacts', '/v1/nothing', '/v1/contacts/7/8/9', '/wp-login.php', '//'])(
    '%s',
    async (path) => {
      const { body } = await expectRefusal(h.app, () => h.clientWith(null).get(path), 404)
      expect(body.errors[0].code).toBe('unknown_path')
    },
  )
})

test.each(['/%', '/v1/contacts/%E0%A4%A', '/v1/%zz'])(
  'a malformed address is refused in JSON: %s',
  async (path) => {
    const { body } = await expectRefusal(h.app, () => h.client.get(path), 400)
    expect(body.errors[0].code).toBe('malformed_address')
  },
)

test('an unsupported method is reported with the methods that the path supports', async () => {
  for (const url of new Set(routes.map((route) => route.url))) {
    const allowed = routes.filter((route) => route.url === url).map(({ method }) => method)
    const other = allowed.includes('PUT') ? 'DELETE' : 'PUT'
    const { headers } = await expectRefusal(
      h.app,
      () => h.client.send(other, url.replace('{id}', '1'), {}),
      405,
    )
    // Another route may match the path too, with a word of it as the id.
    expect(headers.get('allow')!.split(', ')).toEqual(expect.arrayContaining(allowed))
  }
})

test('a form or an invalid document sent to a wrong path or with a wrong method gets 404 or 405, and is not parsed', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const token = () => h.clientWith(null).post('/oauth/token', 'grant_type=client_credentials', form)
  const { body } = await expectRefusal(h.app, token, 404)
  expect(body.errors[0].detail).toContain('/v1/oauth/token')
  await expectRefusal(h.app, () => h.client.send('PUT', '/v1/contacts/1', 'name=Ada', form), 405)
  await expectRefusal(h.app, () => h.client.post('/v1/nothing', '{"data":'), 404)
})

test.each([
  ['/v1/contacts/', 200],
  ['/v1/sites/?page[size]=1', 200],
  ['/v1/me/', 200],
  ['/v1/version/', 200],
  ['/healthz/', 200],
  ['/openapi.json/', 200],
  ['/v1/contacts/0/', 404],
])('a trailing slash is tolerated: %s', async (path, status) => {
  expect((await h.client.get(path)).status).toBe(status)
})

test.each([
  ['GET', '/v1/contacts//relationships/offers', 'id'],
  ['POST', '/v1/contacts//relationships/offers', 'id'],
  ['GET', '/v1/contacts/%20', 'id'],
  ['DELETE', '/v1/contacts/%20', 'id'],
])('an empty id is reported by its parameter name: %s %s', async (method, path, name) => {
  const send = () => h.client.send(method, path, method === 'POST' ? 'no document' : undefined)
  const { body } = await expectRefusal(h.app, send, 400)
  expect(body.errors[0]).toMatchObject({
    code: 'empty_id',
    detail: expect.stringContaining(`parameter ${name} `),
  })
})

test('an empty id in an activation URL is reported in the format of that URL', async () => {
  const { status, body } = await h.clientWith(null).post('/webhooks/offers/abc//activate', {})
  expect([status, body]).toEqual([
    400,
    { error: 'invalid_request', error_description: expect.stringContaining('offer_id') },
  ])
})

test.each([
  ['GET', '/v1/oauth/token'],
  ['GET', '/webhooks/offers/abc/1/activate'],
  ['PUT', '/v1/contacts/1'],
])('a hint never repeats the requested path: %s %s', async (method, path) => {
  const body = method === 'GET' ? undefined : {}
  const { body: answer } = await expectRefusal(h.app, () => h.client.send(method, path, body), 405)
  expect(answer.errors[0].detail).toMatch(/^\S+ does not support \w+\. Supported: [\w, ]+\.$/)
})

test('the tags of no contact get no hint to the contact "relationships"', async () => {
  const { body } = await expectRefusal(h.app, () => h.client.get('/v1/contacts/relationships/tags'), 404)
  expect(body.errors[0].detail).toBe('There is nothing at /v1/contacts/relationships/tags.')
})

test('each of Kajabi’s 77 operations is served, and every other route is an extension', () => {
  const known = (url: string) => url.replace(/\{\w+\}/g, '{}')
  const kajabis = KAJABI_OPERATIONS.map(({ method, url }) => `${method} ${known(url)}`)
  expect(new Set(kajabis).size).toBe(77)
  const inbound = routes.filter(({ url }) => url.startsWith('/webhooks/'))
  const same = routes.filter((route) => !route.extension && !inbound.includes(route))
  expect(same.map(({ method, url }) => `${method} ${known(url)}`).sort()).toEqual(kajabis.sort())
})

test('POST /v1/grants gets a hint to the operation that grants offers', async () => {
  const { body } = await expectRefusal(h.app, () => h.client.post('/v1/grants', {}), 405)
  expect(body.errors[0].detail).toContain('POST /v1/contacts/{id}/relationships/offers')
})

test('every response has a request id of its own', async () => {
  const paths = ['/v1/me', '/nowhere', '/v1/contacts/0', '/%', '/healthz']
  const ids = await Promise.all(
    paths.map(async (path) => (await h.client.get(path)).headers.get('x-request-id')),
  )
  expect(new Set(ids).size).toBe(paths.length)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/)
})
