import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../../api.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { isPermission } from '../auth/permissions.ts'

interface Operation {
  summary?: string
  description?: string
  tags?: string[]
  security?: object[]
  parameters?: { name: string; in: string; required?: boolean; schema?: object }[]
  requestBody?: { content: Record<string, { schema: object }> }
  responses: Record<string, { description?: string; content?: Record<string, { schema: object }> }>
  'x-extension'?: boolean
  'x-permission'?: string | null
}

let h: Harness
let document: {
  openapi: string
  info: { title: string; version: string }
  paths: Record<string, Record<string, Operation>>
  components: { securitySchemes: object }
}
let operations: [string, Operation][]

beforeAll(async () => {
  h = await startHarness()
  document = (await h.clientWith(null).get('/openapi.json')).body
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  )
})
afterAll(() => h.close())

const ours = ['GET /healthz', 'GET /readyz', 'GET /metrics', 'GET /metrics/database']

test('the document holds the routes of the table and nothing else', () => {
  const declared = routes.map(({ method, url }) => `${method} ${url}`)
  expect(new Set(declared).size).toBe(declared.length)
  expect(operations.map(([name]) => name).sort()).toEqual([...declared, ...ours].sort())
})

test('every route but the public ones says which permission it takes', () => {
  const open = routes.filter(({ access }) => access === 'public').map(({ url }) => url)
  const inbound = ['activate', 'deactivate'].map((act) => `/webhooks/offers/{token}/{offer_id}/${act}`)
  expect(open).toEqual(['/v1/oauth/token', '/v1/version', ...inbound])
  const anyToken = routes.filter(({ access }) => access === 'token').map(({ url }) => url)
  expect(anyToken).toEqual(['/v1/oauth/revoke', '/v1/me'])
  for (const { access } of routes)
    expect(['public', 'token'].includes(access) || isPermission(access)).toBe(true)
  for (const { method, url, access } of routes) {
    const operation = document.paths[url]![method.toLowerCase()]!
    expect(operation['x-permission']).toBe(
      access === 'public' ? undefined : access === 'token' ? null : access,
    )
    expect(operation.security).toEqual(access === 'public' ? undefined : [{ Bearer: [] }])
  }
})

test('routes that change something are written for, and those that show something are not', () => {
  for (const { method, url, access } of routes) {
    // Who sees these addresses can grant.
    if (['public', 'token'].includes(access) || url.endsWith('/activation_url')) continue
    expect([url, access.split(':')[0]]).toEqual([url, method === 'GET' ? 'view' : 'manage'])
  }
})

describe('the document is an OpenAPI document', () => {
  test('of version 3.1 with title, version and the scheme of tokens', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(document.info).toMatchObject({ title: 'Bestow', version: expect.stringMatching(/^\d+\.\d+\.\d+/) })
    expect(document.components.securitySchemes).toEqual({ Bearer: { type: 'http', scheme: 'bearer' } })
  })

  test('whose operations are each described, once, with answers and parameters that can be', () => {
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

  test('whose schemas all compile, and refer to nothing that is not there', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false })
    for (const [, { requestBody, responses, parameters = [] }] of operations) {
      const contents = [requestBody, ...Object.values(responses)].flatMap((part) =>
        Object.values(part?.content ?? {}),
      )
      for (const { schema } of [...contents, ...parameters]) expect(() => ajv.compile(schema!)).not.toThrow()
    }
    expect(JSON.stringify(document)).not.toContain('"$ref"')
  })

  test('that foresees errors wherever they can come', () => {
    for (const { method, url, access } of routes) {
      const statuses = Object.keys(document.paths[url]![method.toLowerCase()]!.responses)
      expect(statuses).toContain('429')
      if (access !== 'public') expect(statuses).toEqual(expect.arrayContaining(['401', '503']))
      if (url.includes('{')) expect(statuses).toContain('404')
      if (method !== 'GET') expect(statuses).toEqual(expect.arrayContaining(['400', '413']))
    }
  })
})

test('what Kajabi does not have is marked as an extension, and nothing else', () => {
  const marked = operations.filter(([, operation]) => operation['x-extension']).map(([name]) => name)
  const types = [
    'emails',
    'email_templates',
    'grants',
    'automations',
    'automation_runs',
    'webhook_deliveries',
    'events',
  ]
  const wholly = operations.map(([name]) => name).filter((name) => types.includes(name.split('/')[2]!))
  const written = ['contact_tags', 'offers', 'products', 'sites'].flatMap((type) => [
    `POST /v1/${type}`,
    `PATCH /v1/${type}/{id}`,
    `DELETE /v1/${type}/{id}`,
  ])
  const hooks = [
    'PATCH /v1/hooks/{id}',
    'POST /v1/hooks/{id}/rotate_secret',
    'POST /v1/hooks/{id}/test',
    'POST /v1/hooks/{id}/replay',
  ]
  const urls = ['GET /v1/offers/{id}/activation_url', 'POST /v1/offers/{id}/activation_url/rotate']
  expect(marked.sort()).toEqual([...ours, ...wholly, ...written, ...hooks, ...urls].sort())
})

test('the parameters of a list are in the document', () => {
  const names = document.paths['/v1/contacts']!.get!.parameters!.map(({ name }) => name)
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

test('the readable page shows the document, and fetches nothing from elsewhere', async () => {
  const page = await h.clientWith(null).get('/docs')
  expect(page.status).toBe(200)
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(page.body).toContain('/openapi.json')
  expect(page.body).not.toMatch(/(?:src|href)="https?:/)
})
