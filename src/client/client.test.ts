/** The client of the package, against a server that runs. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { makeContact, makeOffer } from '../testing/fixtures.ts'
import { loadClient } from '../testing/generated-client.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import type { Client, ClientOptions } from './index.ts'

const { BestowError, createClient, flatten, UncertainOutcomeError } = await loadClient()

let h: Harness
let off: Harness
beforeAll(async () => {
  h = await startHarness()
  off = await startHarness({ settings: { EXTENSIONS: 'off' } })
})
afterAll(() => Promise.all([h.close(), off.close()]))

const optionsOf = ({ url, account }: Harness, more: Partial<ClientOptions> = {}): ClientOptions =>
  ({ baseUrl: url, clientId: account.clientId, clientSecret: account.clientSecret, ...more }) as ClientOptions

interface Sent {
  path: string
  key: string | null
  token: string | null
}

/** A `fetch` that notes what is sent, and does with a request to the API what the next of the faults says. */
function faulty(...faults: ((send: () => Promise<Response>) => Promise<Response>)[]) {
  const sent: Sent[] = []
  const wrapped: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    const { pathname } = new URL(request.url)
    const { headers } = request
    sent.push({ path: pathname, key: headers.get('idempotency-key'), token: headers.get('authorization') })
    const fault = pathname === '/v1/oauth/token' ? undefined : faults.shift()
    return fault ? fault(() => fetch(request)) : fetch(request)
  }
  return { fetch: wrapped, sent, of: (path: string) => sent.filter((one) => one.path === path) }
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

const lost = async (send: () => Promise<Response>): Promise<Response> => {
  await send()
  throw new TypeError('fetch failed')
}
const passed = (send: () => Promise<Response>) => send()
const answered =
  (status: number, headers: Record<string, string> = {}) =>
  async () =>
    new Response('', { status, headers })

const newContact = (email: string, siteId: string) => ({
  data: {
    type: 'contacts' as const,
    attributes: { name: 'Ada Lovelace', email },
    relationships: { site: { data: { type: 'sites' as const, id: siteId } } },
  },
})

const grantOf = (offerId: string) => ({ data: [{ type: 'offers' as const, id: offerId }] })

describe.each([
  ['with extensions', () => h],
  ['with EXTENSIONS=off', () => off],
])('%s', (_name, harness) => {
  let api: Client
  beforeAll(() => {
    api = createClient(optionsOf(harness()))
  })

  test('creates a contact and grants an offer, with the types of the operations', async () => {
    const offerId = await makeOffer(harness().app, harness().account.siteId)
    const { data } = await api.createContact(newContact('grace@example.com', harness().account.siteId))
    expectTypeOf(data.attributes.email).toEqualTypeOf<string | undefined>()
    const granted = await api.addOffersToContact(data.id, grantOf(offerId))
    expect(granted.data).toEqual([{ id: offerId, type: 'offers' }])
    expect((await api.getContact(data.id)).data.attributes.email).toBe('grace@example.com')
  })

  test('goes through every page of a list: nothing is missing, nothing is repeated', async () => {
    const { app, account } = harness()
    for (let index = 0; index < 7; index += 1)
      await makeContact(app, account.siteId, { name: `Paged ${index}`, email: `paged-${index}@example.com` })
    const seen: string[] = []
    const query = { 'filter[name_contains]': 'Paged', 'page[size]': 3, sort: 'email' }
    for await (const contact of api.all(api.listContacts, query)) seen.push(contact.attributes.email!)
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6].map((index) => `paged-${index}@example.com`))
    const sizes: number[] = []
    for await (const { data } of api.pages(api.listContacts, query)) sizes.push(data.length)
    expect(sizes).toEqual([3, 3, 1])
  })

  test('an error has the status, the code, the detail and the pointer', async () => {
    const error = await api
      .createContact(newContact('no address', harness().account.siteId))
      .catch((caught) => caught)
    expect(error).toBeInstanceOf(BestowError)
    expect(error).toMatchObject({ status: 422, pointer: '/data/attributes/email', code: 'invalid' })
    expect(error.detail).toContain('e-mail')
    expect(error.message).toBe(error.detail)
    expect(error.requestId).toMatch(/-/)
  })
})

test('pages are those of a cursor where the server has them, and the numbered ones that are asked for', async () => {
  const ask = async (params: object) => {
    const api = createClient(optionsOf(h))
    const first = await api.pages(api.listContacts, { 'page[size]': 1, ...params }).next()
    return Object.keys(first.value!.meta)
  }
  expect(await ask({})).toEqual(['cursors'])
  expect(await ask({ 'page[number]': 1 })).toContain('total_count')
})

test('links lead to the address that the client knows, also when the server names another one', async () => {
  const named = await startHarness({ settings: { PUBLIC_URL: 'https://members.example.com' } })
  for (let index = 0; index < 3; index += 1) await makeContact(named.app, named.account.siteId)
  const api = createClient(optionsOf(named))
  const all = await collect(api.all(api.listContacts, { 'page[size]': 1 }))
  expect(all).toHaveLength(3)
  await named.close()
})

describe('a mistake in a call is an error that says what is right', () => {
  const baseUrl = 'http://127.0.0.1:9'
  test.each([
    [undefined, 'createClient() takes an object. Example: createClient({ baseUrl:'],
    [{}, 'needs the address of the server as "baseUrl", not undefined'],
    [{ baseUrl: '127.0.0.1:3000' }, '"baseUrl", not "127.0.0.1:3000"'],
    [{ baseUrl, clientID: 'x' }, 'has no option "clientID": there are baseUrl, clientId'],
    [{ baseUrl, clientId: undefined, clientSecret: undefined }, 'needs a text as "clientId", not undefined'],
    [{ baseUrl, clientId: 'x' }, 'needs a text as "clientSecret", not undefined'],
    [{ baseUrl, clientSecret: 'x' }, 'needs a text as "clientId", not undefined'],
    [{ baseUrl, clientId: 'x', clientSecret: 'y', getToken: () => 'z' }, 'not both'],
    [{ baseUrl, getToken: 'token' }, 'takes a function as "getToken", not "token"'],
    [{ baseUrl, retries: '4' }, 'takes a number from 0 as "retries", not "4"'],
    [{ baseUrl, timeoutMs: -1 }, 'takes a number from 0 as "timeoutMs", not -1'],
    [{ baseUrl, extensions: 'off' }, 'takes true or false as "extensions", not "off"'],
  ])('createClient(%j)', (options, message) => {
    expect(() => createClient(options as never)).toThrow(message)
  })

  test('no token is needed for operations that need none', async () => {
    const { meta } = await createClient({ baseUrl: h.url }).getVersion()
    expect(meta.title).toBe('Bestow')
  })

  test('pages() and flatten() say what they take', async () => {
    const { pages } = createClient(optionsOf(h))
    const named = (pages as (list: unknown) => AsyncGenerator<unknown>)('listContacts')
    await expect(named.next()).rejects.toThrow('Example: api.all(api.listContacts)')
    for (const wrong of [undefined, null, {}, { id: '1', type: 'contacts' }])
      expect(() => flatten(wrong as never)).toThrow('flatten() takes a whole document')
  })
})

describe('repeating', () => {
  test('a lost answer is asked for again with the same key: what was done is done once', async () => {
    const { fetch: send, of } = faulty(lost)
    const api = createClient(optionsOf(h, { fetch: send }))
    const { data } = await api.createContact(newContact('once@example.com', h.account.siteId))
    expect(data.attributes.email).toBe('once@example.com')
    const [first, second, ...more] = of('/v1/contacts')
    expect(more).toEqual([])
    expect(first!.key).toMatch(/^[0-9a-f]{32}$/)
    expect(second!.key).toBe(first!.key)
  })

  test('every call has a key of its own, or the one that is given', async () => {
    const { fetch: send, of } = faulty()
    const api = createClient(optionsOf(h, { fetch: send }))
    const offerId = await makeOffer(h.app, h.account.siteId)
    const id = await makeContact(h.app, h.account.siteId)
    await api.addOffersToContact(id, grantOf(offerId))
    await api.addOffersToContact(id, grantOf(offerId))
    await api.addOffersToContact(id, grantOf(offerId), {}, { idempotencyKey: 'mine' })
    const keys = of(`/v1/contacts/${id}/relationships/offers`).map(({ key }) => key)
    expect(new Set(keys).size).toBe(3)
    expect(keys[2]).toBe('mine')
    await api.listContacts()
    expect(of('/v1/contacts')[0]!.key).toBeNull()
  })

  test('Retry-After is waited for, in seconds and as a date', async () => {
    const waits: Record<string, string>[] = [
      { 'retry-after': '1' },
      { 'retry-after': 'Fri, 27 Nov 2026 10:00:01 GMT', date: 'Fri, 27 Nov 2026 10:00:00 GMT' },
    ]
    for (const headers of waits) {
      const { fetch: send, of } = faulty(answered(429, headers))
      const begun = performance.now()
      await createClient(optionsOf(h, { fetch: send })).listContacts()
      expect(performance.now() - begun).toBeGreaterThan(990)
      expect(of('/v1/contacts')).toHaveLength(2)
    }
  })

  test('a wait that is longer than the limit, and more failures than retries, are the error', async () => {
    const patient = faulty(answered(503, { 'retry-after': '3600' }))
    const late = await createClient(optionsOf(h, { fetch: patient.fetch }))
      .listContacts()
      .catch((error) => error)
    expect(late).toMatchObject({ status: 503, retryAfterMs: 3_600_000 })
    expect(patient.of('/v1/contacts')).toHaveLength(1)
    const failing = faulty(answered(502), answered(502), answered(502))
    const pauses: number[] = []
    const onRetry = ({ pauseMs }: { pauseMs: number }) => pauses.push(pauseMs)
    const error = await createClient(optionsOf(h, { fetch: failing.fetch, retries: 1, onRetry }))
      .listContacts()
      .catch((caught) => caught)
    expect(error).toMatchObject({ status: 502, code: 'unknown' })
    expect(pauses).toEqual([expect.any(Number)])
    expect(failing.of('/v1/contacts')).toHaveLength(2)
  })

  test('422 and 404 are not repeated', async () => {
    const { fetch: send, sent } = faulty()
    const api = createClient(optionsOf(h, { fetch: send }))
    await expect(api.getContact('999999')).rejects.toMatchObject({ status: 404, code: 'not_found' })
    expect(sent.filter(({ path }) => path === '/v1/contacts/999999')).toHaveLength(1)
  })

  test('without keys a lost answer to a POST is reported, and is not sent again', async () => {
    const { fetch: send, of } = faulty(lost)
    const api = createClient(optionsOf(off, { fetch: send, extensions: false }))
    const error = await api
      .createContact(newContact('unsure@example.com', off.account.siteId))
      .catch((caught) => caught)
    expect(error).toBeInstanceOf(UncertainOutcomeError)
    expect(error).toMatchObject({ status: 0, code: 'unreachable' })
    expect(of('/v1/contacts')).toHaveLength(1)
    expect(of('/v1/contacts')[0]!.key).toBeNull()
  })

  test('without keys a grant is repeated, which changes nothing twice, and a POST that was refused', async () => {
    const { fetch: send, of } = faulty(lost, passed, answered(429, { 'retry-after': '0' }))
    const api = createClient(optionsOf(off, { fetch: send, extensions: false }))
    const offerId = await makeOffer(off.app, off.account.siteId)
    const id = await makeContact(off.app, off.account.siteId)
    const { data } = await api.addOffersToContact(id, grantOf(offerId))
    expect(data).toEqual([{ id: offerId, type: 'offers' }])
    expect(of(`/v1/contacts/${id}/relationships/offers`)).toHaveLength(2)
    await api.createContact(newContact('refused@example.com', off.account.siteId))
    expect(of('/v1/contacts')).toHaveLength(2)
  })

  test('Kajabi’s own service is known to keep no keys', async () => {
    const paths: (string | null)[] = []
    const api = createClient({
      baseUrl: 'https://api.kajabi.com',
      getToken: () => 'a token',
      fetch: async (input, init) => {
        const { url, headers } = new Request(input, init)
        paths.push(url, headers.get('idempotency-key'))
        return Response.json({ data: [], links: {}, meta: {} })
      },
    })
    await collect(api.all(api.listContacts, { 'page[size]': 10 }))
    await api.createContact(newContact('ada@example.com', '1'))
    expect(paths).toEqual([
      'https://api.kajabi.com/v1/contacts?page%5Bsize%5D=10',
      null,
      'https://api.kajabi.com/v1/contacts',
      null,
    ])
  })
})

describe('tokens', () => {
  test('many requests at the same time wait for one token', async () => {
    const { fetch: send, of } = faulty()
    const api = createClient(optionsOf(h, { fetch: send }))
    await Promise.all(Array.from({ length: 8 }, () => api.listContacts()))
    await api.listContacts()
    expect(of('/v1/oauth/token')).toHaveLength(1)
  })

  test('one that is refused is replaced, once', async () => {
    const { fetch: send, of } = faulty()
    const api = createClient(optionsOf(h, { fetch: send }))
    await api.listContacts()
    const token = of('/v1/contacts')[0]!.token!
    const revoked = await fetch(`${h.url}/v1/oauth/revoke`, {
      method: 'POST',
      headers: { authorization: token },
      body: new URLSearchParams({ token: token.replace('Bearer ', '') }),
    })
    expect(revoked.status).toBe(200)
    await Promise.all([api.listContacts(), api.listContacts()])
    expect(of('/v1/contacts').at(-1)!.token).not.toBe(token)
  })

  test('wrong credentials are the error that the server gives', async () => {
    const api = createClient(optionsOf(h, { clientSecret: 'wrong' } as Partial<ClientOptions>))
    await expect(api.listContacts()).rejects.toMatchObject({ status: 401, code: 'unauthorized' })
  })

  test('one that is about to end is renewed with the refresh token, and with the key when that is not good', async () => {
    const grants: string[] = []
    const answer = (request: IncomingMessage, response: ServerResponse, body: string) => {
      if (request.url !== '/v1/oauth/token') return response.end('{"data":[],"links":{}}')
      const grant = new URLSearchParams(body).get('grant_type')!
      grants.push(grant)
      // The second refresh token is refused.
      response.statusCode = grant === 'refresh_token' && grants.length > 2 ? 401 : 200
      return response.end('{"access_token":"a","refresh_token":"r","expires_in":0}')
    }
    const server = createServer(async (request, response) => {
      const chunks = await request.toArray()
      response.setHeader('content-type', 'application/json')
      answer(request, response, Buffer.concat(chunks).toString())
    })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as AddressInfo
    const api = createClient({ baseUrl: `http://127.0.0.1:${port}`, clientId: 'id', clientSecret: 'secret' })
    for (let index = 0; index < 3; index += 1) await api.listContacts()
    expect(grants).toEqual(['client_credentials', 'refresh_token', 'refresh_token', 'client_credentials'])
    server.closeAllConnections()
    server.close()
  })

  test('a secret is refused in a browser, and not where a test runner looks like one', () => {
    const { process: own } = globalThis
    const withSecret = () => createClient(optionsOf(h))
    Object.assign(globalThis, { document: {} })
    const begun = [outcomeOf(withSecret)]
    Reflect.deleteProperty(globalThis, 'process')
    begun.push(
      outcomeOf(withSecret),
      outcomeOf(() => createClient({ baseUrl: h.url, getToken: () => 't' })),
    )
    globalThis.process = own
    Reflect.deleteProperty(globalThis, 'document')
    expect(begun).toEqual(['', expect.stringContaining('getToken'), ''])
  })
})

function outcomeOf(work: () => unknown): string {
  try {
    work()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

test('a call that is aborted ends at once, also when it would wait', async () => {
  const stop = new AbortController()
  const { fetch: send } = faulty(async () => {
    stop.abort(new Error('no longer wanted'))
    return answered(503, { 'retry-after': '20' })()
  })
  const api = createClient(optionsOf(h, { fetch: send }))
  await expect(api.listContacts({}, { signal: stop.signal })).rejects.toThrow('no longer wanted')
  const waiting = createClient(optionsOf(h, { fetch: faulty(answered(503, { 'retry-after': '20' })).fetch }))
  const begun = performance.now()
  await expect(waiting.listContacts({}, { signal: AbortSignal.timeout(200) })).rejects.toThrow()
  expect(performance.now() - begun).toBeLessThan(10_000)
})

test('no answer in time is an error that says so', async () => {
  const never: typeof fetch = (_input, init) =>
    new Promise((_resolve, reject) => {
      init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason))
    })
  const api = createClient({ baseUrl: h.url, fetch: never, timeoutMs: 20, retries: 1 })
  await expect(api.listContacts()).rejects.toMatchObject({ status: 0, code: 'timeout' })
})

test('an abort without a reason is an AbortError, not a BestowError', async () => {
  const stop = new AbortController()
  const { fetch: send } = faulty(async (proceed) => {
    stop.abort()
    return proceed()
  })
  const api = createClient(optionsOf(h, { fetch: send }))
  const error = await api.listContacts({}, { signal: stop.signal }).catch((caught) => caught)
  expect(error).not.toBeInstanceOf(BestowError)
  expect(error.name).toBe('AbortError')
})

describe('ids in the path', () => {
  test('each is one segment: none leads to another resource', async () => {
    const { fetch: send, sent } = faulty()
    const api = createClient(optionsOf(h, { fetch: send }))
    const offerId = await makeOffer(h.app, h.account.siteId)
    for (const id of [`../offers/${offerId}`, '1?include=tags', '1#', '%2e%2e', 'é 1'])
      await expect(api.getContact(id)).rejects.toBeInstanceOf(BestowError)
    expect(sent.slice(1).map(({ path }) => path)).toEqual([
      `/v1/contacts/..%2Foffers%2F${offerId}`,
      '/v1/contacts/1%3Finclude%3Dtags',
      '/v1/contacts/1%23',
      '/v1/contacts/%252e%252e',
      '/v1/contacts/%C3%A9%201',
    ])
  })

  test.each(['', '.', '..', undefined, null])('%j is refused before anything is sent', async (id) => {
    const { fetch: send, sent } = faulty()
    const api = createClient(optionsOf(h, { fetch: send }))
    const refused = { name: 'TypeError', message: expect.stringContaining('"id"') }
    await expect(api.getContact(id as string)).rejects.toMatchObject(refused)
    await expect(api.addOffersToContact(id as string, grantOf('1'))).rejects.toMatchObject(refused)
    await expect(collect(api.all(api.listOffersOfContact, id as string))).rejects.toMatchObject(refused)
    expect(sent).toEqual([])
  })
})

test('errors keep their names in a bundle that is minified', async () => {
  const made = await rolldown({ input: join(import.meta.dirname, 'errors.ts') })
  const { output } = await made.generate({ format: 'esm', minify: true })
  await made.close()
  const bundled = await import(`data:text/javascript,${encodeURIComponent(output[0].code)}`)
  const failure = { status: 0, errors: [{ status: '0', code: 'unknown', title: '', detail: '' }] }
  for (const name of ['BestowError', 'UncertainOutcomeError']) {
    expect(bundled[name].name).not.toBe(name)
    expect(new bundled[name](failure).name).toBe(name)
  }
})

test('flatten() puts attributes and what is included into one object', async () => {
  const api = createClient(optionsOf(h))
  const site = { data: { type: 'sites' as const, id: h.account.siteId } }
  const made = { type: 'contact_tags' as const, attributes: { name: 'Flat' }, relationships: { site } }
  const tag = (await api.createContactTag({ data: made })).data.id
  const created = await api.createContact(newContact('flat@example.com', h.account.siteId))
  await api.addTagsToContact(created.data.id, { data: [{ type: 'contact_tags', id: tag }] })
  const document = await api.getContact(created.data.id, { include: 'tags,site' })
  const ada = flatten(document, 'tags')
  expectTypeOf(ada.email).toEqualTypeOf<string | undefined>()
  expectTypeOf(ada.tags![0]!.name).toEqualTypeOf<string | undefined>()
  expect(ada).toMatchObject({
    id: created.data.id,
    type: 'contacts',
    email: 'flat@example.com',
    tags: [{ id: tag, type: 'contact_tags', name: 'Flat' }],
    // Not named: its id and type alone.
    site: { id: h.account.siteId, type: 'sites' },
    customer: null,
  })
  expect(Object.keys(ada.site!)).toEqual(['id', 'type'])
  const all = flatten(await api.listContacts({ 'filter[email]': 'flat@example.com' }))
  expectTypeOf(all[0]!.email).toEqualTypeOf<string | undefined>()
  expect(all).toMatchObject([{ email: 'flat@example.com' }])
})
