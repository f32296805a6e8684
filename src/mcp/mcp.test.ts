import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeTag } from '../testing/automations.ts'
import { makeAccount, makeContact, makeKey, makeOffer } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeHook } from '../testing/hooks.ts'
import { advanceClock } from '../worker/advance-clock.ts'
import { TOOLS } from './tools.ts'

let h: Harness
const clients: Client[] = []

beforeAll(async () => {
  h = await startHarness()
})
afterAll(async () => {
  for (const client of clients) await client.close()
  await h.close()
})

type Mode = 'legacy' | 'auto'

async function connect(token = h.account.token, mode: Mode = 'auto'): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
  const transport = new StreamableHTTPClientTransport(new URL(`${h.url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  })
  await client.connect(transport)
  clients.push(client)
  return client
}

/** The text of a result, which must not be an error. */
async function call(client: Client, name: string, args: Record<string, unknown>): Promise<string> {
  const { text, isError } = await tryCall(client, name, args)
  expect(isError, text).toBe(false)
  return text
}

async function tryCall(client: Client, name: string, args: Record<string, unknown>) {
  const { content, isError = false } = await client.callTool({ name, arguments: args })
  const [{ text }] = content as unknown as [{ text: string }]
  return { text, isError }
}

const planIn = (text: string): string => /^plan: (.+)$/m.exec(text)![1]!

async function contactAndOffer() {
  const { siteId } = h.account
  return { contact_id: await makeContact(h.app, siteId), offer_ids: [await makeOffer(h.app, siteId)] }
}

describe.each(['legacy', 'auto'] as const)('a client of the SDK, protocol era %s', (mode) => {
  test('previews a grant, makes it, extends and revokes it', async () => {
    const client = await connect(undefined, mode)
    const args = await contactAndOffer()
    const preview = await call(client, 'preview_change', { action: 'grant', ...args })
    expect(preview).toContain('would become a customer.')
    expect(await call(client, 'show_contact', { contact_id: args.contact_id })).toContain('access: none')
    const granted = await call(client, 'grant_offers', { ...args, plan: planIn(preview) })
    expect(granted).toMatch(
      new RegExp(`^offer ${args.offer_ids[0]}: granted, access without end, grant \\d+$`),
    )
    expect(await call(client, 'show_contact', { contact_id: args.contact_id })).toContain('held without end')

    const until = { ...args, expires_at: '2099-01-31' }
    const extension = await call(client, 'preview_change', { action: 'extend', ...until })
    expect(await call(client, 'extend_access', { ...until, plan: planIn(extension) })).toContain(
      'renewed, access until 2099-0',
    )
    const revocation = await call(client, 'preview_change', { action: 'revoke', ...args })
    expect(await call(client, 'revoke_offers', { ...args, plan: planIn(revocation) })).toBe(
      `offer ${args.offer_ids[0]}: revoked`,
    )
    const { body } = await h.client.get(`/v1/contacts/${args.contact_id}/relationships/offers`)
    expect(body.data).toEqual([])
    const grantId = /grant (\d+)$/.exec(granted)![1]!
    expect(await call(client, 'show_timeline', { grant_id: grantId })).toContain('offer_revoked by ')
    expect(await call(client, 'show_timeline', { contact_id: args.contact_id })).toContain(
      'offer_granted by ',
    )
  })
})

describe.each([
  ['before 2026-07-28', { accept: 'application/json' }, {}],
  [
    'since 2026-07-28',
    { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' },
    {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
        'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      },
    },
  ],
])('a request of the protocol as it is %s', (_name, headers, params) => {
  const ask = (init: RequestInit) =>
    fetch(`${h.url}/mcp`, {
      ...init,
      headers: {
        authorization: `Bearer ${h.account.token}`,
        'content-type': 'application/json',
        ...(headers as Record<string, string>),
      },
    })

  test('is answered with JSON, not with a stream of events', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params })
    const response = await ask({ method: 'POST', body })
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^application\/json/),
    ])
    const { id, result } = await response.json()
    expect([id, result.tools.length]).toEqual([1, TOOLS.length])
  })

  test('is refused when it is no POST, or no JSON', async () => {
    for (const method of ['GET', 'DELETE']) {
      const response = await ask({ method })
      expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, 'POST'])
    }
    expect((await ask({ method: 'POST' })).status).toBe(400)
    expect((await ask({ method: 'POST', body: '{"half' })).status).toBe(400)
  })
})

describe('a plan', () => {
  test('is needed, and is one for the same caller, action and arguments', async () => {
    const client = await connect()
    const args = await contactAndOffer()
    const plan = planIn(await call(client, 'preview_change', { action: 'grant', ...args }))
    const other = await contactAndOffer()
    const refusals = [
      await tryCall(client, 'grant_offers', { ...args, plan: 'none' }),
      await tryCall(client, 'grant_offers', { ...other, plan }),
      await tryCall(client, 'grant_offers', { ...args, send_welcome_email: false, plan }),
      await tryCall(client, 'extend_access', { ...args, plan }),
      await tryCall(client, 'revoke_offers', { ...args, plan }),
      await tryCall(await connect((await makeKey(h.app, h.account, null)).token), 'grant_offers', {
        ...args,
        plan,
      }),
    ]
    for (const { text, isError } of refusals)
      expect([isError, text]).toEqual([true, expect.stringContaining('Call preview_change again')])
    expect((await tryCall(client, 'grant_offers', args)).isError).toBe(true)
    for (const { contact_id } of [args, other])
      expect((await h.client.get(`/v1/contacts/${contact_id}/relationships/offers`)).body.data).toEqual([])
    expect(await call(client, 'grant_offers', { ...args, send_welcome_email: true, plan })).toContain(
      'granted',
    )
  })

  test('is void when the facts have changed: access is not extended twice', async () => {
    const client = await connect()
    const { contact_id, offer_ids } = await contactAndOffer()
    await h.client.patch(`/v1/offers/${offer_ids[0]}`, {
      data: { type: 'offers', id: offer_ids[0], attributes: { access_days: 30 } },
    })
    const args = { contact_id, offer_ids }
    const grant = planIn(await call(client, 'preview_change', { action: 'grant', ...args }))
    await call(client, 'grant_offers', { ...args, plan: grant })
    const plan = planIn(await call(client, 'preview_change', { action: 'extend', ...args }))
    expect(await call(client, 'extend_access', { ...args, plan })).toContain('renewed')
    const repeated = await tryCall(client, 'extend_access', { ...args, plan })
    expect(repeated).toMatchObject({ isError: true, text: expect.stringContaining('the facts have changed') })
    const renewals = await h.client.get(
      `/v1/events?filter[contact_id]=${contact_id}&filter[event]=access_extended`,
    )
    expect(renewals.body.data).toHaveLength(1)
  })
})

describe('who may what', () => {
  test('a key sees the tools that its permissions allow, and its account alone', async () => {
    const { token } = await makeKey(h.app, h.account, ['view:contacts', 'view:offers'])
    const client = await connect(token)
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(['find_contacts', 'list_offers', 'search_docs'])
    const refused = await tryCall(client, 'create_contact', { email: 'eve@example.com' }).catch((error) => ({
      isError: true,
      text: error.message,
    }))
    expect(refused).toMatchObject({ isError: true, text: expect.stringContaining('create_contact') })

    const stranger = await makeAccount(h.app)
    const mine = await contactAndOffer()
    const theirs = await connect(stranger.token)
    expect(await tryCall(theirs, 'show_contact', { contact_id: mine.contact_id })).toEqual({
      isError: true,
      text: `404 not_found: There is no contact with the id ${mine.contact_id}.`,
    })
    expect(await call(theirs, 'find_contacts', { text: '@example.com' })).toBe('No contact.')
  })

  test('without a valid token: 401 that says where the metadata is, which leads to a token', async () => {
    const ask = (headers: Record<string, string>) =>
      fetch(`${h.url}/mcp`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      })
    for (const headers of [{}, { authorization: 'Bearer nonsense' }, { cookie: 'bestow_session=x' }]) {
      const { status, headers: answered } = await ask(headers as Record<string, string>)
      expect(status).toBe(401)
      const [, metadata] = /^Bearer resource_metadata="(.+)"$/.exec(answered.get('www-authenticate')!)!
      const resource = await (await fetch(metadata!)).json()
      expect(resource.resource).toBe(`${h.url}/mcp`)
      const server = await (
        await fetch(`${resource.authorization_servers[0]}/.well-known/oauth-authorization-server`)
      ).json()
      const { status: issued } = await fetch(server.token_endpoint, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: server.grant_types_supported[0],
          client_id: h.account.clientId,
          client_secret: h.account.clientSecret,
        }),
      })
      expect(issued).toBe(200)
    }
    const authorization = `Bearer ${h.account.token}`
    expect((await ask({ authorization, origin: 'https://evil.example' })).status).toBe(403)
    expect((await ask({ authorization, origin: h.url })).status).toBe(200)
  })

  test('it does not exist where extensions are off', async () => {
    const plain = await startHarness({ settings: { EXTENSIONS: 'off' } })
    expect((await fetch(`${plain.url}/mcp`, { method: 'POST' })).status).toBe(404)
    await plain.close()
  })
})

describe('the other tools', () => {
  test('contacts, products and offers are created and listed', async () => {
    const client = await connect()
    expect(await call(client, 'create_contact', { email: 'ada@tools.example', name: 'Ada' })).toMatch(
      /^Created contact \d+, ada@tools.example.$/,
    )
    expect(await tryCall(client, 'create_contact', { email: 'ada@tools.example' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('(/data/attributes/email)'),
    })
    expect(await call(client, 'find_contacts', { text: 'ada@tools' })).toMatch(
      /^\d+ {2}ada@tools\.example {2}Ada$/,
    )
    const product = /\d+/.exec(await call(client, 'create_product', { title: 'Drawing' }))![0]
    const created = await call(client, 'create_offer', {
      title: 'Drawing, a month',
      product_ids: [product],
      price_in_cents: 2900,
      access_days: 30,
    })
    const [offer] = /\d+/.exec(created)!
    expect(created).toContain('$29.00')
    expect(await call(client, 'list_offers', { text: 'a month' })).toBe(
      `${offer}  Drawing, a month  $29.00 USD`,
    )
    expect(await call(client, 'list_products', { text: 'Drawing' })).toBe(`${product}  Drawing  published`)
    const { body } = await h.client.get(`/v1/offers/${offer}`)
    expect(body.data.relationships.products.data).toEqual([{ type: 'products', id: product }])
  })

  test('failures are listed, and tried again', async () => {
    const client = await connect()
    // Nobody listens there, and time passes until no attempt is left.
    await makeHook(h.app, h.account.siteId, { event: 'tag_added' })
    const contact = await makeContact(h.app, h.account.siteId)
    const tag = await makeTag(h.app, h.account.siteId)
    const kind = 'webhook_deliveries'
    expect(await call(client, 'list_failures', { kind })).toBe('Nothing has failed.')
    await h.client.post(`/v1/contacts/${contact}/relationships/tags`, {
      data: [{ type: 'contact_tags', id: tag }],
    })
    await h.drain()
    await advanceClock(h.app, 4 * 86_400_000)
    const listed = await call(client, 'list_failures', { kind })
    expect(listed).toMatch(/^\d+ {2}\S+ {2}tag_added: connection_refused$/)
    const [id] = listed.split(' ')
    expect(await call(client, 'retry_failures', { kind, ids: [id!, '999'] })).toBe(
      `${id}: will be tried again\n999: 404 not_found: There is no webhook delivery with the id 999.`,
    )
    expect(await call(client, 'list_failures', { kind })).toBe('Nothing has failed.')
    expect(await call(client, 'list_failures', { kind: 'emails' })).toBe('Nothing has failed.')
    expect(await call(client, 'list_failures', { kind: 'automation_runs' })).toBe('Nothing has failed.')
  })

  test('the server is shown, its documentation is searched and read, and its clock is moved', async () => {
    const client = await connect()
    const status = await call(client, 'server_status', {})
    expect(status).toMatch(/^Bestow \d+\.\d+\.\d+, development, /)
    expect(await call(client, 'search_docs', { text: 'idempotency' })).toContain('/docs/')
    const { resources } = await client.listResources()
    expect(resources.map(({ uri }) => uri)).toContain('bestow://docs/getting-started')
    const read = async (uri: string) => (await client.readResource({ uri })).contents[0] as { text: string }
    expect((await read('bestow://docs/guides/webhooks')).text).toContain('# Webhooks')
    const documented = readFileSync(join(import.meta.dirname, '../../docs/agents.md'), 'utf8')
    const named = [...documented.matchAll(/bestow:\/\/[\w/-]+/g)].map(([uri]) => uri)
    expect(named.map((uri) => uri.split('/')[2])).toEqual(['docs', 'openapi'])
    for (const uri of named) expect((await read(uri)).text).toMatch(/^# \w/m)
    await expect(read('bestow://docs/nothing')).rejects.toThrow()
    const { messages } = await client.getPrompt({
      name: 'why_no_access',
      arguments: { email: 'ada@example.com' },
    })
    expect(messages[0]!.content).toMatchObject({ text: expect.stringContaining('ada@example.com') })
    const before = h.app.clock.now().getTime()
    await call(client, 'advance_clock', { duration: '1d' })
    expect(h.app.clock.now().getTime() - before).toBeGreaterThanOrEqual(86_400_000)
    expect(await tryCall(client, 'advance_clock', { duration: 'soon' })).toMatchObject({ isError: true })
  })
})

test('definitions are short, and say which tools read and which can take access away', async () => {
  const { tools } = await (await connect()).listTools()
  expect(tools.map(({ name }) => name)).toEqual(TOOLS.map(({ name }) => name))
  // About four characters are a token: 4,000 tokens.
  expect(JSON.stringify(tools).length).toBeLessThan(16_000)
  const having = (hint: 'readOnlyHint' | 'destructiveHint') =>
    tools.filter(({ annotations }) => annotations?.[hint]).map(({ name }) => name)
  expect(having('destructiveHint')).toEqual(['revoke_offers', 'advance_clock'])
  expect(having('readOnlyHint')).toEqual([
    'find_contacts',
    'show_contact',
    'show_timeline',
    'preview_change',
    'list_offers',
    'list_products',
    'list_failures',
    'search_docs',
    'server_status',
  ])
})
