import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resources } from '../../resources.ts'
import { makeContact, makeKey, makeOffer, makeProduct, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { makeHook } from '../../testing/hooks.ts'
import { permissionsOf } from '../auth/permissions.ts'

const permissions: string[] = permissionsOf(resources)

let h: Harness
let strict: Harness
beforeAll(async () => {
  ;[h, strict] = await Promise.all([startHarness(), startHarness({ settings: { JSONAPI_STRICT: 'on' } })])
})
afterAll(() => Promise.all([h.close(), strict.close()]))

const create = async ({ client }: Harness, type: string, attributes: object) => {
  const { status, body } = await client.post(`/v1/${type}`, { data: { type, attributes } })
  expect(status).toBe(201)
  return body.data.id as string
}

/** A resource of each type that can be changed, by its path, and an attribute to change with a new value. */
const MADE: Record<string, { make: (on: Harness) => Promise<string>; change: [string, unknown] }> = {
  contacts: {
    async make(on) {
      const id = await makeContact(on.app, on.account.siteId)
      const tag = await create(on, 'contact_tags', { name: `Tag of ${id}` })
      await on.client.post(`/v1/contacts/${id}/relationships/tags`, {
        data: [{ type: 'contact_tags', id: tag }],
      })
      return id
    },
    change: ['phone_number', '+1 207 555 0100'],
  },
  contact_tags: {
    make: (on) => create(on, 'contact_tags', { name: `Tag ${Math.random()}` }),
    change: ['name', 'Renamed'],
  },
  offers: {
    make: async ({ app, account: { siteId } }) =>
      makeOffer(app, siteId, { productIds: [await makeProduct(app, siteId)] }),
    change: ['internal_title', 'Spring'],
  },
  products: {
    make: ({ app, account }) => makeProduct(app, account.siteId),
    change: ['description', 'Twelve lessons'],
  },
  sites: {
    make: async ({ account }) => account.siteId,
    change: ['color', '#123abc'],
  },
  hooks: {
    make: (on) => makeHook(on.app, on.account.siteId),
    change: ['target_url', 'http://127.0.0.1:9/other'],
  },
  email_templates: {
    make: (on) =>
      create(on, 'email_templates', { kind: 'automation', name: 'News', subject: 'Hi', body: '<p>Hi</p>' }),
    change: ['subject', 'Hello'],
  },
  automations: {
    make: (on) =>
      create(on, 'automations', {
        name: 'Wait',
        trigger: { event: 'contact_created' },
        conditions: { filter: 'subscribed', value: 'true' },
        actions: [{ action: 'wait', amount: 1, unit: 'days' }],
      }),
    change: ['name', 'Wait longer'],
  },
}

const modes = () => [h, strict]

describe.each(Object.entries(MADE))('%s', (type, { make, change: [name, value] }) => {
  const show = async (on: Harness, path: string) => (await on.client.get(path)).body.data

  test('sending back the document as it was read changes nothing: no error, no warning, no event, the same updated_at', async () => {
    for (const on of modes()) {
      const path = `/v1/${type}/${await make(on)}`
      const before = await show(on, path)
      const events = await countEvents(on)
      on.app.clock.now()
      const { status, body, headers } = await on.client.patch(path, { data: before })
      expect([status, headers.get('warning')]).toEqual([200, null])
      expect(body.data).toEqual(before)
      expect(await show(on, path)).toEqual(before)
      expect(await countEvents(on)).toBe(events)
    }
  })

  test('sending it back with one changed attribute changes only that', async () => {
    for (const on of modes()) {
      const path = `/v1/${type}/${await make(on)}`
      const before = await show(on, path)
      const wanted = { ...before.attributes, [name]: value }
      const { status, headers, body } = await on.client.patch(path, {
        data: { ...before, attributes: wanted },
      })
      expect([status, headers.get('warning')]).toEqual([200, null])
      const { updated_at = before.attributes.updated_at, version } = body.data.attributes
      expect(body.data).toEqual({
        ...before,
        attributes: {
          ...wanted,
          ...('updated_at' in wanted && { updated_at }),
          ...('version' in wanted && { version }),
        },
      })
    }
  })

  test('of the wrong type, or with another id than the URL: 409', async () => {
    for (const on of modes()) {
      const id = await make(on)
      const refused = async (data: object) => {
        const { status, body } = await on.client.patch(`/v1/${type}/${id}`, { data })
        return [status, body.errors[0].source]
      }
      expect(await refused({ type: 'customers', id })).toEqual([409, { pointer: '/data/type' }])
      expect(await refused({ type, id: '999' })).toEqual([409, { pointer: '/data/id' }])
    }
  })

  test('an id chosen without the permission is 403, and nothing is created', async () => {
    for (const on of modes()) {
      const allowed = permissions.filter((permission) => permission !== 'manage:ids')
      const client = on.clientWith((await makeKey(on.app, on.account, allowed)).token)
      const document = { data: { type, id: '7', attributes: {} } }
      const { status, body } = await client.post(`/v1/${type}`, document)
      expect([status, body.errors[0].source]).toEqual([403, { pointer: '/data/id' }])
      const wrong = await on.client.post(`/v1/${type}`, { data: { type: 'customers', attributes: {} } })
      expect([wrong.status, wrong.body.errors[0].source]).toEqual([409, { pointer: '/data/type' }])
    }
  })

  test('with a relationship that cannot be set: a warning, 400 in strict mode', async () => {
    const offers = { data: [{ type: 'offers', id: '1' }] }
    for (const on of modes()) {
      const id = await make(on)
      const { status, headers, body } = await on.client.patch(`/v1/${type}/${id}`, {
        data: { type, id, relationships: { offers } },
      })
      if (on === h) expect([status, headers.get('warning')]).toEqual([200, expect.stringContaining('offers')])
      else expect([status, body.errors[0].source]).toEqual([400, { pointer: '/data/relationships/offers' }])
    }
  })
})

test('read-only attributes with another value: a warning, 400 in strict mode', async () => {
  const created_at = '2020-01-01T00:00:00.000Z'
  for (const [type, { make }] of Object.entries(MADE)) {
    if (type === 'contact_tags') continue
    for (const on of modes()) {
      const id = await make(on)
      const document = { data: { type, id, attributes: { created_at } } }
      const { status, headers, body } = await on.client.patch(`/v1/${type}/${id}`, document)
      if (on === h)
        expect([status, headers.get('warning')]).toEqual([200, expect.stringContaining('created_at')])
      else {
        expect([status, body.errors[0].source]).toEqual([400, { pointer: '/data/attributes/created_at' }])
        expect(body.errors[0].detail).not.toContain('ignored')
      }
    }
  }
})

test('a time that was read is the same in the format of another library', async () => {
  const id = await makeContact(h.app, h.account.siteId)
  const { created_at } = (await h.client.get(`/v1/contacts/${id}`)).body.data.attributes
  const attributes = { created_at: created_at.replace(/Z$/, '000+00:00') }
  const { headers } = await h.client.patch(`/v1/contacts/${id}`, {
    data: { type: 'contacts', id, attributes },
  })
  expect(headers.get('warning')).toBe(null)
})

test('sending back a contact as it was read does not change the held offers', async () => {
  const id = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId)
  await h.client.post(`/v1/contacts/${id}/relationships/offers`, offersBody([offerId]))
  const before = (await h.client.get(`/v1/contacts/${id}`)).body.data
  const { status, headers, body } = await h.client.patch(`/v1/contacts/${id}`, { data: before })
  expect([status, headers.get('warning'), body.data]).toEqual([200, null, before])
})

const countEvents = async ({ app }: Harness) =>
  (
    await app.db
      .selectFrom('events')
      .select(({ fn }) => fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
  ).count
