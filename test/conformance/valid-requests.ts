/** A request of each operation that succeeds: the example of its documentation, about resources that exist. */

import { randomUUID } from 'node:crypto'
import { setPassword } from '../../src/accounts/set-password.ts'
import { createSetupLink } from '../../src/accounts/setup/set-up.ts'
import { routes } from '../../src/api.ts'
import { keepUserLink } from '../../src/links/user-links.ts'
import type { Route } from '../../src/platform/http/route.ts'
import { Authenticator } from '../../src/testing/authenticator.ts'
import { makeAutomation } from '../../src/testing/automations.ts'
import { bulkBody } from '../../src/testing/bulk.ts'
import type { Client } from '../../src/testing/client.ts'
import { documentOf } from '../../src/testing/contract.ts'
import type { Account } from '../../src/testing/fixtures.ts'
import {
  makeContact,
  makeKey,
  makePasskey,
  makeUser,
  offersBody,
  unique,
} from '../../src/testing/fixtures.ts'
import type { Harness } from '../../src/testing/harness.ts'
import { makeHeldImport } from '../../src/testing/imports.ts'
import { oneOfEach } from '../../src/testing/one-of-each.ts'
import { type WholeOperation, wholePaths } from '../../src/testing/openapi.ts'
import { optionsOf } from '../../src/testing/passkeys.ts'
import { itemOf, sell } from '../../src/testing/sales.ts'

export interface Request {
  method: string
  /** With the query. */
  path: string
  body?: unknown
  headers?: Record<string, string>
  /** Null: none. Left out: that of the account. */
  token?: string | null
}

/** Of a page of the server itself. */
export const OWN_PAGE = { 'x-requested-with': 'fetch' }

/** What some operations need besides. */
const HEADERS: Record<string, Record<string, string>> = Object.fromEntries(
  [
    'POST /v1/sessions',
    'POST /v1/setup',
    'POST /v1/invitations/accept',
    'POST /v1/password_resets/redeem',
  ].map((name) => [name, OWN_PAGE]),
)

export interface World {
  h: Harness
  account: Account
  client: Client
  /** An id of each type. */
  ids: Record<string, string>
  operations: Record<string, WholeOperation>
}

export const nameOf = ({ method, url }: Pick<Route, 'method' | 'url'>) => `${method} ${url}`

/** Resources of every type in an account, and the operations of the server. */
export async function openWorld(h: Harness, account: Account = h.account): Promise<World> {
  const client = h.clientWith(account.token)
  const ids = await oneOfEach(h, client, account.siteId)
  const paths = await wholePaths(documentOf(h.server, h.app.config))
  const operations = Object.fromEntries(
    routes.map((route) => [nameOf(route), paths[route.url]![route.method.toLowerCase()]!]),
  )
  return { h, account, client, ids, operations }
}

export const send = ({ h, account }: World, { method, path, body, headers, token }: Request) =>
  h.clientWith(token === undefined ? account.token : token).send(method, path, body, headers)

/** The type that the URL of a route is about. */
export const typeOf = ({ url }: Pick<Route, 'url'>): string => url.split('/')[2]!

/** A request that succeeds; what it needs is created first. */
export async function validRequest(world: World, route: Route): Promise<Request> {
  const special = SPECIAL[nameOf(route)]
  if (special) return special(world)
  const request = aboutExisting(world, route)
  const ends = route.method === 'DELETE' && /\/\{id\}$/.test(route.url)
  if (!ends) return request
  return { ...request, path: `/v1/${typeOf(route)}/${await another(world, typeOf(route))}` }
}

/** The same about the resources of the world, which may be in use. */
export function aboutExisting({ ids, operations }: World, route: Route): Request {
  const { method, url } = route
  const path = url.replace('{id}', ids[typeOf(route)] ?? '1')
  const content = Object.values(operations[nameOf(route)]?.requestBody?.content ?? {})[0]
  const headers = HEADERS[nameOf(route)]
  if (!content) return { method, path, ...(headers && { headers }) }
  if (route.upload) return { method, path, body: formOf(content.example as Record<string, string>) }
  const body = withIds(structuredClone(content.example), ids) as { data?: { id?: string } }
  if (body.data?.id) body.data.id = ids[typeOf(route)]!
  return { method, path, body, ...(headers && { headers }) }
}

/** A form with these fields, before the file. */
export function formOf({ file = 'bytes', ...fields }: Record<string, string>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob([file]), 'file.txt')
  return form
}

/** The same form with other fields. */
export function formWith(form: FormData, fields: Record<string, string>): FormData {
  const changed = new FormData()
  for (const [name, value] of Object.entries(fields)) changed.append(name, value)
  for (const [name, value] of form)
    if (typeof value !== 'string') changed.append(name, value, value.name)
    else if (!Object.hasOwn(fields, name)) changed.append(name, value)
  return changed
}

/** A new resource of a type, that nothing uses. @returns its id */
async function another(world: World, type: string): Promise<string> {
  const route = routes.find(({ method, url }) => method === 'POST' && url === `/v1/${type}`)
  if (!route) throw new Error(`Nothing creates ${type}: add what deletes one to SPECIAL`)
  const { status, body } = await send(world, await validRequest(world, route))
  if (status !== 201) throw new Error(`POST /v1/${type} is ${status}: ${JSON.stringify(body)}`)
  return body.data.id
}

/** Types of what these members refer to, where it is not the plural. */
const REFERS: Record<string, string> = {
  tag_id: 'contact_tags',
  add_tag_id: 'contact_tags',
  remove_tag_id: 'contact_tags',
  template_id: 'email_templates',
  run_id: 'automation_runs',
}

/** The type of what a member such as `offer_id` refers to. @param beside the members of the same object */
export function idUnder(name: string, beside: { event?: unknown } = {}): string {
  if (name === 'resource_id') return String(beside.event).startsWith('tag_') ? 'contact_tags' : 'offers'
  return REFERS[name] ?? (name.endsWith('_id') ? name.replace(/_id$/, 's') : '')
}

/** Members whose values must differ from those of other resources. */
const UNIQUE: Record<string, (n: number, value: string) => string> = {
  email: (n) => `grace${n}@example.com`,
  subdomain: (n) => `watercolor-${n}`,
  custom_domain: (n) => `members${n}.example.com`,
  external_user_id: (n) => `user-${n}`,
  name: (n) => `VIP ${n}`,
  title: (n) => `Watercolor ${n}`,
  slug: (n) => `watercolor-${n}`,
  code: (n) => `SPRING${n}`,
  // Not those of the inputs of a form, which must exist.
  handle: (n, value) => (value.startsWith('custom_') ? `custom_${1_000 + n}` : value),
}

/** The example with ids that exist, and with values that no other resource has. */
export function withIds(value: unknown, ids: Record<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => withIds(item, ids))
  if (typeof value !== 'object' || value === null) return value
  const { type, id, event } = value as { type?: string; id?: string; event?: string }
  const isIdentifier = typeof type === 'string' && typeof id === 'string' && Object.keys(value).length === 2
  if (isIdentifier && ids[type]) return { ...value, id: ids[type] }
  if ('source' in value && typeof id === 'string') return { ...value, id: `user-${unique()}` }
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const referred = ids[idUnder(name, { event })]
      if (typeof member === 'string' && referred) return [name, referred]
      const listed = ids[idUnder(name.replace(/_ids$/, '_id'))]
      if (Array.isArray(member) && listed) return [name, member.map(() => listed)]
      if (typeof member === 'string' && UNIQUE[name]) return [name, UNIQUE[name](unique(), member)]
      return [name, withIds(member, ids)]
    }),
  )
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const PASSWORD = 'three quiet rivers'

/** A token of its own: the request ends it. */
const ownToken = async ({ h, account }: World) => (await makeKey(h.app, account, null)).token

/** A run of an automation that waits. */
async function waitingRun({ h, account, client }: World): Promise<string> {
  const automation = await makeAutomation(h.app, account.siteId, {
    trigger: { event: 'contact_created' },
    actions: [{ action: 'wait', amount: 1, unit: 'days' }, { action: 'stop' }],
  })
  await makeContact(h.app, account.siteId)
  await h.drain()
  const { body } = await client.get(`/v1/automation_runs?filter[automation_id]=${automation}`)
  return body.data[0].id
}

/** A bulk job of which nothing is done yet. */
async function pendingJob({ client, ids }: World): Promise<string> {
  const rows = [{ email: `pending${unique()}@example.com` }]
  const { body } = await client.post('/v1/bulk/grants', bulkBody({ rows }, { offer_ids: [ids.offers!] }))
  return body.data.id
}

const ofHeldImport = async ({ client }: World, verb: string): Promise<Request> => ({
  method: 'POST',
  path: `/v1/imports/${await makeHeldImport(client)}/${verb}`,
})

async function activation({ ids, client }: World, act: string): Promise<Request> {
  const { body } = await client.get(`/v1/offers/${ids.offers}/activation_url`)
  const { pathname } = new URL(body.data.attributes.activate_url)
  const path = pathname.replace(/activate$/, act)
  return { method: 'POST', path, body: 'email=ada%40example.com&name=Ada', headers: FORM, token: null }
}

/** A request of a page of the server, before anybody has signed in. */
const ofPage = (path: string, type: string, attributes: object): Request => ({
  method: 'POST',
  path,
  body: { data: { type, attributes } },
  headers: OWN_PAGE,
  token: null,
})

/** The e-mail of the account's owner. */
async function ownerEmail({ h, account }: World): Promise<string> {
  const { email } = await h.app.db
    .selectFrom('users')
    .select('email')
    .where('id', '=', account.userId)
    .executeTakeFirstOrThrow()
  return email
}

/** The cookie of a session of the account's owner. */
async function sessionHeaders(world: World): Promise<Record<string, string>> {
  const { headers } = await send(world, await SPECIAL['POST /v1/sessions']!(world))
  return { ...OWN_PAGE, cookie: headers.get('set-cookie')!.split(';')[0]! }
}

async function invite(world: World): Promise<{ id: string; token: string }> {
  const route = routes.find((each) => nameOf(each) === 'POST /v1/invitations')!
  const { body } = await send(world, aboutExisting(world, route))
  return { id: body.data.id, token: body.data.attributes.link.split('/').at(-1) }
}

/** Earlier than the times in the examples: a refund or renewal must not be earlier than its payment. */
const PAID_AT = new Date('2026-01-01T00:00:00Z')

/** A subscription that somebody has bought. @returns the id of the purchase */
async function subscribe({ h, account, ids }: World): Promise<string> {
  const contact = await makeContact(h.app, account.siteId)
  const items = [itemOf(h.app, ids.offers!, 2900, 'subscription')]
  return (await sell(h.app, account.siteId, contact, items, { ordered_at: PAID_AT })).purchaseIds[0]!
}

/** The documented request about a new subscription. */
async function ofSubscription(world: World, name: string): Promise<Request> {
  const route = routes.find((each) => nameOf(each) === `POST /v1/purchases/{id}/${name}`)!
  const purchases = await subscribe(world)
  return aboutExisting({ ...world, ids: { ...world.ids, purchases } }, route)
}

/** The documented refund of a new sale. */
async function refundOf(world: World, parent: 'orders' | 'transactions'): Promise<Request> {
  const { h, account, ids } = world
  const contact = await makeContact(h.app, account.siteId)
  const items = [itemOf(h.app, ids.offers!, 2900)]
  const sold = await sell(h.app, account.siteId, contact, items, { ordered_at: PAID_AT })
  const route = routes.find((each) => nameOf(each) === `POST /v1/${parent}/{id}/refunds`)!
  const sale = { orders: sold.orderId, transactions: sold.transactionId! }
  return aboutExisting({ ...world, ids: { ...ids, ...sale } }, route)
}

const SPECIAL: Record<string, (world: World) => Promise<Request>> = {
  'POST /v1/oauth/token': async ({ account: { clientId, clientSecret } }) => ({
    method: 'POST',
    path: '/v1/oauth/token',
    body: `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`,
    headers: FORM,
    token: null,
  }),
  // A site has one for real money, and `oneOfEach` the one for tests.
  'POST /v1/provider_accounts': async ({ h, account }) => {
    await h.app.db
      .updateTable('provider_accounts')
      .set({ archived_at: h.app.clock.now() })
      .where('site_id', '=', account.siteId)
      .where('livemode', '=', true)
      .execute()
    const attributes = { provider: 'stripe', secret_key: 'sk_live_51QJ8Yz2eZvKYlo2C7x2K' }
    return {
      method: 'POST',
      path: '/v1/provider_accounts',
      body: { data: { type: 'provider_accounts', attributes } },
    }
  },
  'POST /v1/oauth/revoke': async (world) => {
    const token = await ownToken(world)
    return { method: 'POST', path: '/v1/oauth/revoke', body: `token=${token}`, headers: FORM, token }
  },
  'POST /v1/sessions': async (world) => {
    const { h, account } = world
    const email = await ownerEmail(world)
    await setPassword(h.app, account.id, email, PASSWORD)
    return ofPage('/v1/sessions', 'sessions', { email, password: PASSWORD })
  },
  'POST /v1/setup': async ({ h }) => {
    const token = (await createSetupLink(h.app)).split('/').at(-1)
    const n = unique()
    return ofPage('/v1/setup', 'setups', {
      token,
      name: 'Ada Lovelace',
      email: `ada.of.setup${n}@example.com`,
      password: PASSWORD,
      account_name: 'Northlight',
      site_title: 'Northlight Studio',
      subdomain: `northlight-${n}`,
    })
  },
  'POST /v1/password_resets': async (world) =>
    ofPage('/v1/password_resets', 'password_resets', { email: await ownerEmail(world) }),
  'POST /v1/password_resets/redeem': async ({ h, account }) => {
    const token = randomUUID()
    const owner = { accountId: account.id, userId: account.userId }
    await keepUserLink(h.app.db, 'password', token, owner, h.app.clock.now())
    return ofPage('/v1/password_resets/redeem', 'password_resets', { token, password: PASSWORD })
  },
  'POST /v1/invitations/accept': async (world) => {
    const { token } = await invite(world)
    return ofPage('/v1/invitations/accept', 'invitations', { token, name: 'Grace', password: PASSWORD })
  },
  'PATCH /v1/me': async (world) => ({
    method: 'PATCH',
    path: '/v1/me',
    headers: await sessionHeaders(world),
    body: {
      data: { type: 'users', attributes: { name: 'Olivia', password: PASSWORD, current_password: PASSWORD } },
    },
    token: null,
  }),
  'POST /v1/sessions/current/confirm': async (world) => ({
    method: 'POST',
    path: '/v1/sessions/current/confirm',
    headers: await sessionHeaders(world),
    body: { data: { type: 'sessions', attributes: { password: PASSWORD } } },
    token: null,
  }),
  'POST /v1/passkeys/options': async (world) => ({
    method: 'POST',
    path: '/v1/passkeys/options',
    headers: await sessionHeaders(world),
    token: null,
  }),
  'POST /v1/passkeys': async (world) => {
    const headers = await sessionHeaders(world)
    const options = await optionsOf(world.h.clientWith(null), '/v1/passkeys/options', headers)
    const credential = new Authenticator({ origin: world.h.app.config.PUBLIC_URL! }).create(options)
    return {
      method: 'POST',
      path: '/v1/passkeys',
      headers,
      body: { data: { type: 'passkeys', attributes: { name: 'MacBook', credential } } },
      token: null,
    }
  },
  'DELETE /v1/passkeys/{id}': async ({ h, account }) => ({
    method: 'DELETE',
    path: `/v1/passkeys/${await makePasskey(h.app, account.id, account.userId)}`,
  }),
  'DELETE /v1/users/{id}': async ({ h, account }) => {
    const { id } = await makeUser(h.app, account, ['view:contacts'])
    return { method: 'DELETE', path: `/v1/users/${id}` }
  },
  'PATCH /v1/users/{id}': async (world) => {
    const { id } = await makeUser(world.h.app, world.account, ['view:contacts'])
    const route = routes.find((each) => nameOf(each) === 'PATCH /v1/users/{id}')!
    return aboutExisting({ ...world, ids: { ...world.ids, users: id } }, route)
  },
  'PATCH /v1/grants/{id}': async (world) => {
    const grant = routes.find((route) => nameOf(route) === 'PATCH /v1/grants/{id}')!
    const contact = await makeContact(world.h.app, world.account.siteId)
    const granted = await world.client.post(
      `/v1/contacts/${contact}/relationships/offers`,
      offersBody([world.ids.offers!]),
    )
    const grants = granted.body.meta.offers[0].grant_id
    return aboutExisting({ ...world, ids: { ...world.ids, grants } }, grant)
  },
  'POST /v1/purchases/{id}/cancel_subscription': async (world) => ({
    method: 'POST',
    path: `/v1/purchases/${await subscribe(world)}/cancel_subscription`,
  }),
  'POST /v1/purchases/{id}/renewals': async (world) => ofSubscription(world, 'renewals'),
  'POST /v1/purchases/{id}/failed_payments': async (world) => ofSubscription(world, 'failed_payments'),
  'POST /v1/orders/{id}/refunds': async (world) => refundOf(world, 'orders'),
  'POST /v1/transactions/{id}/refunds': async (world) => refundOf(world, 'transactions'),
  'POST /v1/contacts/{id}/merge': async ({ h, account }) => {
    const [into, from] = [await makeContact(h.app, account.siteId), await makeContact(h.app, account.siteId)]
    return {
      method: 'POST',
      path: `/v1/contacts/${into}/merge`,
      body: { data: { type: 'contacts', id: from } },
    }
  },
  'DELETE /v1/contact_aliases/{id}': async ({ h, account, client }) => {
    const contact = await makeContact(h.app, account.siteId)
    const attributes = { email: `moved${unique()}@example.com` }
    await client.patch(`/v1/contacts/${contact}`, { data: { type: 'contacts', attributes } })
    const { body } = await client.get(`/v1/contact_aliases?filter[contact_id]=${contact}`)
    return { method: 'DELETE', path: `/v1/contact_aliases/${body.data[0].id}` }
  },
  'GET /v1/automations/{id}/why_not': async ({ ids }) => ({
    method: 'GET',
    path: `/v1/automations/${ids.automations}/why_not?filter[contact_id]=${ids.contacts}`,
  }),
  'POST /v1/automation_runs/{id}/cancel': async (world) => ({
    method: 'POST',
    path: `/v1/automation_runs/${await waitingRun(world)}/cancel`,
  }),
  'POST /v1/automation_runs/{id}/retry': async (world) => {
    const id = await waitingRun(world)
    await world.client.post(`/v1/automation_runs/${id}/cancel`)
    return { method: 'POST', path: `/v1/automation_runs/${id}/retry` }
  },
  'POST /v1/bulk_jobs/{id}/cancel': async (world) => ({
    method: 'POST',
    path: `/v1/bulk_jobs/${await pendingJob(world)}/cancel`,
  }),
  'POST /v1/bulk_jobs/{id}/retry': async (world) => {
    const id = await pendingJob(world)
    await world.client.post(`/v1/bulk_jobs/${id}/cancel`)
    return { method: 'POST', path: `/v1/bulk_jobs/${id}/retry` }
  },
  'POST /v1/imports/{id}/start': (world) => ofHeldImport(world, 'start'),
  'POST /v1/imports/{id}/dry_run': (world) => ofHeldImport(world, 'dry_run'),
  'POST /v1/imports/{id}/cancel': (world) => ofHeldImport(world, 'cancel'),
  'POST /v1/emails/{id}/retry': async ({ h, account }) => {
    const now = h.app.clock.now()
    const { id } = await h.app.db
      .insertInto('emails')
      .values({
        site_id: account.siteId,
        kind: 'template_test',
        event_id: String(unique()),
        contact_id: null,
        status: 'failed',
        response: '550 no such user',
        created_at: now,
        failed_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    return { method: 'POST', path: `/v1/emails/${id}/retry` }
  },
  'PUT /v1/contacts/by-email/{email}': async (world) => ({
    ...aboutExisting(world, routes.find((route) => nameOf(route) === 'PUT /v1/contacts/by-email/{email}')!),
    path: `/v1/contacts/by-email/grace${unique()}%40example.com`,
  }),
  'GET /v1/uploads/{id}/content': async ({ client }) => {
    const { body } = await client.post('/v1/uploads', formOf({}))
    return { method: 'GET', path: `/v1/uploads/${body.data.id}/content` }
  },
  'POST /webhooks/offers/{token}/{offer_id}/activate': (world) => activation(world, 'activate'),
  'POST /webhooks/offers/{token}/{offer_id}/deactivate': async (world) => {
    await send(world, await activation(world, 'activate'))
    return activation(world, 'deactivate')
  },
}
