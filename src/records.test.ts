/** The rules that all resources that can be created, changed and archived have in common. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { siteRecords } from './accounts/sites/sites.resource.ts'
import { routes } from './api.ts'
import { offerRecords } from './catalogue/offers/offers.resource.ts'
import { productRecords } from './catalogue/products/products.resource.ts'
import { contactTagRecords } from './people/tags/contact-tags.resource.ts'
import { permissions } from './platform/auth/permissions.ts'
import { writableAttributes } from './platform/jsonapi/read-attributes.ts'
import { isNullable } from './platform/jsonapi/resource.ts'
import type { Client } from './testing/client.ts'
import { makeAccount, makeKey, unique } from './testing/fixtures.ts'
import { type Harness, startHarness } from './testing/harness.ts'
import { expectRefusal } from './testing/refusals.ts'

const ALL = [siteRecords, offerRecords, productRecords, contactTagRecords]

/** A value of each attribute that can be set, other than its default. */
const VALUES: Record<string, Record<string, () => unknown>> = {
  sites: {
    title: () => 'Studio',
    subdomain: () => `studio-${unique()}`,
    color: () => '#1f6f5c',
    logo_url: () => 'https://example.com/logo.svg',
    custom_domain: () => `members${unique()}.example.com`,
    language: () => 'es',
    send_offer_grant_email: () => true,
    automation_emails_per_hour: () => 50,
  },
  offers: {
    title: () => 'Course',
    description: () => 'Twelve lessons.\nNo time limit.',
    internal_title: () => 'Spring',
    currency: () => 'EUR',
    price_in_cents: () => 9_900,
    payment_type: () => 'subscription',
    image_url: () => 'https://example.com/course.jpg',
    is_gift: () => true,
    access_begins_at: () => '2026-03-01T08:00:00.000Z',
    access_days: () => 30,
  },
  products: {
    title: () => 'Course',
    description: () => 'Twelve lessons',
    product_type_name: () => 'Community',
    publish_status: () => 'draft',
    thumbnail_url: () => 'https://example.com/course.jpg',
  },
  contact_tags: { name: () => `Tag ${unique()}` },
}

let h: Harness
let stranger: Client
let limited: Client
beforeAll(async () => {
  h = await startHarness()
  stranger = h.clientWith((await makeAccount(h.app)).token)
  const reading = permissions.filter((permission) => permission.startsWith('view:'))
  limited = h.clientWith((await makeKey(h.app, h.account, reading)).token)
})
afterAll(() => h.close())

test('every resource whose attributes can be created with POST is tested here', () => {
  const described = routes.filter(({ extraPermissions, url }) => extraPermissions && url !== '/v1/contacts')
  expect(described.map(({ url }) => url).sort()).toEqual(
    ALL.map(({ resource }) => `/v1/${resource.type}`).sort(),
  )
})

describe.each(ALL.map((records) => [records.resource.type, records] as const))(
  '%s',
  (type, { resource, table }) => {
    const path = `/v1/${type}`
    const everything = () =>
      Object.fromEntries(Object.entries(VALUES[type]!).map(([name, make]) => [name, make()]))
    const document = (attributes: object, more: object = {}) => ({ data: { type, attributes, ...more } })
    const site = { site: { data: { type: 'sites', id: '' } } }
    /** With the site named: the tests of sites create further ones. */
    const post = (attributes: object, more: object = {}, client = h.client) => {
      const relationships =
        table === 'sites' ? {} : { site: { data: { ...site.site.data, id: h.account.siteId } } }
      return client.post(path, document(attributes, { relationships, ...more }))
    }
    const create = async (): Promise<string> => (await post(everything())).body.data.id
    const patch = (id: string, attributes: object) => h.client.patch(`${path}/${id}`, document(attributes))

    test('every writable attribute is set by POST and returned equally by POST, GET and the list', async () => {
      const attributes = everything()
      expect(Object.keys(attributes).sort()).toEqual(
        writableAttributes(resource)
          .map(([name]) => name)
          .sort(),
      )
      const { status, body, headers } = await post(attributes)
      expect([status, headers.get('warning')]).toEqual([201, null])
      expect(body.data.attributes).toMatchObject(attributes)
      expect(headers.get('location')).toBe(`${h.url}${path}/${body.data.id}`)
      expect((await h.client.get(`${path}/${body.data.id}`)).body.data).toEqual(body.data)
      const listed = (await h.client.get(`${path}?filter[id_eq]=${body.data.id}`)).body.data
      expect(listed.map(({ id }: { id: string }) => id)).toEqual([body.data.id])
    })

    test('every writable attribute can be changed by PATCH on its own, and the current value changes nothing', async () => {
      for (const [name, make] of Object.entries(VALUES[type]!)) {
        const required = Object.fromEntries(
          writableAttributes(resource)
            .filter(([, { write }]) => write.required)
            .map(([needed]) => [needed, VALUES[type]![needed]!()]),
        )
        const before = (await post({ ...required, ...(name === 'payment_type' && { price_in_cents: 500 }) }))
          .body.data
        const value = make()
        const { status, body } = await patch(before.id, { [name]: value })
        expect([status, body.data.attributes[name]]).toEqual([200, value])
        const stored = () =>
          h.app.db.selectFrom(table).select('updated_at').where('id', '=', before.id).execute()
        const times = await stored()
        expect((await patch(before.id, { [name]: value })).body.data).toEqual(body.data)
        expect(await stored()).toEqual(times)
      }
    })

    test('null removes optional attributes, and is 422 for required ones', async () => {
      const id = await create()
      for (const [name, { schema }] of writableAttributes(resource)) {
        if (isNullable(schema))
          expect((await patch(id, { [name]: null })).body.data.attributes[name]).toBeNull()
        else {
          const source = { pointer: `/data/attributes/${name}` }
          const { body } = await expectRefusal(h.app, () => patch(id, { [name]: null }), 422, source)
          expect(body.errors[0].code).toBe('blank')
        }
      }
    })

    test.each(writableAttributes(resource).map(([name]) => name))(
      'a value of the wrong form is 422 at the attribute, in POST and PATCH: %s',
      async (name) => {
        const id = await create()
        const source = { pointer: `/data/attributes/${name}` }
        for (const value of [
          {},
          [],
          ['x'.repeat(30_000)],
          name === 'title' || name === 'name' ? 7 : 'x'.repeat(30_000),
        ]) {
          await expectRefusal(h.app, () => patch(id, { [name]: value }), 422, source)
          await expectRefusal(h.app, () => post({ ...everything(), [name]: value }), 422, source)
        }
      },
    )

    test('a missing required attribute is 422; one that cannot be set is reported in a warning', async () => {
      await expectRefusal(h.app, () => post({}), 422, { pointer: '/data/attributes' })
      const { status, headers } = await post({ ...everything(), shade: 'blue' })
      expect([status, headers.get('warning')]).toEqual([201, expect.stringContaining('shade')])
    })

    test('sparse fields apply to the responses to POST and PATCH', async () => {
      const [name] = Object.keys(VALUES[type]!)
      const id = await create()
      const query = `?fields[${type}]=${name}`
      const value = VALUES[type]![name!]!()
      const { body } = await h.client.patch(`${path}/${id}${query}`, document({ [name!]: value }))
      expect(body.data.attributes).toEqual({ [name!]: value })
    })

    test('archived resources are not listed, changed or archived again', async () => {
      const id = await create()
      const { status, body } = await h.client.delete(`${path}/${id}`)
      expect([status, body]).toEqual([200, { data: {} }])
      expect((await h.client.get(`${path}?filter[id_eq]=${id}`)).body.data).toEqual([])
      await expectRefusal(h.app, () => patch(id, {}), 404)
      await expectRefusal(h.app, () => h.client.delete(`${path}/${id}`), 404)
    })

    test('a resource of another account is 404, and a request without the permission 403', async () => {
      const id = await create()
      await expectRefusal(h.app, () => stranger.patch(`${path}/${id}`, document({})), 404)
      await expectRefusal(h.app, () => stranger.delete(`${path}/${id}`), 404)
      await expectRefusal(h.app, () => post(everything(), {}, limited), 403)
      await expectRefusal(h.app, () => limited.patch(`${path}/${id}`, document({})), 403)
      await expectRefusal(h.app, () => limited.delete(`${path}/${id}`), 403)
    })

    test('an id can be chosen once, and the server does not assign it again', async () => {
      const last = Number(await create())
      const chosen = String(last + 2)
      expect((await post(everything(), { id: chosen })).body.data.id).toBe(chosen)
      const source = { pointer: '/data/id' }
      await expectRefusal(h.app, () => post(everything(), { id: chosen }), 409, source)
      await expectRefusal(h.app, () => post(everything(), { id: String(last) }), 409, source)
      const next = await Promise.all([create(), create(), create()])
      for (const id of next) expect(Number(id)).toBeGreaterThan(last + 2)
      const far = String(2_147_540_333)
      expect((await post(everything(), { id: far })).body.data.id).toBe(far)
      expect(Number(await create())).toBeGreaterThan(Number(far))
      for (const id of ['abc', '0', '-1', '01', '1000000000000'])
        await expectRefusal(h.app, () => post(everything(), { id }), 422, source)
    })

    test('choosing an id needs the permission manage:ids: 403 without it', async () => {
      const may = permissions.filter((permission) => permission !== 'manage:ids')
      const client = h.clientWith((await makeKey(h.app, h.account, may)).token)
      await expectRefusal(h.app, () => post(everything(), { id: '77' }, client), 403, { pointer: '/data/id' })
      expect((await post(everything(), { id: null }, client)).status).toBe(201)
    })
  },
)
