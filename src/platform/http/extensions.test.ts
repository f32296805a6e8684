import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../../api.ts'
import { makeTag } from '../../testing/automations.ts'
import { createClient } from '../../testing/client.ts'
import { makeCourseParts } from '../../testing/content.ts'
import { makeContact, makeOffer, makeProduct, makeThreeFields, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { readOpenApi, wholePaths } from '../../testing/openapi.ts'
import { RecordedEvents } from '../../testing/recorded-events.ts'
import { expectRefusal } from '../../testing/refusals.ts'
import { buildServer } from './server.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness({ settings: { EXTENSIONS: 'off' } })
  await makeThreeFields(h.app, h.account.siteId)
})
afterAll(() => h.close())

describe('with EXTENSIONS off', () => {
  test('extension operations do not exist, also not in the OpenAPI document', async () => {
    for (const path of ['/v1/emails', '/v1/emails/1']) {
      const { status, body } = await h.client.get(path)
      expect([status, body.errors[0].code]).toEqual([404, 'unknown_path'])
    }
    const { body } = await h.client.get('/openapi.json')
    expect(Object.keys(body.paths).filter((path) => path.startsWith('/v1/emails'))).toEqual([])
  })

  test('the document marks nothing as an extension except filters without which others would be found', async () => {
    const paths = await wholePaths(await readOpenApi(h.client))
    const parameters = new Set<string>()
    for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
      for (const { name, schema } of operation.parameters ?? [])
        if (schema['x-extension']) parameters.add(name)
      expect(JSON.stringify([operation.requestBody, operation.responses])).not.toContain('x-extension')
    }
    expect([...parameters]).toEqual([
      'filter[email]',
      'filter[email_eq]',
      'filter[external_user_id]',
      'filter[external_user_id_source]',
      'filter[where]',
      'filter[segment_id]',
      'filter[not_segment_id]',
      'filter[custom_1]',
    ])
  })

  test('extension members of a grant are ignored, and the response has none', async () => {
    const id = await makeContact(h.app, h.account.siteId)
    const offerId = await makeOffer(h.app, h.account.siteId)
    const body = offersBody([offerId], { send_offer_grant_email: true, send_customer_welcome_email: false })
    const path = `/v1/contacts/${id}/relationships/offers`
    for (const method of ['POST', 'PATCH', 'DELETE']) {
      const reply = await h.client.send(method, path, body)
      expect([reply.status, Object.keys(reply.body)]).toEqual([200, ['data', 'links']])
    }
    await h.drain()
    expect(await h.app.db.selectFrom('emails').select('id').execute()).toEqual([])
  })

  test('a member of meta that is one is ignored with a Warning', async () => {
    const id = await makeContact(h.app, h.account.siteId)
    const offerId = await makeOffer(h.app, h.account.siteId, { access_days: 30 })
    const path = `/v1/contacts/${id}/relationships/offers`
    const { status, headers } = await h.client.post(path, offersBody([offerId], { renew: 'extend' }))
    expect(status).toBe(200)
    expect(headers.get('warning')).toContain('There is no meta.renew with EXTENSIONS=off; it was ignored')
  })

  test('an Idempotency-Key is kept: a repetition is not executed again, and has no extension members either', async () => {
    const id = await makeContact(h.app, h.account.siteId)
    const path = `/v1/contacts/${id}/relationships/tags`
    const body = { data: [{ type: 'contact_tags', id: await makeTag(h.app, h.account.siteId) }] }
    for (const replayed of [null, 'true']) {
      const reply = await h.client.post(path, body, { 'idempotency-key': 'tagged' })
      expect([reply.status, Object.keys(reply.body)]).toEqual([200, ['data', 'links']])
      expect(reply.headers.get('idempotent-replayed')).toBe(replayed)
    }
  })

  test('a hook has the attributes and the events of Kajabi, and no secret', async () => {
    const create = (event: string) =>
      h.client.post('/v1/hooks', {
        data: { type: 'hooks', attributes: { event, target_url: 'http://127.0.0.1:9/' } },
      })
    expect((await create('offer_granted')).status).toBe(422)
    const { status, body } = await create('tag_added')
    expect(status).toBe(201)
    for (const { attributes } of [body.data, (await h.client.get('/v1/hooks')).body.data[0]]) {
      expect(Object.keys(attributes).sort()).toEqual(HOOK)
    }
  })

  test('the exact e-mail filter still works: ignoring it would return the wrong contact', async () => {
    const wanted = await makeContact(h.app, h.account.siteId, { email: 'ada@example.com' })
    await makeContact(h.app, h.account.siteId, { email: 'bob@example.com' })
    for (const filter of ['email', 'email_eq']) {
      const { body } = await h.client.get(`/v1/contacts?filter[${filter}]=ADA@example.com`)
      expect(body.data.map(({ id }: { id: string }) => id)).toEqual([wanted])
    }
  })

  test('filters by custom fields still work, and one that the site lacks is refused', async () => {
    const wanted = await makeContact(h.app, h.account.siteId)
    await makeContact(h.app, h.account.siteId)
    const data = { type: 'contacts', attributes: { custom_2: 'Wanted' } }
    await h.client.patch(`/v1/contacts/${wanted}`, { data })
    for (const filter of ['custom_2', 'custom_2_cont', 'custom_2_contains']) {
      const { body } = await h.client.get(`/v1/contacts?filter[${filter}]=Wanted`)
      expect(body.data.map(({ id }: { id: string }) => id)).toEqual([wanted])
    }
    expect((await h.client.get('/v1/contacts?filter[custom_7]=Wanted')).status).toBe(422)
  })
})

describe('what is included', () => {
  const show = async (path: string) => {
    const { status, body } = await h.client.get(path)
    expect(status).toBe(200)
    return body as { data: ResourceObject; included: ResourceObject[] }
  }

  test('has the attributes of Kajabi, and a link to itself where there is something to show', async () => {
    const { courseId, lessonId } = await addLesson()
    const offerId = await makeOffer(h.app, h.account.siteId, { productIds: [courseId] })
    const { included } = await show(`/v1/courses/${courseId}?include=modules,lessons,lessons.media,offers`)
    const shown = Object.fromEntries(included.map(({ type, ...object }) => [type, object]))
    expect(Object.keys(shown).sort()).toEqual(['lessons', 'media', 'modules', 'offers'])
    for (const [type, { attributes }] of Object.entries(shown)) {
      const { attributes: all } = h.app.resources.get(type)
      expect(Object.keys(attributes)).toEqual(Object.keys(all))
      expect(JSON.stringify(all)).not.toContain('x-extension')
    }
    expect(shown.lessons!.id).toBe(lessonId)
    expect(Object.keys(shown.lessons!.attributes)).not.toContain('body')
    expect(Object.keys(shown.lessons!.attributes)).not.toContain('drip_days')
    expect(Object.keys(shown.offers!.attributes).sort().join(' ')).toBe(KAJABI.offers!.attributes)
    for (const type of ['lessons', 'media', 'modules']) expect(shown[type]!.links).toEqual({})
    expect(shown.offers!.links).toEqual({ self: `${h.url}/v1/offers/${offerId}` })
  })

  test('has links that lead somewhere, whatever is included', async () => {
    const { courseId } = await addLesson()
    const paths = new Set<string>()
    for (const path of [
      `/v1/courses/${courseId}?include=modules,lessons,site`,
      '/v1/products?include=site',
    ]) {
      const { data, included } = await show(path)
      for (const { links } of [data, included].flat())
        for (const link of Object.values(links)) paths.add(new URL(link).pathname)
    }
    expect(paths.size).toBeGreaterThan(1)
    for (const path of paths) expect([path, (await h.client.get(path)).status]).toEqual([path, 200])
  })
})

interface ResourceObject {
  id: string
  type: string
  attributes: object
  links: Record<string, string>
}

/** A course with a lesson that has a medium: none can be made through the API without extensions. */
async function addLesson(): Promise<{ courseId: string; lessonId: string }> {
  const app = { ...h.app, config: { ...h.app.config, EXTENSIONS: true } }
  const server = await buildServer(app, routes)
  try {
    const url = await server.listen({ host: '127.0.0.1', port: 0 })
    return await makeCourseParts(createClient(server, app.config, url, h.account.token, new RecordedEvents()))
  } finally {
    await server.close()
  }
}

describe('an attribute that Kajabi lacks is unknown', () => {
  const PHONE = { mobile_phone_number: '+49 170 1234567' }
  const stored = async (id: string) => {
    const row = await h.app.db.selectFrom('contacts').selectAll().where('id', '=', id).executeTakeFirst()
    return row!.mobile_phone_number
  }

  test('to create and change a contact: it is ignored with a warning', async () => {
    const attributes = { name: 'Ada', email: 'ada.mobile@example.com', ...PHONE }
    const created = await h.client.post('/v1/contacts', { data: { type: 'contacts', attributes } })
    const { id } = created.body.data
    const data = { type: 'contacts', id, attributes: PHONE }
    const changed = await h.client.patch(`/v1/contacts/${id}`, { data })
    expect([created.status, changed.status, await stored(id)]).toEqual([201, 200, null])
    for (const { headers } of [created, changed])
      expect(headers.get('warning')).toContain('The attribute mobile_phone_number cannot be set')
  })

  test('to create a hook: it is ignored with a warning', async () => {
    const attributes = { event: 'tag_added', target_url: 'http://127.0.0.1:9/', enabled: false }
    const { status, headers, body } = await h.client.post('/v1/hooks', {
      data: { type: 'hooks', attributes },
    })
    expect([status, headers.get('warning')]).toEqual([201, expect.stringContaining('attribute enabled')])
    const hooks = h.app.db.selectFrom('hooks').select('disabled_at').where('id', '=', body.data.id)
    expect(await hooks.execute()).toEqual([{ disabled_at: null }])
  })

  test('in fields[…], which shows nothing of it', async () => {
    const id = await makeContact(h.app, h.account.siteId)
    const path = `/v1/contacts/${id}?fields[contacts]=mobile_phone_number`
    const { status, headers, body } = await h.client.get(path)
    expect([status, body.data.attributes]).toEqual([200, {}])
    expect(headers.get('warning')).toContain("There is no field 'mobile_phone_number' of contacts")
  })

  test('400 for all of these in strict mode', async () => {
    const strict = await startHarness({ settings: { EXTENSIONS: 'off', JSONAPI_STRICT: 'on' } })
    try {
      const { client, app, account } = strict
      const id = await makeContact(app, account.siteId)
      const attributes = { name: 'Ada', email: 'ada@example.com', ...PHONE }
      const pointer = '/data/attributes/mobile_phone_number'
      const create = () => client.post('/v1/contacts', { data: { type: 'contacts', attributes } })
      await expectRefusal(app, create, 400, { pointer })
      const data = { type: 'contacts', id, attributes: PHONE }
      await expectRefusal(app, () => client.patch(`/v1/contacts/${id}`, { data }), 400, { pointer })
      const read = () => client.get('/v1/contacts?fields[contacts]=mobile_phone_number')
      await expectRefusal(app, read, 400, { parameter: 'fields[contacts]' })
    } finally {
      await strict.close()
    }
  })
})

const HOOK = ['created_at', 'event', 'resource_id', 'target_url', 'updated_at']

/** The names in the resources of Kajabi's OpenAPI document 1.1.0. */
const KAJABI: Record<string, { attributes: string; relationships: string; links?: string }> = {
  contacts: {
    attributes:
      'address_city address_country address_line_1 address_line_2 address_state address_zip business_number created_at custom_1 custom_2 custom_3 email external_user_id name phone_number subscribed updated_at',
    relationships: 'customer offers site tags',
    links: 'customer',
  },
  contact_tags: { attributes: 'name', relationships: 'site' },
  custom_fields: { attributes: 'archived handle required title type', relationships: 'site' },
  customers: {
    attributes:
      'avatar bounced_at created_at email external_user_id last_request_at name net_revenue public_bio public_location public_website sign_in_count socials updated_at',
    relationships: 'contact offers products site',
    links: 'contact',
  },
  offers: {
    attributes:
      'checkout_url currency description free image_url internal_title one_time payment_method payment_type price_description price_in_cents recurring_offer single subscription title token',
    relationships: 'products site',
  },
  products: {
    attributes:
      'created_at description members_aggregate_count product_type_id product_type_name publish_status status thumbnail_url title url',
    relationships: 'site',
  },
  sites: { attributes: 'created_at subdomain title updated_at', relationships: '' },
  hooks: { attributes: HOOK.join(' '), relationships: 'site' },
}

test.each(Object.entries(KAJABI))(
  '%s are shown as in Kajabi’s document, listed and alone',
  async (type, names) => {
    const { siteId } = h.account
    const id = await makeContact(h.app, siteId)
    const offerId = await makeOffer(h.app, siteId, { productIds: [await makeProduct(h.app, siteId)] })
    await makeTag(h.app, siteId)
    await h.client.post(`/v1/contacts/${id}/relationships/offers`, offersBody([offerId]))
    const listed = (await h.client.get(`/v1/${type}`)).body.data[0]
    const alone = (await h.client.get(`/v1/${type}/${listed.id}`)).body.data
    for (const { attributes, relationships, links } of [listed, alone]) {
      expect(Object.keys(attributes).sort().join(' ')).toBe(names.attributes)
      expect(Object.keys(relationships).sort().join(' ')).toBe(names.relationships)
      expect(Object.keys(links).sort()).toEqual([...(names.links ? [names.links] : []), 'self'])
    }
  },
)
