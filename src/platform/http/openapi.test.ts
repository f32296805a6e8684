import { validate } from '@readme/openapi-parser'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../../api.ts'
import { at, pointerTo, validatorsOf } from '../../testing/contract.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { readOpenApi, type WholeOperation, wholePaths } from '../../testing/openapi.ts'
import { permissionsOf } from '../auth/permissions.ts'
import { KAJABI_OPERATIONS } from './kajabi-operations.ts'
import type { OpenApi, Response } from './openapi/document.ts'

let h: Harness
let document: OpenApi & { openapi: string; info: object; servers: object[] }
let paths: Record<string, Record<string, WholeOperation>>
let operations: [string, WholeOperation][]

beforeAll(async () => {
  h = await startHarness()
  document = (await readOpenApi(h.clientWith(null))) as typeof document
  paths = await wholePaths(document)
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, WholeOperation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  )
})
afterAll(() => h.close())

const ours = ['GET /healthz', 'GET /readyz', 'GET /metrics', 'GET /metrics/database']

test('the document contains the routes of the table and no others', () => {
  const declared = routes.map(({ method, url }) => `${method} ${url}`)
  expect(new Set(declared).size).toBe(declared.length)
  expect(operations.map(([name]) => name).sort()).toEqual([...declared, ...ours].sort())
})

test('every route except public ones documents its permission', () => {
  const open = routes.filter(({ access }) => access === 'public').map(({ url }) => url)
  const inbound = ['activate', 'deactivate'].map((act) => `/webhooks/offers/{token}/{offer_id}/${act}`)
  const links = ['/v1/password_resets', '/v1/password_resets/redeem', '/v1/setup']
  expect(open).toEqual([
    '/v1/oauth/token',
    '/v1/sessions',
    '/v1/sessions/passkey_options',
    ...links,
    '/v1/version',
    ...inbound,
    '/v1/invitations/accept',
  ])
  const anyToken = routes.filter(({ access }) => access === 'token').map(({ url }) => url)
  const own = [
    '/v1/sessions',
    '/v1/sessions/current/confirm',
    '/v1/sessions',
    '/v1/sessions/{id}',
    '/v1/passkeys/options',
    '/v1/passkeys',
    '/v1/passkeys',
    '/v1/passkeys/{id}',
    '/v1/passkeys/{id}',
    '/v1/me',
    '/v1/me',
  ]
  expect(anyToken).toEqual(['/v1/oauth/revoke', ...own])
  const known: string[] = ['public', 'token', ...permissionsOf(h.app.resources.all)]
  for (const { access } of routes) expect(known).toContain(access)
  for (const { method, url, access } of routes) {
    const operation = paths[url]![method.toLowerCase()]!
    expect(operation['x-permission']).toBe(
      access === 'public' ? undefined : access === 'token' ? null : access,
    )
    expect(operation.security).toEqual(
      access === 'public' ? [] : [{ Bearer: [] }, { OAuth2: [] }, { Session: [] }],
    )
  }
})

/** Single acts with a permission of their own. */
const SINGLE = ['delete:contacts', 'export:contacts', 'sign_in_as:members', 'configure:sites']

test('routes that change something need a manage or bulk permission, and those that read need a view permission', () => {
  for (const { method, url, access } of routes) {
    // Whoever knows these URLs can grant.
    if (['public', 'token', ...SINGLE].includes(access) || url.endsWith('/activation_url')) continue
    const kind = method === 'GET' ? 'view' : url.startsWith('/v1/bulk/') ? 'bulk' : 'manage'
    expect([url, access.split(':')[0]]).toEqual([url, kind])
  }
})

/** By which documentOf() knows documents. */
test('of all settings, the document depends on EXTENSIONS and JSONAPI_STRICT alone, but for its server', async () => {
  const settings = {
    API_DOCS: 'on',
    PASSWORD_GRANT: 'on',
    RATE_LIMIT: '7',
    TRUST_PROXY: '1',
    UPLOAD_LIMIT_MB: '1',
  } as const
  const other = await startHarness({ mode: 'production', settings })
  const sent = await readOpenApi(other.clientWith(null))
  expect({ ...sent, servers: document.servers }).toEqual(document)
  await other.close()
})

describe('the document is an OpenAPI document', () => {
  test('of version 3.1 with title, version and security scheme', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(document.info).toMatchObject({ title: 'Bestow', version: expect.stringMatching(/^\d+\.\d+\.\d+/) })
    expect(document.servers).toEqual([{ url: '/' }])
    const { Bearer, OAuth2 } = document.components.securitySchemes!
    expect(Bearer).toMatchObject({ type: 'http', scheme: 'bearer' })
    expect(OAuth2).toMatchObject({
      type: 'oauth2',
      flows: { clientCredentials: { tokenUrl: '/v1/oauth/token' } },
    })
  })

  test('whose operations each have a unique description, with valid responses and parameters', () => {
    for (const [name, { summary, tags, parameters = [], responses }] of operations) {
      expect([name, summary]).toEqual([name, expect.stringMatching(/\w/)])
      expect(tags).toHaveLength(1)
      expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true)
      for (const [status, { description }] of Object.entries(responses)) {
        expect([name, status, description]).toEqual([
          name,
          expect.stringMatching(/^[2-5]\d\d$/),
          expect.any(String),
        ])
      }
      const keys = parameters.map((parameter) => `${parameter.in} ${parameter.name}`)
      expect(new Set(keys).size).toBe(keys.length)
      const inPath = parameters.filter((parameter) => parameter.in === 'path')
      const placeholders = [...name.matchAll(/\{(\w+)\}/g)].map(([, placeholder]) => placeholder)
      expect(inPath.map((parameter) => parameter.name)).toEqual(placeholders)
      for (const parameter of inPath) expect(parameter.required).toBe(true)
      for (const parameter of parameters) expect(parameter.schema).toBeTypeOf('object')
    }
  })

  test('in which neither Redocly nor the ReadMe parser finds a problem', { timeout: 120_000 }, async () => {
    const config = await createConfig({ extends: ['recommended'] })
    const lint = (source: string) => lintFromString({ source, absoluteRef: '/openapi.json', config })
    const source = JSON.stringify(document)
    // The one is for PUT, the others are for POST; and an id is a number.
    const isKnown = ({ ruleId, message }: { ruleId: string; message: string }) =>
      ruleId === 'no-ambiguous-paths' && message.includes('`/v1/contacts/by-email/{email}`')
    expect((await lint(source)).filter((problem) => !isKnown(problem))).toEqual([])
    expect(await validate(JSON.parse(source))).toEqual({
      valid: true,
      warnings: [],
      specification: 'OpenAPI',
    })
    const broken = source.replace('#/components/schemas/ContactPage', '#/components/schemas/Nothing')
    expect((await lint(broken)).map(({ ruleId }) => ruleId)).toContain('no-unresolved-refs')
  })

  test('that documents errors wherever they can occur', () => {
    for (const { method, url, access } of routes) {
      const statuses = Object.keys(paths[url]![method.toLowerCase()]!.responses)
      expect(statuses).toContain('429')
      if (access !== 'public') expect(statuses).toEqual(expect.arrayContaining(['401', '503']))
      if (url.includes('{')) expect(statuses).toContain('404')
      if (method !== 'GET') expect(statuses).toEqual(expect.arrayContaining(['400', '413']))
    }
  })
})

describe('every operation', () => {
  test('has a unique operationId in camel case that follows from method and path', () => {
    const names = operations.map(([, { operationId }]) => operationId!)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z]+(?:[A-Z][a-z0-9]*)*$/)
    const byOperation = Object.fromEntries(
      operations.map(([operation, { operationId }]) => [operation, operationId]),
    )
    expect(byOperation).toMatchObject({
      'POST /v1/oauth/token': 'createToken',
      'GET /v1/contacts': 'listContacts',
      'POST /v1/contact_tags': 'createContactTag',
      'PATCH /v1/contacts/{id}': 'updateContact',
      'POST /v1/contacts/{id}/relationships/offers': 'addOffersToContact',
      'DELETE /v1/customers/{id}/relationships/offers': 'removeOffersFromCustomer',
      'GET /v1/webhook_deliveries/{id}': 'getWebhookDelivery',
      'POST /v1/hooks/{id}/rotate_secret': 'rotateHookSecret',
      'GET /v1/offers/{id}/activation_url': 'getOfferActivationUrl',
      'GET /v1/contact_aliases/{id}': 'getContactAlias',
      'GET /v1/course_progress': 'listCourseProgress',
      'GET /v1/course_progress/{id}': 'getCourseProgress',
      'POST /v1/contacts/{id}/merge': 'mergeContact',
      'POST /v1/forms/{id}/submit': 'submitForm',
      'POST /v1/imports/{id}/start': 'startImport',
      'POST /v1/purchases/{id}/reactivate': 'reactivatePurchase',
    })
    // As the words are in the path: what is made singular is a word, too.
    for (const name of [...names, ...Object.keys(document.components.schemas!)])
      expect(name).not.toMatch(/(?:Aliase|Progres|Statu|Addresse|[a-z]ie)(?![a-z])/)
  })

  test('has a summary that is a sentence of English', () => {
    for (const [operation, { summary }] of operations) {
      expect([operation, summary]).toEqual([operation, expect.stringMatching(/^[A-Z][^.]+$/)])
      expect(summary).not.toMatch(/\ba [aeio]|\ban (?:[^aeioAEIOuUHX]|user|url|uni)/i)
    }
  })

  test('has a tag with a description', () => {
    const described = new Map(document.tags!.map(({ name, description }) => [name, description]))
    for (const [name, { tags }] of operations)
      expect([name, described.get(tags![0]!)]).toEqual([name, expect.stringMatching(/\w/)])
  })

  test('has examples of its body and its responses, and all of them match their schemas', () => {
    const validatorOf = validatorsOf(document)
    const places = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { requestBody, responses }]) => {
        const place = pointerTo('paths', path, method)
        return [
          ...(requestBody ? [`${place}/requestBody`] : []),
          ...Object.entries(responses).map(([status, response]) =>
            '$ref' in response ? response.$ref.slice(1) : `${place}/responses/${status}`,
          ),
        ]
      }),
    )
    for (const place of new Set(places)) {
      const { content = {} } = at(document, place) as Response
      for (const [type, media] of Object.entries(content)) {
        const validate = validatorOf(`${place}${pointerTo('content', type, 'schema')}`)
        expect([place, media.example]).toEqual([place, expect.anything()])
        expect([place, validate(media.example), validate.errors]).toEqual([place, true, null])
      }
    }
  })

  test('documents the headers of its request and its responses', () => {
    for (const { method, url, kind } of routes) {
      const { parameters = [], responses } = paths[url]![method.toLowerCase()]!
      const isIdempotent = !['open', 'read'].includes(kind) && method !== 'GET'
      expect([url, parameters.some(({ name }) => name === 'Idempotency-Key')]).toEqual([url, isIdempotent])
      for (const [status, { headers = {}, content }] of Object.entries(responses)) {
        const names = Object.keys(headers)
        expect(names).toContain('X-Request-Id')
        // What is accepted without a document has no URL.
        const hasUrl = ['201', '202'].includes(status) && content !== undefined
        expect(names.includes('Location')).toBe(hasUrl)
        expect(names.includes('Warning')).toBe(status.startsWith('2'))
        expect(names.includes('Retry-After')).toBe(['409', '429', '503'].includes(status))
        expect(names.includes('RateLimit-Remaining')).toBe(!['406', '415'].includes(status))
        expect(names.includes('Idempotent-Replayed')).toBe(status.startsWith('2') && isIdempotent)
      }
    }
  })
})

describe('attributes that can be written', () => {
  const attributesOf = (name: string) =>
    at(document, `/components/schemas/${name}/properties/data/properties/attributes`) as {
      properties: object
      required?: string[]
    }

  test('are documented, with those that a new resource requires', () => {
    expect(attributesOf('NewContact').required).toEqual(['email'])
    expect(Object.keys(attributesOf('ChangedContact').properties)).toEqual(
      expect.arrayContaining(['name', 'email', 'subscribed', 'custom_3', 'external_user_id']),
    )
    expect(attributesOf('NewHook').required).toEqual(['event', 'target_url'])
    expect(attributesOf('ChangedHook').required).toBeUndefined()
    expect(attributesOf('NewAutomation').required).toEqual(['name', 'trigger', 'actions'])
  })

  test.each(['/v1/contacts', '/v1/contact_tags', '/v1/hooks', '/v1/email_templates', '/v1/automations'])(
    'a POST %s with the attributes of the example reads every one of them',
    async (path) => {
      const { example } = paths[path]!.post!.requestBody!.content['application/vnd.api+json']!
      const { data } = example as { data: { type: string; attributes: object } }
      const body = { data: { type: data.type, attributes: data.attributes } }
      const reply = await h.client.post(path, body)
      expect(reply.headers.get('warning')).toBeNull()
      expect([201, 404, 422]).toContain(reply.status)
      if (reply.status === 201) return
      // The example names an offer that does not exist.
      for (const { code } of reply.body.errors) expect(code).toBe('not_found')
    },
  )
})

test('common parts of operations are in the components once', () => {
  const source = JSON.stringify(document.paths)
  expect(source).not.toMatch(/x-(?:component|documented-as|same-as)/)
  for (const name of [
    'schemas/ContactDocument',
    'schemas/ContactPage',
    'parameters/PageNumber',
    'parameters/Id',
  ])
    expect(source).toContain(`"#/components/${name}"`)
  for (const name of ['responses/NotFound', 'responses/FlatBadRequest', 'headers/Location'])
    expect(source).toContain(`"#/components/${name}"`)
  expect(JSON.stringify(document.components)).toContain('"#/components/schemas/OfferIdentifier"')
})

test('exactly the operations and parameters that Kajabi does not have are marked as extensions', () => {
  const marked = operations.filter(([, operation]) => operation['x-extension']).map(([name]) => name)
  const known = (name: string) => name.replace(/\{\w+\}/g, '{}')
  const kajabis = new Set(KAJABI_OPERATIONS.map(({ method, url }) => known(`${method} ${url}`)))
  const inbound = (name: string) => name.startsWith('POST /webhooks/')
  const others = operations
    .map(([name]) => name)
    .filter((name) => !kajabis.has(known(name)) && !inbound(name))
  expect(marked.sort()).toEqual(others.sort())
})

test('the parameters of a list are in the document', () => {
  const names = paths['/v1/contacts']!.get!.parameters!.map(({ name }) => name)
  const filters = [
    'site_id',
    'search',
    'email',
    'email_eq',
    'email_contains',
    'name_contains',
    'has_offer_id',
    'has_no_offer_id',
    'has_product_id',
    'created_in_last',
    'subscribed',
  ]
  expect(names).toEqual(
    expect.arrayContaining([
      ...filters.map((filter) => `filter[${filter}]`),
      'sort',
      'page[number]',
      'page[size]',
      'fields[contacts]',
      'include',
    ]),
  )
})

test('the page /docs/try shows the document, and loads nothing from other origins', async () => {
  const page = await h.clientWith(null).get('/docs/try')
  expect(page.status).toBe(200)
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(page.body).toContain('/openapi.json')
  expect(page.body).not.toMatch(/(?:src|href)="https?:/)
})
