/** Every operation of the OpenAPI document really returns each status that the document says it can. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../../src/api.ts'
import { type Connection, connectionConfig } from '../../src/platform/db/database.ts'
import type { Answer, Route } from '../../src/platform/http/route.ts'
import type { Reply } from '../../src/testing/client.ts'
import { makeKey, makePasskey } from '../../src/testing/fixtures.ts'
import { databaseName } from '../../src/testing/global-setup.ts'
import { type Harness, startHarness } from '../../src/testing/harness.ts'
import { type DatabaseProxy, startProxy } from '../../src/testing/proxy.ts'
import {
  aboutExisting,
  formOf,
  formWith,
  nameOf,
  openWorld,
  type Request,
  send,
  typeOf,
  validRequest,
  type World,
} from './valid-requests.ts'

let world: World
let strict: Harness
let limited: Harness
/** Its database cannot be reached. */
let away: Harness
let proxy: DatabaseProxy
/** A token without any permission. */
let powerless: string
let lock: pg.Client

beforeAll(async () => {
  world = await openWorld(
    await startHarness({
      reach: giveUpSoon,
      settings: {
        PASSWORD_GRANT: 'on',
        UPLOAD_LIMIT_MB: '1',
        // Passkeys need a host name.
        PUBLIC_URL: 'http://localhost:4711',
      },
    }),
  )
  powerless = (await makeKey(world.h.app, world.account, [])).token
  strict = await startHarness({ settings: { JSONAPI_STRICT: 'on' } })
  limited = await startHarness({ settings: { RATE_LIMIT: '1' } })
  away = await startHarness({
    reach: async (database) => {
      proxy = await startProxy(database)
      return proxy.connection
    },
  })
  await proxy.cut()
  lock = new pg.Client(connectionConfig(world.h.connection))
  await lock.connect()
})
afterAll(async () => {
  await lock.end()
  await proxy.restore()
  await Promise.all([world.h, strict, limited, away].map((h) => h.close()))
})

/** A request that waits for another one with its Idempotency-Key need not wait for two seconds. */
async function giveUpSoon(database: Connection): Promise<Connection> {
  const client = new pg.Client(connectionConfig(database))
  await client.connect()
  await client.query(`alter database ${databaseName(database)} set lock_timeout = '50ms'`)
  await client.end()
  return database
}

type Cause = (route: Route) => Promise<Reply>

const to = (h: Harness, { method, path, body, headers, token = h.account.token }: Request): Promise<Reply> =>
  h.clientWith(token).send(method, path, body, headers)

/** A request of this form; what it is about need not exist. */
const like = (route: Route, id = '1'): Request => ({
  ...aboutExisting(world, route),
  path: route.url.replace(/\{\w+\}/g, id),
})

const withQuery = ({ path, ...request }: Request, query: string): Request => ({
  ...request,
  path: `${path}?${query}`,
})

/** A key that the caller's first request with this route has, as it is stored while that runs or afterwards. */
async function keyOfAnother(route: Route, client: Pick<pg.Client, 'query'>): Promise<Record<string, string>> {
  const { keyId } = (await world.h.app.tokens.verifyAccess(world.account.token))!
  const key = randomUUID()
  await client.query(
    `insert into idempotency_keys (account_id, caller, route, key, request_hash, outcome, created_at)
     values ($1, $2, $3, $4, '\\x00', '{"status": 200}', now())`,
    [world.account.id, `api_key:${keyId}`, nameOf(route), key],
  )
  return { 'idempotency-key': key }
}

/** More than a body, or an upload, may have. */
const LARGE = 'x'.repeat(1_100_000)
const LARGE_DOCUMENT = JSON.stringify(LARGE)
const LARGER_DOCUMENT = JSON.stringify('x'.repeat(6_000_000))
const UNKNOWN = '999999999999'

/** By status. */
const CAUSES: Record<number, Cause> = {
  400: async (route) => send(world, withQuery(like(route), 'a=%ff')),
  401: async (route) => send(world, { ...like(route), token: route.access === 'public' ? null : 'nobody' }),
  403: async (route) => {
    if (route.access === 'public') return send(world, { ...like(route), token: null, headers: {} })
    return route.access === 'token'
      ? fromAnotherPage(like(route))
      : send(world, { ...like(route), token: powerless })
  },
  404: async (route) => {
    if (route.url.includes('{'))
      return send(world, { ...like(route), path: route.url.replace(/\{\w+\}/g, UNKNOWN) })
    if (route.method === 'GET') return send(world, withQuery(like(route), `filter[site_id]=${UNKNOWN}`))
    return send(world, aboutNothing(like(route)))
  },
  406: (route) => to(strict, { ...like(route), headers: { accept: 'text/html' } }),
  409: async (route) => {
    if (!isIdempotent(route)) return send(world, ofAnotherType(await validRequest(world, route)))
    await lock.query('begin')
    try {
      const headers = await keyOfAnother(route, lock)
      return await send(world, { ...(await validRequest(world, route)), headers })
    } finally {
      await lock.query('rollback')
    }
  },
  413: async (route) =>
    route.upload
      ? send(world, { ...like(route), body: formOf({ kind: 'contacts', file: LARGE }) })
      : send(world, { ...like(route), body: route.bodyLimit ? LARGER_DOCUMENT : LARGE_DOCUMENT }),
  415: (route) => to(strict, { ...like(route), body: '{}', headers: { 'content-type': 'text/plain' } }),
  422: async (route) => {
    if (!isIdempotent(route)) return send(world, withQuery(like(route), 'filter[custom_9999]=x'))
    return send(world, { ...(await validRequest(world, route)), headers: await keyOfAnother(route, lock) })
  },
  429: async (route) => {
    const request = { ...like(route), ...(route.access === 'public' && { token: null }) }
    await to(limited, request)
    return to(limited, request)
  },
  503: (route) => to(away, { ...like(route), ...(route.access === 'public' && { token: null }) }),
}

/** Where the status has another cause than elsewhere. */
const SPECIAL: Record<string, Cause> = {
  // Every address can be that of a contact.
  'PUT /v1/contacts/by-email/{email} 404': async (route) =>
    send(world, aboutNothing(await validRequest(world, route))),
  'POST /v1/oauth/token 401': (route) => withForm(route, 'client_id=x&client_secret=y'),
  'POST /v1/uploads 415': (route) => send(world, { ...like(route), body: {} }),
  'POST /v1/imports 415': (route) => send(world, { ...like(route), body: {} }),
  'POST /v1/imports 422': (route) =>
    send(world, { ...like(route), body: formOf({ kind: 'contacts', file: 'Shade\nred\n' }) }),
  'POST /v1/sessions 422': (route) => withAttributes(route, { email: undefined }),
  // That server is opened by its IP address.
  'POST /v1/sessions/passkey_options 422': (route) => to(strict, { ...like(route), token: null }),
  'POST /v1/sessions/current/confirm 422': (route) => withAttributes(route, { password: undefined }),
  'POST /v1/passkeys 422': (route) => withAttributes(route, { name: ' ' }),
  'POST /v1/passkeys/options 422': async (route) => {
    const { h, account } = world
    const made: string[] = []
    for (let more = 0; more < 20; more++) made.push(await makePasskey(h.app, account.id, account.userId))
    const reply = await send(world, await validRequest(world, route))
    await h.app.db.deleteFrom('passkeys').where('id', 'in', made).execute()
    return reply
  },
  'POST /v1/server/advance_clock 422': async (route) =>
    send(world, { ...(await validRequest(world, route)), body: { meta: { duration: 'soon' } } }),
  'POST /v1/setup 422': (route) => withAttributes(route, { password: 'short' }),
  'POST /v1/invitations/accept 422': (route) => withAttributes(route, { password: 'short' }),
  'POST /v1/password_resets/redeem 422': (route) => withAttributes(route, { password: 'short' }),
  'PATCH /v1/me 422': (route) => withAttributes(route, { current_password: 'wrong' }),
  'POST /webhooks/offers/{token}/{offer_id}/activate 422': (route) => withForm(route, 'email=nonsense'),
  'POST /webhooks/offers/{token}/{offer_id}/deactivate 422': (route) => withForm(route, 'email=nonsense'),
  'POST /v1/automations/test_draft 422': async (route) => {
    const request = await validRequest(world, route)
    const { data } = request.body as { data: { attributes: object } }
    const attributes = { ...data.attributes, actions: [] }
    return send(world, { ...request, body: { ...(request.body as object), data: { ...data, attributes } } })
  },
  // Its trigger is about no resource.
  'POST /v1/automations/{id}/test 422': async (route) => {
    const request = await validRequest(world, route)
    const { meta } = request.body as { meta: object }
    return send(world, { ...request, body: { meta: { ...meta, resource_id: '1' } } })
  },
  'POST /v1/email_templates/preview 422': async (route) => {
    const request = await validRequest(world, route)
    const { data } = request.body as { data: { attributes: object } }
    return send(world, {
      ...request,
      body: { data: { ...data, attributes: { ...data.attributes, body: '{{' } } },
    })
  },
  // One that was saved when more was allowed.
  'GET /v1/email_templates/{id}/preview 422': async (route) => {
    const { email_templates: id } = world.ids
    await world.h.app.db.updateTable('email_templates').set({ body: '{{' }).where('id', '=', id!).execute()
    const reply = await send(world, like(route, id))
    await world.h.app.db.updateTable('email_templates').set({ body: 'Hello' }).where('id', '=', id!).execute()
    return reply
  },
}

const withForm = async (route: Route, body: string) =>
  send(world, { ...(await validRequest(world, route)), body })

async function withAttributes(route: Route, attributes: object): Promise<Reply> {
  const request = await validRequest(world, route)
  const { data } = request.body as { data: { attributes: object } }
  return send(world, {
    ...request,
    body: { data: { ...data, attributes: { ...data.attributes, ...attributes } } },
  })
}

const isIdempotent = ({ kind, method }: Route) => !['open', 'read'].includes(kind) && method !== 'GET'

/** With the session of a browser, and without the header that shows whose page sends it. */
const fromAnotherPage = (request: Request) =>
  send(world, { ...request, token: null, headers: { ...request.headers, cookie: 'bestow_session=x' } })

/** About a site, or what else is named first, that does not exist. */
function aboutNothing(request: Request): Request {
  if (request.body instanceof FormData)
    return { ...request, body: formWith(request.body, { site_id: UNKNOWN }) }
  const body = structuredClone(request.body) as {
    data: { relationships?: Record<string, { data: { id: string } }> }
  }
  for (const { data } of Object.values(body.data.relationships ?? {})) {
    for (const identifier of [data].flat()) identifier.id = UNKNOWN
  }
  return { ...request, body }
}

const ofAnotherType = (request: Request): Request => ({
  ...request,
  body: {
    ...(request.body as object),
    data: { ...(request.body as { data: object }).data, type: 'shades' },
  },
})

/** Those that create sites come last: with several, requests must say which one they are about. */
const isAboutSites = (route: Route) => Number(typeOf(route) === 'sites')
const ordered = routes.toSorted((a, b) => isAboutSites(a) - isAboutSites(b))

describe.each(ordered.map((route) => [nameOf(route), route] as const))('%s', (name, route) => {
  const documented = (of: World) => Object.keys(of.operations[name]!.responses).map(Number)

  test('succeeds as documented, and with its example', async () => {
    const request = await validRequest(world, route)
    const reply = await send(world, request)
    expect(reply.body.errors ?? []).toEqual([])
    expect(documented(world).filter((status) => status < 300)).toContain(reply.status)
  })

  test('returns every documented error', async () => {
    for (const status of documented(world).filter((documented) => documented >= 400)) {
      const cause = SPECIAL[`${name} ${status}`] ?? CAUSES[status]
      expect(cause, `what causes ${status}?`).toBeDefined()
      const reply = await cause!(route)
      expect([status, reply.status, reply.status === status ? null : reply.body]).toEqual([
        status,
        status,
        null,
      ])
    }
  })

  test.runIf(route.body && !route.form && !route.upload)(
    'reports an attribute that it does not know, or refuses it at its place',
    async () => {
      const request = await validRequest(world, route)
      const { data, ...others } = (request.body ?? {}) as { data?: { attributes?: object } }
      if (!data?.attributes) return
      // Another contact has it by now.
      const attributes = { ...data.attributes, external_user_id: undefined, not_an_attribute: 'x' }
      const { headers, body } = await send(world, {
        ...request,
        body: { ...others, data: { ...data, attributes } },
      })
      expect(`${headers.get('warning')} ${body?.errors?.[0]?.source?.pointer}`).toContain('not_an_attribute')
    },
  )

  test('returns every error that strict mode adds', async () => {
    if (route.access === 'public' || route.form || route.upload || route.streams) return
    expect((await CAUSES[406]!(route)).status).toBe(406)
    if (route.method !== 'GET') expect((await CAUSES[415]!(route)).status).toBe(415)
  })
})

type Handler = (context: unknown) => Promise<Answer>

/** The routes, of which one sends other headers. */
const withHeaders = (of: string, change: (headers: Answer['headers']) => Answer['headers']): Route[] =>
  routes.map((route) => {
    if (nameOf(route) !== of) return route
    const handler: Handler = async (context) => {
      const answer = await (route.handler as unknown as Handler)(context)
      return { ...answer, headers: change(answer.headers) }
    }
    return { ...route, handler } as unknown as Route
  })

test.each<[string, string, (headers: Answer['headers']) => Answer['headers'], RegExp]>([
  ['lacks a header', 'POST /v1/contact_tags', () => ({}), /the header Location is missing/],
  [
    'has a header of another form',
    'POST /v1/contact_tags',
    () => ({ location: '/v1/contact_tags/1' }),
    /the header Location is \/v1\/contact_tags\/1/,
  ],
  [
    'has a header of which nothing is said',
    'GET /v1/me',
    () => ({ 'x-debug': '1' }),
    /x-debug is not documented/,
  ],
  [
    'is of another media type',
    'GET /v1/me',
    () => ({ 'content-type': 'application/json' }),
    /the content-type is application/,
  ],
])('planted fault: a response that %s is found', async (_, of, change, message) => {
  const h = await startHarness({ routes: withHeaders(of, change) })
  const [method, path] = of.split(' ') as [string, string]
  const body = method === 'POST' ? { data: { type: 'contact_tags', attributes: { name: 'VIP' } } } : undefined
  await expect(h.client.send(method, path, body)).rejects.toThrow(message)
  await h.close()
})
