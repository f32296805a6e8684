/** `/_testing`, which tests in any language use. */
import { request as send } from 'node:http'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '../platform/db/database.ts'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { createDatabase } from '../testing/test-database.ts'
import { startWorker } from '../worker/worker.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())
afterEach(() => control('DELETE', '/_testing/faults'))

const TESTING = { 'x-bestow-testing': '1', 'content-type': 'application/json' }

async function control(method: string, path: string, body?: unknown, headers: object = TESTING, url = h.url) {
  const response = await fetch(url + path, {
    method,
    headers: headers as Record<string, string>,
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}

const PATHS = [
  ['POST', '/_testing/reset'],
  ['GET', '/_testing/clock'],
  ['POST', '/_testing/clock'],
  ['POST', '/_testing/settle'],
  ['GET', '/_testing/faults'],
  ['POST', '/_testing/faults'],
  ['DELETE', '/_testing/faults'],
  ['POST', '/_testing/accounts'],
  ['GET', '/_testing/requests'],
  ['GET', '/_testing/webhooks'],
  ['POST', '/_testing/webhooks'],
] as const

describe('who may control a server', () => {
  test('in production nobody: each address is 404, and the inbox too', async () => {
    const production = await startHarness({ mode: 'production' })
    for (const [method, path] of PATHS) {
      const { status } = await control(method, path, undefined, TESTING, production.url)
      expect([method, path, status]).toEqual([method, path, 404])
    }
    await production.close()
  })

  test('nobody without the header, which pages in a browser cannot send to other servers', async () => {
    for (const [method, path] of PATHS.filter(
      ([method, path]) => path !== '/_testing/webhooks' || method === 'GET',
    )) {
      const { status, body } = await control(method, path, undefined, {})
      expect([path, status, body.errors[0].detail]).toEqual([
        path,
        403,
        expect.stringContaining('X-Bestow-Testing'),
      ])
    }
  })

  test('nobody under another name, which somebody may have pointed here', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = { ...TESTING, host: 'bad.example.com' }
      send(`${h.url}/_testing/faults`, { headers }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(403)
  })
})

describe('faults', () => {
  const token = () => ({
    authorization: `Bearer ${h.account.token}`,
    'content-type': 'application/vnd.api+json',
  })
  const fault = (body: object) => control('POST', '/_testing/faults', body)
  const list = (headers: object = token()) =>
    fetch(`${h.url}/v1/contacts`, { headers: headers as Record<string, string> })

  test('a status is a real error document, before authentication, and for one request', async () => {
    await fault({ status: 429, retry_after: 7 })
    const refused = await list({})
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('7')
    expect(refused.headers.get('x-bestow-fault')).toBe('429')
    expect(refused.headers.get('content-type')).toBe('application/vnd.api+json')
    expect(await refused.json()).toMatchObject({
      errors: [{ status: '429', code: 'too_many_requests', title: 'Too Many Requests' }],
      meta: { request_id: refused.headers.get('x-request-id') },
    })
    const next = await list()
    expect([next.status, next.headers.get('x-bestow-fault')]).toEqual([200, null])
  })

  test('it meets the first request that matches, as often as it says; controls never', async () => {
    await fault({ status: 503, match: 'POST /v1/contacts/*/relationships/offers', times: 2 })
    expect((await list()).status).toBe(200)
    const offer = await makeOffer(h.app, h.account.siteId)
    const contact = await makeContact(h.app, h.account.siteId)
    const grant = () =>
      fetch(`${h.url}/v1/contacts/${contact}/relationships/offers`, {
        method: 'POST',
        headers: token(),
        body: JSON.stringify(offersBody([offer])),
      })
    expect((await grant()).status).toBe(503)
    expect((await control('GET', '/_testing/faults')).body.pending).toEqual([
      expect.objectContaining({ status: 503, times: 1 }),
    ])
    expect((await grant()).status).toBe(503)
    expect((await grant()).status).toBe(200)
    await fault({ status: 500 })
    expect((await control('GET', '/_testing/clock')).status).toBe(200)
    expect((await list()).status).toBe(500)
  })

  const create = (email: string, patienceMs = 60_000) =>
    fetch(`${h.url}/v1/contacts`, {
      method: 'POST',
      headers: token(),
      body: JSON.stringify({ data: { type: 'contacts', attributes: { name: 'Ada', email } } }),
      signal: AbortSignal.timeout(patienceMs),
    }).then(async (response) => [response.status, await response.text()])
  const count = async (email: string) =>
    (await h.client.get(`/v1/contacts?filter[email]=${email}`)).body.data.length

  test.each([
    ['drop before', { drop: 'before' }, 0],
    ['drop after', { drop: 'after' }, 1],
    ['truncate', { truncate: true }, 1],
    ['timeout', { timeout: true }, 0],
  ])('%s: no whole answer; what was done is what it says', async (name, body, done) => {
    const email = `${name.replace(' ', '-')}@example.com`
    await fault({ ...body, match: 'POST /v1/contacts' })
    await expect(create(email, name === 'timeout' ? 300 : undefined)).rejects.toThrow()
    expect(await count(email)).toBe(done)
    expect((await create(`next-${email}`))[0]).toBe(201)
  })

  test('a delay comes before the answer', async () => {
    await fault({ delay_ms: 60 })
    const begun = performance.now()
    expect((await list()).status).toBe(200)
    expect(performance.now() - begun).toBeGreaterThan(58)
  })

  test('the token endpoint has errors of its own form', async () => {
    await fault({ status: 503, match: 'POST /v1/oauth/token' })
    const response = await fetch(`${h.url}/v1/oauth/token`, { method: 'POST', body: new URLSearchParams() })
    expect([response.status, await response.json()]).toEqual([
      503,
      { error: 'unavailable', error_description: expect.any(String) },
    ])
  })

  test.each([
    [{}, ''],
    [[], ''],
    [{ status: 200 }, '/status'],
    [{ status: 503, match: 'nonsense' }, '/match'],
    [{ status: 503, match: 'GET /v1/contacts?include=tags' }, '/match'],
    [{ status: 503, match: 'FETCH /v1/contacts' }, '/match'],
    [{ status: 503, times: 0 }, '/times'],
    [{ status: 429, drop: 'after' }, ''],
    [{ drop: 'during' }, '/drop'],
    [{ status: 429, often: true }, '/often'],
    [{ smtp: 250 }, '/smtp'],
    [{ smtp: 451, match: 'GET /v1/contacts' }, '/match'],
    [{ smtp: 451, status: 503 }, ''],
  ])('%j is refused, with what is wrong', async (body, pointer) => {
    const answer = await fault(body)
    expect([answer.status, answer.body.errors[0].source]).toEqual([400, { pointer }])
  })
})

describe('faults of the mail server', () => {
  // Of other tests.
  beforeEach(() => h.drain())

  /** @returns status and attempts of each, oldest first */
  const welcomes = async (count: number) => {
    const offer = await makeOffer(h.app, h.account.siteId)
    const ids: string[] = []
    for (let index = 0; index < count; index += 1) {
      const contact = await makeContact(h.app, h.account.siteId)
      await h.client.post(`/v1/contacts/${contact}/relationships/offers`, offersBody([offer]))
      ids.push(contact)
    }
    await h.drain()
    return async () => {
      const { body } = await h.client.get('/v1/emails?filter[kind]=welcome&sort=id&page[size]=100')
      return body.data
        .filter((email: { relationships: { contact: { data: { id: string } } } }) =>
          ids.includes(email.relationships.contact.data.id),
        )
        .map(({ attributes }: { attributes: object }) => attributes)
    }
  }

  test('a passing refusal is tried again; the e-mails after it are kept as without the fault', async () => {
    await control('POST', '/_testing/faults', { smtp: 451 })
    const read = await welcomes(3)
    const statuses = (await read()).map(({ status }: { status: string }) => status)
    expect(statuses.toSorted()).toEqual(['kept', 'kept', 'pending'])
    expect((await control('GET', '/_testing/faults')).body.pending).toEqual([])
    await control('POST', '/_testing/clock', { advance: '1h' })
    expect((await read()).map(({ status }: { status: string }) => status)).toEqual(['kept', 'kept', 'kept'])
  })

  test.each([
    [{ smtp: 550 }, { status: 'failed', attempts: 1, response: expect.stringMatching(/^550 /) }],
    [{ smtp: 'timeout' }, { status: 'pending', attempts: 1, response: 'Connection timeout' }],
  ])('%j', async (fault, expected) => {
    await control('POST', '/_testing/faults', fault)
    expect(await (await welcomes(1))()).toMatchObject([expected])
    await control('POST', '/_testing/clock', { advance: '1h' })
  })

  test('one that no e-mail has met is gone with the others', async () => {
    await control('POST', '/_testing/faults', { smtp: 451 })
    await control('DELETE', '/_testing/faults')
    expect(await (await welcomes(1))()).toMatchObject([{ status: 'kept' }])
  })
})

describe('the journal', () => {
  const requests = async (match: string) =>
    (await control('GET', `/_testing/requests?match=${encodeURIComponent(match)}`)).body.requests

  test('it has what was sent, the fault that it met, and the answer; no secrets; nothing of the test itself', async () => {
    const own = await startHarness()
    const read = async (match = '') =>
      (await control('GET', `/_testing/requests?${match}`, undefined, TESTING, own.url)).body.requests
    await control('POST', '/_testing/faults', { status: 503, match: 'POST /v1/contacts' }, TESTING, own.url)
    await control('POST', '/_testing/faults', { drop: 'after', match: 'POST /v1/contacts' }, TESTING, own.url)
    const post = (headers: object = {}) =>
      fetch(`${own.url}/v1/contacts?include=tags`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${own.account.token}`,
          'content-type': 'application/vnd.api+json',
          'idempotency-key': 'key-1',
          ...headers,
        },
        body: JSON.stringify({
          data: { type: 'contacts', attributes: { name: 'Ada', email: 'a@b.example' } },
        }),
      }).catch(() => {})
    await post()
    await post()
    await post()
    await post({ 'x-bestow-testing': '1' })
    const { clientId: client_id, clientSecret: client_secret } = own.account
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret })
    await fetch(`${own.url}/v1/oauth/token`, { method: 'POST', body: form })
    const entry = {
      method: 'POST',
      path: '/v1/contacts',
      query: { include: 'tags' },
      headers: { authorization: '[secret]', 'idempotency-key': 'key-1' },
      body: { data: { type: 'contacts', attributes: { name: 'Ada', email: 'a@b.example' } } },
    }
    expect(await read()).toMatchObject([
      { ...entry, status: 503, fault: '503' },
      { ...entry, status: null, fault: 'drop after' },
      { ...entry, status: 201, fault: null },
      {
        path: '/v1/oauth/token',
        status: 200,
        body: { grant_type: 'client_credentials', client_id, client_secret: '[secret]' },
      },
    ])
    expect(JSON.stringify(await read())).not.toContain(client_secret)
    expect(await read('match=GET%20/v1/contacts')).toEqual([])
    await control('POST', '/_testing/reset', {}, TESTING, own.url)
    expect(await read()).toEqual([])
    await own.close()
  })

  test('a long body is left out, and arrives whole', async () => {
    const email = 'long@example.com'
    const attributes = { name: 'Ada', email, address_line_1: 'x'.repeat(200) }
    const padding = ' '.repeat(70_000)
    const { status } = await fetch(`${h.url}/v1/contacts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${h.account.token}`, 'content-type': 'application/vnd.api+json' },
      body: JSON.stringify({ data: { type: 'contacts', attributes } }) + padding,
    })
    expect(status).toBe(201)
    expect((await requests('POST /v1/contacts')).at(-1)).toMatchObject({ body: null, status: 201 })
  })
})

test('one more account has an empty site and a key of its own, and sees nothing of others', async () => {
  await makeContact(h.app, h.account.siteId)
  const [one, other] = await Promise.all([1, 2].map(() => control('POST', '/_testing/accounts', {})))
  expect([one!.status, one!.body.client_id === other!.body.client_id]).toEqual([200, false])
  const { client_id, client_secret } = one!.body
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret })
  const token = await (await fetch(`${h.url}/v1/oauth/token`, { method: 'POST', body: form })).json()
  const client = h.clientWith((token as { access_token: string }).access_token)
  expect((await client.get('/v1/contacts')).body.data).toEqual([])
  expect((await client.get('/v1/sites')).body.data).toMatchObject([{ id: one!.body.site_id }])
})

test('settle waits until nothing is due, and reports what is left when time is up', async () => {
  const worker = startWorker(h.app)
  const hooks = { event: 'contact_created', target_url: `${h.url}/_testing/webhooks` }
  await h.client.post('/v1/hooks', { data: { type: 'hooks', attributes: hooks } })
  await h.client.post('/v1/contacts', {
    data: { type: 'contacts', attributes: { name: 'Grace', email: 'settled@example.com' } },
  })
  expect((await control('POST', '/_testing/settle')).status).toBe(200)
  const { body } = await control('GET', '/_testing/webhooks')
  expect(body.received).toMatchObject([
    { event: 'contact_created', body: { payload: [{ attributes: { email: 'settled@example.com' } }] } },
  ])
  await worker.stop()
  h.app.isStopping = false
  await h.client.post('/v1/contacts', {
    data: { type: 'contacts', attributes: { name: 'Grace', email: 'unsettled@example.com' } },
  })
  const late = await h.app.db.transaction().execute(async (tx) => {
    // As a worker does that is busy with the events of the site.
    const { siteId } = h.account
    await sql`select pg_advisory_xact_lock(hashtext('bestow dispatch'), hashint8(${siteId}::bigint))`.execute(
      tx,
    )
    return control('POST', '/_testing/settle', { timeout_ms: 0 })
  })
  expect([late.status, late.body.errors[0].code]).toEqual([503, 'not_settled'])
  expect(late.body.errors[0].detail).toMatch(/due: \w+/)
  expect((await control('POST', '/_testing/settle')).status).toBe(200)
})

test.each([
  ['POST', '/_testing/reset', { nwo: '2026-01-15T09:00:00Z' }, '/nwo'],
  ['POST', '/_testing/reset', { now: '1' }, '/now'],
  ['POST', '/_testing/reset', { demo: 'yes' }, '/demo'],
  ['POST', '/_testing/reset', [1], ''],
  ['POST', '/_testing/clock', {}, '/advance'],
  ['POST', '/_testing/clock', { advence: '1d' }, '/advence'],
  ['POST', '/_testing/settle', { timeout_ms: 'long' }, '/timeout_ms'],
  ['POST', '/_testing/accounts', { name: 'Two' }, '/name'],
] as const)('%s %s with %j is refused, and changes nothing', async (method, path, body, pointer) => {
  const contact = await makeContact(h.app, h.account.siteId)
  const answer = await control(method, path, body)
  expect([answer.status, answer.body.errors[0].source]).toEqual([400, { pointer }])
  expect((await h.client.get(`/v1/contacts/${contact}`)).status).toBe(200)
})

test('the journal is not asked for what cannot be in it', async () => {
  for (const query of ['match=nonsense', 'match=GET%20/v1/contacts?page=1', 'path=/v1/contacts'])
    expect((await control('GET', `/_testing/requests?${query}`)).status).toBe(400)
})

test('the clock is moved, and what becomes due is done', async () => {
  const before = (await control('GET', '/_testing/clock')).body.now
  const { body } = await control('POST', '/_testing/clock', { advance: '2d' })
  expect(Date.parse(body.now) - Date.parse(before)).toBeGreaterThanOrEqual(2 * 86_400_000)
  const wrong = await control('POST', '/_testing/clock', { advance: 'soon' })
  expect([wrong.status, wrong.body.errors[0].source.pointer]).toEqual([400, '/advance'])
})

test('a reset leaves every table as it is in a new database, apart from the account; the key still signs in', async () => {
  const own = await startHarness()
  await makeContact(own.app, own.account.siteId)
  await own.app.db.updateTable('clock').set({ ahead_ms: 1_000_000 }).execute()
  const now = '2026-01-15T09:00:00.000Z'
  const { status, body } = await control('POST', '/_testing/reset', { now }, TESTING, own.url)
  expect([status, body.client_id, body.client_secret]).toEqual([200, own.account.clientId, null])
  expect(Date.parse(body.now) - Date.parse(now)).toBeLessThan(60_000)
  const { clientId, clientSecret } = own.account
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
  const token = await fetch(`${own.url}/v1/oauth/token`, { method: 'POST', body: new URLSearchParams(form) })
  const { access_token } = (await token.json()) as { access_token: string }
  const contacts = await own.clientWith(access_token).get('/v1/contacts')
  expect([contacts.status, contacts.body.data]).toEqual([200, []])

  const empty = openDatabase(await createDatabase(), { size: 1, name: 'empty' })
  const before = await rowsOf(empty.kysely)
  await empty.close()
  const after = await rowsOf(own.app.db)
  const made = ['accounts', 'users', 'roles', 'api_keys', 'api_key_uses', 'sites', 'token_families', 'events']
  const others = (rows: Record<string, number>) =>
    Object.fromEntries(Object.entries(rows).filter(([table]) => !made.includes(table)))
  expect(others(after)).toEqual(others(before))
  expect([after.accounts, after.sites, after.api_keys]).toEqual([1, 1, 1])

  const demo = await control('POST', '/_testing/reset', { demo: true }, TESTING, own.url)
  expect(demo.body.client_id).toBe(own.account.clientId)
  expect((await rowsOf(own.app.db)).offers).toBeGreaterThan(3)
  await own.close()
})

async function rowsOf(db: Harness['app']['db']): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string; count: number }>`
    select table_name as name,
           (xpath('/row/c/text()', query_to_xml(format('select count(*) as c from %I', table_name), false, true, '')))[1]::text::int as count
      from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(db)
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]))
}
