import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeTag } from '../../testing/automations.ts'
import { makeContact, makeOffer, makeProduct, makeThreeFields, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { readOpenApi, wholePaths } from '../../testing/openapi.ts'

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

  test('the document marks nothing as an extension except the exact e-mail filter and those of custom fields', async () => {
    const paths = await wholePaths(await readOpenApi(h.client))
    const parameters = new Set<string>()
    for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
      for (const { name, schema } of operation.parameters ?? [])
        if (schema['x-extension']) parameters.add(name)
      expect(JSON.stringify([operation.requestBody, operation.responses])).not.toContain('x-extension')
    }
    expect([...parameters]).toEqual(['filter[email]', 'filter[email_eq]', 'filter[custom_1]'])
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

  test('a repetition with the same Idempotency-Key has none either', async () => {
    const id = await makeContact(h.app, h.account.siteId)
    const path = `/v1/contacts/${id}/relationships/tags`
    const body = { data: [{ type: 'contact_tags', id: await makeTag(h.app, h.account.siteId) }] }
    for (let time = 0; time < 2; time++) {
      const reply = await h.client.post(path, body, { 'idempotency-key': 'tagged' })
      expect([reply.status, Object.keys(reply.body)]).toEqual([200, ['data', 'links']])
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
