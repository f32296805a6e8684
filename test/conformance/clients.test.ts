/** What existing clients of the API send, byte for byte, and what they rely on in the response. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resources } from '../../src/resources.ts'
import { makeContact, makeOffer, makeProduct } from '../../src/testing/fixtures.ts'
import { type Harness, startHarness } from '../../src/testing/harness.ts'
import { oneOfEach } from '../../src/testing/one-of-each.ts'
import { exchange, type RawResponse } from '../../src/testing/raw-http.ts'

let h: Harness
let host: string
let offerId: string
beforeAll(async () => {
  h = await startHarness({ settings: { PASSWORD_GRANT: 'on' } })
  host = new URL(h.url).host
  offerId = await makeOffer(h.app, h.account.siteId, {
    productIds: [await makeProduct(h.app, h.account.siteId)],
  })
})
afterAll(() => h.close())

interface Shown {
  type: string
  id: string
  relationships?: Record<string, { data?: Identifier | Identifier[] | null }>
}

interface Identifier {
  type: string
  id: string
}

type Head = (method: string, path: string, ...lines: string[]) => string[]

/** The heads of requests, in the order and spelling of the libraries. */
const head: Record<'curl' | 'guzzle' | 'axios' | 'nodeFetch' | 'netHttp' | 'requests', Head> = {
  curl: (method, path, ...lines) => [
    `${method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: curl/8.5.0',
    ...(lines.some((line) => line.startsWith('Accept')) ? [] : ['Accept: */*']),
    ...lines,
  ],
  guzzle: (method, path, ...lines) => [
    `${method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: GuzzleHttp/7',
    ...lines,
  ],
  axios: (method, path, ...lines) => [
    `${method} ${path} HTTP/1.1`,
    'Accept: application/json, text/plain, */*',
    ...lines,
    'User-Agent: axios/1.7.2',
    'Accept-Encoding: gzip, compress, deflate, br',
    `Host: ${host}`,
    'Connection: keep-alive',
  ],
  nodeFetch: (method, path, ...lines) => [
    `${method} ${path} HTTP/1.1`,
    `host: ${host}`,
    'connection: keep-alive',
    ...lines,
    'accept: */*',
    'accept-language: *',
    'sec-fetch-mode: cors',
    'user-agent: node',
    'accept-encoding: gzip, deflate',
  ],
  netHttp: (method, path, ...lines) => [
    `${method} ${path} HTTP/1.1`,
    ...lines,
    'Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3',
    'Accept: */*',
    'User-Agent: Ruby',
    'Connection: close',
    `Host: ${host}`,
  ],
  requests: (method, path, ...lines) => [
    `${method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: python-requests/2.32.3',
    'Accept-Encoding: gzip, deflate',
    'Accept: */*',
    'Connection: keep-alive',
    ...lines,
  ],
}

const length = (body: string) => `Content-Length: ${Buffer.byteLength(body)}`
const token = () => `Authorization: Bearer ${h.account.token}`
const JSON_API = 'Content-Type: application/vnd.api+json'

const get = (path: string, client: Head = head.guzzle): Promise<RawResponse> =>
  exchange(h.url, client('GET', path, token()))

const write = (method: string, path: string, body: string, client: Head = head.axios, type = JSON_API) =>
  exchange(h.url, client(method, path, type, token(), length(body)), body)

const emails = ({ json }: RawResponse) =>
  json.data.map(({ attributes }: { attributes: { email: string } }) => attributes.email)

const newContact = (attributes: object) => JSON.stringify({ data: { type: 'contacts', attributes } })

const grantBody = (meta?: object) => JSON.stringify({ data: [{ type: 'offers', id: offerId }], meta })

describe('row 1: tokens', () => {
  const form = () =>
    `client_id=${h.account.clientId}&client_secret=${h.account.clientSecret}&grant_type=client_credentials`
  const FORM = 'Content-Type: application/x-www-form-urlencoded'

  const isToken = ({ status, headers, json }: RawResponse) => {
    expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^application\/json/)])
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: expect.any(Number) })
    return json
  }

  test('form-encoded', async () => {
    const body = form()
    isToken(await exchange(h.url, head.guzzle('POST', '/v1/oauth/token', FORM, length(body)), body))
  })

  test('as JSON', async () => {
    const { clientId: client_id, clientSecret: client_secret } = h.account
    const body = JSON.stringify({ client_id, client_secret, grant_type: 'client_credentials' })
    const lines = head.axios('POST', '/v1/oauth/token', 'Content-Type: application/json', length(body))
    isToken(await exchange(h.url, lines, body))
  })

  test('as multipart', async () => {
    const part = (name: string, value: string) =>
      `------x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
    const { clientId, clientSecret } = h.account
    const body = `${part('client_id', clientId)}${part('client_secret', clientSecret)}${part('grant_type', 'client_credentials')}------x--\r\n`
    const type = 'Content-Type: multipart/form-data; boundary=----x'
    isToken(await exchange(h.url, head.guzzle('POST', '/v1/oauth/token', type, length(body)), body))
  })

  test('with Basic', async () => {
    const basic = Buffer.from(`${h.account.clientId}:${h.account.clientSecret}`).toString('base64')
    const body = 'grant_type=client_credentials'
    const lines = head.requests(
      'POST',
      '/v1/oauth/token',
      FORM,
      length(body),
      `Authorization: Basic ${basic}`,
    )
    isToken(await exchange(h.url, lines, body))
  })

  test.each(['alone', 'with client id and secret'])('a refresh token %s', async (how) => {
    const body = form()
    const first = isToken(
      await exchange(h.url, head.curl('POST', '/v1/oauth/token', length(body), FORM), body),
    )
    const refresh = `grant_type=refresh_token&refresh_token=${first.refresh_token}`
    const { clientId, clientSecret } = h.account
    const sent = how === 'alone' ? refresh : `${refresh}&client_id=${clientId}&client_secret=${clientSecret}`
    isToken(await exchange(h.url, head.curl('POST', '/v1/oauth/token', length(sent), FORM), sent))
  })
})

describe('row 2: pages', () => {
  test.each([
    '/v1/contacts?page[number]=1&page[size]=1',
    '/v1/contacts?page%5Bnumber%5D=1&page%5Bsize%5D=1',
    '/v1/contacts?page%5bsize%5d=1',
    '/v1/contacts?page[size]=25&page[size]=1',
  ])('%s', async (path) => {
    await makeContact(h.app, h.account.siteId)
    await makeContact(h.app, h.account.siteId)
    const { status, json } = await get(path)
    expect([status, json.data.length, json.meta.current_page]).toEqual([200, 1, 1])
  })
})

test('row 3: filter[site_id] on lists, single resources and relationships', async () => {
  const id = await makeContact(h.app, h.account.siteId)
  for (const path of [
    '/v1/offers',
    `/v1/contacts/${id}`,
    `/v1/contacts/${id}/relationships/offers`,
    '/v1/me',
  ])
    expect([path, (await get(`${path}?filter[site_id]=${h.account.siteId}`)).status]).toEqual([path, 200])
})

test('row 4: of contacts found by e-mail, the one with exactly this address is first', async () => {
  for (const email of ['ada@example.com', 'ada@example.com.au', 'zada@example.com'])
    await makeContact(h.app, h.account.siteId, { email })
  for (const filter of ['search', 'email_contains'])
    expect(emails(await get(`/v1/contacts?filter[${filter}]=ada%40example.com&page[size]=1`))).toEqual([
      'ada@example.com',
    ])
  const sorted = emails(await get('/v1/contacts?filter[search]=ada@example.com&sort=-email'))
  expect(sorted[0]).not.toBe('ada@example.com')
})

test.each(['Accept: application/json', 'Accept: */*', null])('row 5: %s', async (accept) => {
  const lines = ['GET /v1/contacts HTTP/1.1', `Host: ${host}`, token(), ...(accept ? [accept] : [])]
  const { status, headers } = await exchange(h.url, lines)
  expect([status, headers['content-type']]).toEqual([200, 'application/vnd.api+json'])
})

test('row 5: a document sent as application/json', async () => {
  const { status } = await write(
    'POST',
    '/v1/contacts',
    newContact({ email: 'json@example.com', name: 'Json' }),
    head.nodeFetch,
    'content-type: application/json',
  )
  expect(status).toBe(201)
})

test('rows 6, 13, 15: a grant is found at once, wherever clients look', async () => {
  const id = await makeContact(h.app, h.account.siteId)
  const path = `/v1/contacts/${id}/relationships/offers`
  const granted = await write('POST', path, grantBody({ send_customer_welcome_email: false }), head.guzzle)
  expect([granted.status, granted.json.data]).toEqual([200, [{ type: 'offers', id: offerId }]])
  expect((await get(path)).json.data).toEqual([{ type: 'offers', id: offerId }])
  const customer = (await get(`/v1/contacts/${id}`)).json.data.relationships.customer.data.id
  expect((await get(`/v1/customers/${customer}`)).json.data.relationships.contact.data.id).toBe(id)
  for (const [type, found] of [
    ['contacts', id],
    ['customers', customer],
  ]) {
    const { json } = await get(`/v1/${type}?filter[has_offer_id]=${offerId}`)
    expect(json.data.map((one: { id: string }) => one.id)).toContain(found)
  }
})

test('row 7: links.next is absolute, keeps every filter, and is absent on the last page', async () => {
  const domain = 'pages.example.com'
  for (const name of ['a', 'b', 'c'])
    await makeContact(h.app, h.account.siteId, { email: `${name}@${domain}` })
  let next = `${h.url}/v1/contacts?filter[email_contains]=${domain}&page[size]=1&sort=email`
  const seen: string[] = []
  for (;;) {
    const { pathname, search } = new URL(next)
    const response = await get(pathname + search)
    seen.push(...emails(response))
    if (!Object.hasOwn(response.json.links, 'next')) break
    next = response.json.links.next
    expect(new URL(next).host).toBe(host)
  }
  expect(seen).toEqual([`a@${domain}`, `b@${domain}`, `c@${domain}`])
})

describe('row 8', () => {
  test('DELETE with a body', async () => {
    const id = await makeContact(h.app, h.account.siteId)
    const path = `/v1/contacts/${id}/relationships/offers`
    await write('POST', path, grantBody())
    const { status, json } = await write('DELETE', path, grantBody(), head.netHttp)
    expect([status, json.data]).toEqual([200, []])
  })

  test.each(['application/json', 'application/vnd.api+json'])('%s without a body', async (type) => {
    const id = await makeContact(h.app, h.account.siteId)
    const lines = (method: string) =>
      head.guzzle(method, `/v1/contacts/${id}`, token(), `Content-Type: ${type}`)
    expect((await exchange(h.url, lines('GET'))).status).toBe(200)
    expect((await exchange(h.url, [...lines('DELETE'), 'Content-Length: 0'])).status).toBe(200)
  })
})

describe('row 9: whatever is related to a resource is included', () => {
  let ids: Record<string, string>
  beforeAll(async () => {
    ids = await oneOfEach(h, h.client, h.account.siteId)
  })

  /** The identifiers in the linkage of resources. @param names of the relationships; left out: all */
  const linked = (data: Shown[], names?: string[]): string[] =>
    data.flatMap(({ relationships = {} }) =>
      Object.entries(relationships).flatMap(([name, one]) =>
        names && !names.includes(name) ? [] : [one.data ?? []].flat().map(({ type, id }) => `${type} ${id}`),
      ),
    )

  const included = ({ json }: RawResponse): string[] =>
    json.included.map(({ type, id }: { type: string; id: string }) => `${type} ${id}`)

  /** Every resource with a list, and each of its relationships alone; then all of them. */
  const cases = resources
    .filter(({ hasAddress }) => hasAddress !== false)
    .flatMap((resource): [type: string, names: string[]][] => {
      const names = Object.keys(resource.relationships)
      const isShown = (name: string) =>
        resources.some(({ type }) => type === resource.relationships[name]!.type)
      const known = names.filter(isShown)
      return [
        ...known.map((name): [string, string[]] => [resource.type, [name]]),
        ...(known.length > 1 ? [[resource.type, known] as [string, string[]]] : []),
      ]
    })

  test.each(cases)('%s include %j, in the list and alone', async (type, names) => {
    const query = `include=${names.join(',')}`
    for (const path of [
      `/v1/${type}?${query}&filter[id_eq]=${ids[type]}`,
      `/v1/${type}/${ids[type]}?${query}`,
    ]) {
      const response = await get(path)
      expect([response.status, response.headers['content-type'], response.headers.warning]).toEqual([
        200,
        'application/vnd.api+json',
        undefined,
      ])
      const data: Shown[] = [response.json.data].flat()
      expect(data.map(({ id }) => id)).toEqual([ids[type]])
      // What is primary is not included again.
      const wanted = new Set(linked(data, names))
      wanted.delete(`${type} ${ids[type]}`)
      expect(included(response).toSorted()).toEqual([...wanted].toSorted())
    }
  })

  test('courses include modules, lessons, their media and offers, and each is linked', async () => {
    const response = await get('/v1/courses?include=modules,lessons,lessons.media,offers', head.axios)
    const types = new Set(included(response).map((one) => one.split(' ')[0]))
    expect([...types].toSorted()).toEqual(['lessons', 'media', 'modules', 'offers'])
    const all = linked([...response.json.data, ...response.json.included])
    for (const one of included(response)) expect(all).toContain(one)
  })
})

test('row 10: an e-mail that is taken', async () => {
  const body = newContact({ email: 'taken@example.com', name: 'Tim' })
  expect((await write('POST', '/v1/contacts', body)).status).toBe(201)
  const { status, json } = await write('POST', '/v1/contacts', body)
  expect([status, json.errors[0].detail]).toEqual([422, 'Email has already been taken'])
})

test('row 11: the meta of a list', async () => {
  const { meta } = (await get('/v1/contacts?page[size]=1')).json
  expect(meta).toMatchObject({ current_page: 1, total_count: meta.total, total_pages: meta.total })
  expect(meta.total).toBeGreaterThan(1)
})

test('row 12: newest first, and sort', async () => {
  const times = ({ json }: RawResponse): string[] =>
    json.data.map(({ attributes }: { attributes: { created_at: string } }) => attributes.created_at)
  const newest = times(await get('/v1/contacts'))
  expect(newest).toEqual(newest.toSorted().reverse())
  expect(times(await get('/v1/contacts?sort=-created_at'))).toEqual(newest)
  const oldest = times(await get('/v1/contacts?sort=created_at'))
  expect(oldest).toEqual(oldest.toSorted())
})

test('row 14: errors are flat at the token endpoint, and have a detail elsewhere', async () => {
  const body = 'grant_type=client_credentials&client_id=x&client_secret=y'
  const type = 'Content-Type: application/x-www-form-urlencoded'
  const refused = await exchange(h.url, head.axios('POST', '/v1/oauth/token', type, length(body)), body)
  expect([refused.status, typeof refused.json.error]).toEqual([401, 'string'])
  expect((await get('/v1/contacts/0')).json.errors[0].detail).toEqual(expect.any(String))
})

test('row 16: 401 for an old token; 429 with Retry-After in whole seconds', async () => {
  const old = await exchange(h.url, head.axios('GET', '/v1/me', 'Authorization: Bearer old'))
  expect(old.status).toBe(401)
  const limited = await startHarness({ settings: { RATE_LIMIT: '1' } })
  const lines = () => head.axios('GET', '/v1/me', `Authorization: Bearer ${limited.account.token}`)
  await exchange(limited.url, lines())
  const { status, headers } = await exchange(limited.url, lines())
  expect([status, headers['retry-after']]).toEqual([429, expect.stringMatching(/^\d+$/)])
  await limited.close()
})

test('row 17: DELETE of a contact returns JSON, of a hook nothing', async () => {
  const id = await makeContact(h.app, h.account.siteId)
  const deleted = await exchange(h.url, head.curl('DELETE', `/v1/contacts/${id}`, token()))
  expect([deleted.status, deleted.json]).toEqual([200, { data: {} }])
  const hook = {
    data: { type: 'hooks', attributes: { event: 'tag_added', target_url: 'https://example.com/' } },
  }
  const made = (await write('POST', '/v1/hooks', JSON.stringify(hook))).json.data.id
  const { status, text } = await exchange(h.url, head.curl('DELETE', `/v1/hooks/${made}`, token()))
  expect([status, text]).toEqual([204, ''])
})

test('row 18: ids are digits, and can be chosen', async () => {
  const body = JSON.stringify({
    data: { type: 'offers', id: '2147540333', attributes: { title: 'Fixture' } },
  })
  const { status, json } = await write('POST', '/v1/offers', body)
  expect([status, json.data.id]).toEqual([201, '2147540333'])
  for (const { id } of (await get('/v1/contacts')).json.data) expect(id).toMatch(/^\d+$/)
})

test('row 19: times have one constant format', async () => {
  for (const { attributes } of (await get('/v1/contacts')).json.data)
    expect(attributes.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('row 20: page[size] up to 500, and a clear error beyond', async () => {
  expect((await get('/v1/contacts?page[size]=500')).status).toBe(200)
  const { status, json } = await get('/v1/contacts?page[size]=501')
  expect([status, json.errors[0].detail]).toEqual([400, expect.stringContaining('500')])
})

test('row 21: what was written is found by every filter at once', async () => {
  const email = 'fresh@example.com'
  await write('POST', '/v1/contacts', newContact({ email, name: 'Fresh' }), head.requests)
  for (const filter of ['search', 'email_contains', 'email', 'email_eq'])
    expect(emails(await get(`/v1/contacts?filter[${filter}]=${email}`))).toEqual([email])
})

test('filter[email] and filter[email_eq] never match somebody else', async () => {
  await makeContact(h.app, h.account.siteId, { email: 'somebody@example.com' })
  for (const filter of ['email', 'email_eq']) {
    expect((await get(`/v1/contacts?filter[${filter}]=nobody@example.com`)).json.data).toEqual([])
    expect(emails(await get(`/v1/contacts?filter[${filter}]=SOMEBODY@example.com`))).toEqual([
      'somebody@example.com',
    ])
  }
})

describe('tolerated, with a Warning', () => {
  test.each(['filter[shade]=red', 'limit=1', 'per_page=1', 'page=2', 'include=shades'])(
    '%s',
    async (query) => {
      const { status, headers } = await get(`/v1/contacts?${query}`)
      expect([status, headers.warning]).toEqual([200, expect.stringMatching(/^299 - "/)])
    },
  )

  test('an unknown attribute; first and last name in place of a name', async () => {
    const attributes = { email: 'two@example.com', first_name: 'Grace', last_name: 'Hopper', shade: 'red' }
    const { status, headers, json } = await write('POST', '/v1/contacts', newContact(attributes))
    expect([status, headers.warning]).toEqual([201, expect.stringContaining('shade')])
    expect(json.data.attributes.name).toBe('Grace Hopper')
  })

  test('numbers as ids, digit strings as numbers', async () => {
    const id = await makeContact(h.app, h.account.siteId)
    const body = `{"data":[{"type":"offers","id":${offerId}}]}`
    expect((await write('POST', `/v1/contacts/${id}/relationships/offers`, body)).status).toBe(200)
    const tag = JSON.stringify({ data: { type: 'contact_tags', attributes: { name: 'Regular' } } })
    const resource_id = (await write('POST', '/v1/contact_tags', tag)).json.data.id
    const attributes = { event: 'tag_added', target_url: 'https://example.com/', resource_id }
    const hook = JSON.stringify({ data: { type: 'hooks', attributes } })
    expect((await write('POST', '/v1/hooks', hook)).status).toBe(201)
  })

  test.each(['created_at_gte', 'created_at_gteq', 'created_at_lte', 'created_at_lteq'])(
    'filter[%s]',
    async (name) => {
      expect((await get(`/v1/contacts?filter[${name}]=2026-01-01`)).status).toBe(200)
    },
  )
})

describe('refused, as JSON that helps', () => {
  test.each([
    ['/v1/contacts/7/offers', /relationships\/offers/],
    ['/v1/members', /\/v1\/customers|\/v1\/contacts/],
    ['/v1/tags', /\/v1\/contact_tags/],
    ['/v1/offers/7/relationships/contacts', /has_offer_id/],
    ['/contacts', /\/v1\/contacts/],
  ])('%s', async (path, hint) => {
    const { status, headers, json } = await get(path)
    expect([status, headers['content-type']]).toEqual([404, 'application/vnd.api+json'])
    expect(json.errors[0].detail).toMatch(hint)
  })

  test('POST /oauth/token and POST /v1/grants', async () => {
    const token = await exchange(h.url, head.guzzle('POST', '/oauth/token', 'Content-Length: 0'))
    expect([token.status, token.json.errors[0].detail]).toEqual([
      404,
      expect.stringContaining('/v1/oauth/token'),
    ])
    const grants = await write('POST', '/v1/grants', grantBody())
    expect(grants.json.errors[0].detail).toContain('relationships/offers')
  })

  test.each([
    [{ data: { type: 'offers', id: '1' } }, 400, '/data'],
    [{ data: [{ id: '1' }] }, 400, '/data/0'],
    [{ data: [{ type: 'offer', id: '1' }] }, 409, '/data/0/type'],
  ])('a relationship of %j', async (body, status, pointer) => {
    const id = await makeContact(h.app, h.account.siteId)
    const refused = await write('POST', `/v1/contacts/${id}/relationships/offers`, JSON.stringify(body))
    expect([refused.status, refused.json.errors[0].source]).toEqual([status, { pointer }])
  })
})
