/** Writes docs/errors.md from real responses, and compares: run it with `-u` after an error has changed. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeKey, makeOffer } from '../src/testing/fixtures.ts'
import { type Harness, startHarness } from '../src/testing/harness.ts'

const JSON_API = 'application/vnd.api+json'

interface Example {
  title: string
  /** What to do about it. */
  advice: string
  request: (world: World) => Request | Promise<Request>
}

interface Request {
  method?: string
  path: string
  headers?: Record<string, string>
  body?: string
  /** Null: none. Left out: one that may do everything. */
  token?: string | null
}

interface World {
  h: Harness
  contactId: string
  offerId: string
}

const SECRETS = /eyJ[\w.-]+/g

let world: World
let limited: Harness
beforeAll(async () => {
  const h = await startHarness({ isNew: true })
  world = {
    h,
    contactId: await makeContact(h.app, h.account.siteId, { email: 'ada@example.com' }),
    offerId: await makeOffer(h.app, h.account.siteId),
  }
  limited = await startHarness({ settings: { RATE_LIMIT: '1' } })
})
afterAll(() => Promise.all([world.h.close(), limited.close()]))

const document = (value: unknown) => JSON.stringify(value)
const json = { 'content-type': JSON_API }

const EXAMPLES: Record<string, Example[]> = {
  '401: who are you?': [
    {
      title: 'No token',
      advice: 'Get one from `POST /v1/oauth/token`, and send it in the `Authorization` header.',
      request: () => ({ path: '/v1/contacts', token: null }),
    },
    {
      title: 'A token that is not valid',
      advice:
        'It has expired, was revoked, or its key was rotated. Get a new one, and repeat the request once.',
      request: () => ({ path: '/v1/contacts', token: 'expired' }),
    },
    {
      title: 'Wrong credentials',
      advice: 'The id or the secret of the key is wrong. Do not repeat the request.',
      request: () => ({
        path: '/v1/oauth/token',
        method: 'POST',
        token: null,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'grant_type=client_credentials&client_id=nobody&client_secret=wrong',
      }),
    },
  ],
  '403: not with this key': [
    {
      title: 'A missing permission',
      advice: 'Use another key, or give this one the permission that the error names.',
      request: async ({ h, contactId, offerId }) => ({
        path: `/v1/contacts/${contactId}/relationships/offers`,
        method: 'POST',
        token: await tokenOf(h, ['view:contacts']),
        headers: json,
        body: document({ data: [{ type: 'offers', id: offerId }] }),
      }),
    },
  ],
  '400: the request cannot be read': [
    {
      title: 'JSON with a mistake',
      advice: 'Correct the program that writes the body.',
      request: () => ({
        path: '/v1/contacts',
        method: 'POST',
        headers: json,
        body: '{"data": {"type": "contacts",}}',
      }),
    },
    {
      title: 'A document with the wrong structure',
      advice: '`source.pointer` names the member.',
      request: () => ({
        path: '/v1/contacts',
        method: 'POST',
        headers: json,
        body: document({ name: 'Ada', email: 'ada@example.com' }),
      }),
    },
    {
      title: 'An invalid parameter',
      advice: '`source.parameter` names it.',
      request: () => ({ path: '/v1/contacts?page[size]=1000' }),
    },
    {
      title: 'A filter that does not exist',
      advice: 'The error lists the filters that exist. An ignored filter would find everything.',
      request: () => ({ path: '/v1/grants?filter[contact]=1' }),
    },
  ],
  '404: there is no such thing': [
    {
      title: 'An unknown id',
      advice:
        'It does not exist, was deleted, or belongs to another account; the response is the same for all three.',
      request: () => ({ path: '/v1/contacts/2147483647' }),
    },
    {
      title: 'An offer that cannot be granted',
      advice: 'Nothing was granted, also not the other offers of the request.',
      request: ({ contactId, offerId }) => ({
        path: `/v1/contacts/${contactId}/relationships/offers`,
        method: 'POST',
        headers: json,
        body: document({
          data: [
            { type: 'offers', id: offerId },
            { type: 'offers', id: '2147483647' },
          ],
        }),
      }),
    },
    {
      title: 'A path that is nearly right',
      advice: 'The error names the path that was probably meant.',
      request: () => ({ path: '/v1/contact' }),
    },
  ],
  '405: not with this method': [
    {
      title: 'A method that the path does not have',
      advice: 'The header `Allow` lists those that it has.',
      request: () => ({ path: '/v1/me', method: 'DELETE' }),
    },
  ],
  '409: not now': [
    {
      title: 'A grant that has ended',
      advice: 'Look at the current state, and grant the offer again if that is what you want.',
      request: async ({ h, contactId, offerId }) => {
        const path = `/v1/contacts/${contactId}/relationships/offers`
        const { body } = await h.client.post(path, { data: [{ type: 'offers', id: offerId }] })
        await h.client.delete(path, { data: [{ type: 'offers', id: offerId }] })
        const id = body.meta.offers[0].grant_id
        return {
          path: `/v1/grants/${id}`,
          method: 'PATCH',
          headers: json,
          body: document({ data: { type: 'grants', id, attributes: { expires_at: null } } }),
        }
      },
    },
  ],
  '422: it can be read, but not be done': [
    {
      title: 'An invalid attribute',
      advice: '`source.pointer` names it, for showing the `detail` beside the field of a form.',
      request: () => ({
        path: '/v1/contacts',
        method: 'POST',
        headers: json,
        body: document({
          data: { type: 'contacts', attributes: { name: 'Grace', email: 'grace at example.com' } },
        }),
      }),
    },
    {
      title: 'An address that somebody has',
      advice:
        'Find the contact with `filter[email]`, or use `PUT /v1/contacts/by-email/{email}`, which creates or changes.',
      request: () => ({
        path: '/v1/contacts',
        method: 'POST',
        headers: json,
        body: document({ data: { type: 'contacts', attributes: { name: 'Ada', email: 'ADA@example.com' } } }),
      }),
    },
    {
      title: 'A key that was used for another request',
      advice: 'Use a new `Idempotency-Key` for each request, and the same one only to repeat it.',
      request: async ({ h, contactId, offerId }) => {
        const first = { data: [{ type: 'offers', id: offerId }] }
        const path = `/v1/contacts/${contactId}/relationships/offers`
        await h.client.post(path, first, { 'idempotency-key': 'order-1001' })
        return {
          path,
          method: 'POST',
          headers: { ...json, 'idempotency-key': 'order-1001' },
          body: document({ ...first, meta: { send_customer_welcome_email: false } }),
        }
      },
    },
  ],
  '429: too many requests': [
    {
      title: 'The limit of a key',
      advice: 'Wait for as many seconds as `Retry-After` says, then repeat the request.',
      request: async () => {
        await limited.client.get('/v1/me')
        return { path: '/v1/me', token: limited.account.token }
      },
    },
  ],
}

async function tokenOf(h: Harness, permissions: string[]): Promise<string> {
  return (await makeKey(h.app, h.account, permissions)).token
}

const SHOWN_HEADERS = ['retry-after', 'allow', 'www-authenticate']

test('docs/errors.md shows what these requests are really answered with', async () => {
  const sections = []
  for (const [heading, examples] of Object.entries(EXAMPLES)) {
    sections.push(`## ${heading}`)
    for (const example of examples)
      sections.push(await write(heading, example, heading.startsWith('429') ? limited : world.h))
  }
  await expect(`${INTRODUCTION}\n\n${sections.join('\n\n')}\n\n${END}\n`).toMatchFileSnapshot(
    join(import.meta.dirname, '../docs/errors.md'),
  )
})

async function write(section: string, { title, advice, request }: Example, h: Harness): Promise<string> {
  const { method = 'GET', path, headers = {}, body, token = h.account.token } = await request(world)
  const response = await fetch(h.url + path, {
    method,
    headers: { ...headers, ...(token !== null && { authorization: `Bearer ${token}` }) },
    ...(body && { body }),
  })
  expect(section).toContain(String(response.status))
  const shown = SHOWN_HEADERS.flatMap((name) => {
    const value = response.headers.get(name)
    // How many seconds are left depends on the moment.
    return value === null ? [] : [`${name}: ${name === 'retry-after' ? 57 : value}`]
  })
  const text = JSON.stringify(await response.json(), null, 2)
    .replace(/"request_id": "[^"]+"/, '"request_id": "f3b1c6de-8f0f-4f3c-9d55-0f6f2f1f7d8e"')
    .replaceAll(h.url, 'http://127.0.0.1:3000')
  return [
    `### ${title}`,
    `\`\`\`bash\n${command({ method, path, headers, ...(body && { body }), token })}\n\`\`\``,
    `\`\`\`json\n${text}\n\`\`\``,
    [`Status ${response.status}`, ...shown.map((line) => `\`${line}\``)].join(', ').concat(`. ${advice}`),
  ].join('\n\n')
}

function command({ method, path, headers = {}, body, token }: Request): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
  return [
    `curl -s${path.includes('[') ? 'g' : ''}${method === 'GET' || (method === 'POST' && body) ? '' : ` -X ${method}`} ${quoted(`http://127.0.0.1:3000${path}`)}`,
    ...(token === null ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body ? [`-d ${quoted(body)}`] : []),
  ]
    .join(' \\\n  ')
    .replace(SECRETS, '…')
}

const INTRODUCTION = `# Errors

Every error is a JSON:API document with the same members:

| member | |
| --- | --- |
| \`status\` | the status of the response, as text |
| \`code\` | what programs decide by; it does not change |
| \`detail\` | a sentence for people that says what to do; it may change |
| \`source\` | \`pointer\` into the body, \`parameter\` of the query, or \`header\`: the part of the request that is the cause |
| \`meta.request_id\` | the request in the log of the server; also in the header \`X-Request-Id\` |

A request with an error has changed nothing. Only the operations of OAuth answer in its form, with \`error\` and \`error_description\`.

**Which errors to repeat.** After 429, 503 and a broken connection, repeat the request: after \`Retry-After\` where there is one, otherwise after a second, then two, four, eight. Send an \`Idempotency-Key\` with everything that writes, so that a repetition has no second effect. After 401, get a new token first, once. Do not repeat after any other error: the response would be the same.

The responses below are real: each is what the request above it is answered with.`

const END = `A body that is too large is 413, and with \`JSONAPI_STRICT=on\` another content type is 415.

## 5xx: not your fault

500 is a mistake in Bestow: report it with the \`request_id\`. 501 is an operation of Kajabi that does not exist here. 503 means that the server is overloaded, is stopping, or cannot reach its database; nothing was changed, and \`Retry-After\` says when to repeat the request.`
