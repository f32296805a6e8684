import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../../api.ts'
import { exampleRequest } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { parameterReader } from './known-parameters.ts'

let lenient: Harness
let strict: Harness
beforeAll(async () => {
  lenient = await startHarness()
  strict = await startHarness({ settings: { JSONAPI_STRICT: 'on' } })
})
afterAll(() => Promise.all([lenient.close(), strict.close()]))

const reported = {
  reason: 'Unknown parameter foo',
  source: { parameter: 'foo' },
}

test('every route of the table reports a parameter that it does not declare', () => {
  for (const route of routes)
    expect([route.url, parameterReader(route)({ foo: '1' }).unknown]).toEqual([route.url, [reported]])
})

test.each(['/v1/me', '/v1/version', '/v1/hooks/purchase_sample', '/v1/contacts', '/v1/sites'])(
  'GET %s?foo=1 gets a Warning, and is refused in strict mode',
  async (path) => {
    const { status, headers } = await lenient.client.get(`${path}?foo=1`)
    expect([status, headers.get('warning')]).toEqual([200, expect.stringContaining('Unknown parameter foo')])
    const refused = await strict.client.get(`${path}?foo=1`)
    expect([refused.status, refused.body.errors[0].source]).toEqual([400, { parameter: 'foo' }])
  },
)

test('every route refuses it in strict mode before it changes anything', async () => {
  for (const { method, url, form, upload, flatErrors } of routes) {
    const { path, body } = exampleRequest({ method, url }, '1')
    const type = form ? 'application/json' : 'application/vnd.api+json'
    const { status, body: answer } = await strict.client.send(method, `${path}?foo=1`, body, {
      'content-type': type,
    })
    // An invalid document is refused before, and what is no form at all.
    expect([method, url, status]).toEqual([method, url, upload ? 415 : 400])
    if (!flatErrors && answer.errors[0].code === 'not_allowed')
      expect(answer.errors[0].source).toEqual({ parameter: 'foo' })
  }
})

describe('filter[site_id]', () => {
  test('is accepted without a Warning in reads and where an id can be a word, and reported in other writes', () => {
    for (const route of routes) {
      const { unknown } = parameterReader({ ...route, extension: false })({ 'filter[site_id]': '1' })
      expect([route.method, route.url, unknown.length]).toEqual([
        route.method,
        route.url,
        route.method === 'GET' || /^\/v1\/forms\/\{id\}(\/submit)?$/.test(route.url) ? 0 : 1,
      ])
    }
  })

  test('filters the list of sites', async () => {
    const { siteId } = lenient.account
    expect((await lenient.client.get(`/v1/sites?filter[site_id]=${siteId}`)).body.data).toHaveLength(1)
    expect((await lenient.client.get('/v1/sites?filter[site_id]=999')).status).toBe(404)
  })
})

test.each([
  ['/v1/contacts', 'filter[site_id]'],
  ['/v1/contacts', 'filter[has_tag_id]'],
  ['/v1/contacts', 'filter[has_all_tag_id]'],
  ['/v1/contacts', 'filter[has_no_offer_id]'],
  ['/v1/contacts', 'filter[submitted_form_id]'],
  ['/v1/contacts', 'filter[no_sent_email_broadcast_ids]'],
  ['/v1/customers', 'filter[site_id]'],
  ['/v1/offers', 'filter[site_id]'],
  ['/v1/sites', 'filter[site_id]'],
  ['/v1/grants', 'filter[contact_id]'],
  ['/v1/emails', 'filter[customer_id]'],
])('an empty id is 400 and names the parameter: %s?%s=', async (path, parameter) => {
  for (const value of ['', '%20']) {
    const { status, body } = await lenient.client.get(`${path}?${parameter}=${value}`)
    expect([status, body.errors[0].source]).toEqual([400, { parameter }])
    expect(body.errors[0].detail).toContain(parameter)
  }
})

describe('unknown filters', () => {
  test.each(['grants', 'automation_runs', 'webhook_deliveries', 'emails', 'automations', 'email_templates'])(
    'are 400 in the list of %s, which is an extension; the error lists the known ones',
    async (type) => {
      const { status, body } = await lenient.client.get(`/v1/${type}?filter[colour]=red`)
      expect([status, body.errors[0].code, body.errors[0].source]).toEqual([
        400,
        'unknown_filter',
        { parameter: 'filter[colour]' },
      ])
      expect(body.errors[0].detail).toContain('filter[created_at_gt]')
    },
  )

  test.each(['filter=1', 'filters[contact_id]=1', 'filter.contact_id=1', 'filter'])(
    'are 400 there in any notation: %s',
    async (query) => {
      const { status, body } = await lenient.client.get(`/v1/grants?${query}`)
      expect([status, body.errors[0].code]).toEqual([400, 'unknown_filter'])
    },
  )

  test('are 400 for a single resource that is an extension', async () => {
    const { status, body } = await lenient.client.get('/v1/grants/1?filter[colour]=red')
    expect([status, body.errors[0].source]).toEqual([400, { parameter: 'filter[colour]' }])
  })

  test('are reported in a Warning for a single resource that Kajabi has', async () => {
    const { headers } = await lenient.client.get(`/v1/sites/${lenient.account.siteId}?filter[colour]=red`)
    expect(headers.get('warning')).toContain('filter[colour]')
  })
})

test('page[limit] means page[size], in the links too', async () => {
  const { body, headers } = await lenient.client.get('/v1/contacts?page[limit]=7')
  expect(headers.get('warning')).toBe(null)
  expect(body.links.self).toContain('page%5Bsize%5D=7')
  expect(body.links.self).not.toContain('limit')
  const { status, body: refused } = await lenient.client.get('/v1/contacts?page[limit]=501')
  expect([status, refused.errors[0].code]).toEqual([400, 'invalid_page'])
})
