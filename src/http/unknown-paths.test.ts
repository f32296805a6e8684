import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../routes.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { expectRefusal } from '../testing/refusals.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

describe('an unknown path is told, and led to the right one when it is a near miss', () => {
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
  ])('%s', async (path, right) => {
    for (const method of ['GET', 'POST', 'PATCH', 'DELETE']) {
      const body = method === 'GET' ? undefined : {}
      const { body: answer } = await expectRefusal(h.app, () => h.client.send(method, path, body), 404)
      expect(answer.errors[0].detail).toContain(right)
    }
  })

  test.each([
    '/',
    '/v1',
    '/v2/contacts',
    '/v1/nothing',
    '/v1/contacts/7/8/9',
    '/wp-login.php',
    '//',
    '/v1/%2e%2e',
  ])('%s', async (path) => {
    const { body } = await expectRefusal(h.app, () => h.clientWith(null).get(path), 404)
    expect(body.errors[0].code).toBe('unknown_path')
  })
})

test.each(['/%', '/v1/contacts/%E0%A4%A', '/v1/%zz'])(
  'a malformed address is refused in JSON: %s',
  async (path) => {
    const { body } = await expectRefusal(h.app, () => h.client.get(path), 400)
    expect(body.errors[0].code).toBe('malformed_address')
  },
)

test('a method that a path does not take is told with those that it takes', async () => {
  for (const url of new Set(routes.map((route) => route.url))) {
    const allowed = routes.filter((route) => route.url === url).map(({ method }) => method)
    const { headers } = await expectRefusal(
      h.app,
      () => h.client.send('PUT', url.replace('{id}', '1'), {}),
      405,
    )
    // Another route may take the path too, with a word of it as the id.
    expect(headers.get('allow')!.split(', ')).toEqual(expect.arrayContaining(allowed))
  }
})

test('who would make a grant as a resource is led to where offers are granted', async () => {
  const { body } = await expectRefusal(h.app, () => h.client.post('/v1/grants', {}), 405)
  expect(body.errors[0].detail).toContain('POST /v1/contacts/{id}/relationships/offers')
})

test('every answer carries a request id, and each its own', async () => {
  const paths = ['/v1/me', '/nowhere', '/v1/contacts/0', '/%', '/healthz']
  const ids = await Promise.all(
    paths.map(async (path) => (await h.client.get(path)).headers.get('x-request-id')),
  )
  expect(new Set(ids).size).toBe(paths.length)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/)
})
