import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MovableClock } from '../../platform/clock/clock.ts'
import { makeTag } from '../../testing/automations.ts'
import {
  makeAccount,
  makeContact,
  makeOffer,
  makeSite,
  makeThreeFields,
  offersBody,
  unique,
} from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { makeHook } from '../../testing/hooks.ts'
import { startReceiver } from '../../testing/receiver.ts'
import { recordStatements } from '../../testing/statements.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
  await makeThreeFields(h.app, h.account.siteId)
})
afterAll(() => h.close())

const document = (attributes: object, more: object = {}) => ({
  data: { type: 'contacts', attributes, ...more },
})
const create = (attributes: object, more?: object) =>
  h.client.post('/v1/contacts', document(attributes, more))
const update = (id: string, attributes: object) => h.client.patch(`/v1/contacts/${id}`, document(attributes))
const show = async (id: string) => (await h.client.get(`/v1/contacts/${id}`)).body.data

let count = 0
const newEmail = () => `new${++count}@example.com`

async function makeCustomer(values: { name?: string; email?: string } = {}) {
  const id = await makeContact(h.app, h.account.siteId, values)
  const offerId = await makeOffer(h.app, h.account.siteId)
  const { body } = await h.client.post(`/v1/contacts/${id}/relationships/offers`, offersBody([offerId]))
  return { id, offerId, customerId: body.meta.customer_id as string }
}
const showCustomer = async (id: string) => (await h.client.get(`/v1/customers/${id}`)).body.data

describe('creating a contact', () => {
  test('responds 201 with the location, and the contact can be read at once', async () => {
    const email = newEmail()
    const { status, headers, body } = await create({
      name: ' Ada Lovelace ',
      email: ` ${email.toUpperCase()} `,
    })
    expect(status).toBe(201)
    expect(headers.get('location')).toBe(`${h.url}/v1/contacts/${body.data.id}`)
    expect(body.data).toMatchObject({
      type: 'contacts',
      attributes: {
        name: 'Ada Lovelace',
        email,
        subscribed: false,
        phone_number: null,
        external_user_id: null,
      },
      relationships: { customer: { data: null }, offers: { data: [] }, tags: { data: [] } },
      links: { self: `${h.url}/v1/contacts/${body.data.id}` },
    })
    expect(await show(body.data.id)).toEqual(body.data)
    expect((await h.client.get(`/v1/contacts?filter[email]=${email}`)).body.data[0].id).toBe(body.data.id)
  })

  test('keeps every attribute', async () => {
    const attributes = {
      name: 'Ada',
      email: newEmail(),
      subscribed: true,
      phone_number: '1',
      business_number: '2',
      address_line_1: '3',
      address_line_2: '4',
      address_city: '5',
      address_state: '6',
      address_country: '7',
      address_zip: '8',
      custom_1: '9',
      custom_2: '10',
      custom_3: '11',
    }
    const { body } = await create(attributes)
    expect(body.data.attributes).toMatchObject(attributes)
  })

  test('creates it on the named site when there are several', async () => {
    const account = await makeAccount(h.app)
    const id = await makeSite(h.app, account)
    const client = h.clientWith(account.token)
    for (const given of [id, Number(id)]) {
      const relationships = { site: { data: { type: 'sites', id: given } } }
      const { status, body } = await client.post(
        '/v1/contacts',
        document({ email: newEmail() }, { relationships }),
      )
      expect(status).toBe(201)
      expect(body.data.relationships.site.data).toEqual({ type: 'sites', id })
    }
  })

  test('the same e-mail may be on two sites, of one account or two', async () => {
    const email = newEmail()
    const other = await makeAccount(h.app)
    expect((await create({ email })).status).toBe(201)
    expect((await h.clientWith(other.token).post('/v1/contacts', document({ email }))).status).toBe(201)
  })

  test('returns the requested includes and fields, as changing does', async () => {
    const asked = '?include=site,tags&fields[contacts]=email'
    const email = newEmail()
    const made = await h.client.post(`/v1/contacts${asked}`, document({ email }))
    const changed = await h.client.patch(
      `/v1/contacts/${made.body.data.id}${asked}`,
      document({ custom_1: 'x' }),
    )
    for (const { body } of [made, changed]) {
      expect(body.data.attributes).toEqual({ email })
      expect(body.included.map(({ id }: { id: string }) => id)).toEqual([h.account.siteId])
    }
    const created = await h.client.post('/v1/contacts?include=shoes', document({ email: newEmail() }))
    expect([created.status, created.headers.get('warning')]).toEqual([201, expect.stringContaining('shoes')])
  })

  test('of ten concurrent requests with one e-mail, one creates the contact and nine get "taken"', async () => {
    const email = newEmail()
    const replies = await Promise.all(Array.from({ length: 10 }, () => create({ email })))
    expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(422)])
    expect(replies.find(({ status }) => status === 422)!.body.errors[0].detail).toBe(
      'Email has already been taken',
    )
  })

  test.each([
    [{ first_name: 'Ada', last_name: 'Lovelace' }, 'Ada Lovelace'],
    [{ first_name: ' Ada ', last_name: '' }, 'Ada'],
    [{ last_name: 'Lovelace' }, 'Lovelace'],
    [{ name: 'Countess', first_name: 'Ada' }, 'Countess'],
    [{ name: null, first_name: 'Ada' }, 'Ada'],
    [{ name: ' ', first_name: 'Ada' }, 'Ada'],
    [{ first_name: 1 }, ''],
    [{ name: 'Ada\r\nBcc: eve@example.com\u001b[31m' }, 'Ada Bcc: eve@example.com [31m'],
    [{ name: '\ufeffE\u0301mile\u200b' }, '\u00c9mile'],
    [{}, ''],
  ])('the name of %j is %j', async (attributes, name) => {
    expect((await create({ email: newEmail(), ...attributes })).body.data.attributes.name).toBe(name)
  })

  test('numbers in text attributes are stored as texts, blank texts as null, half an emoji as a replacement character', async () => {
    const { body } = await create({
      email: newEmail(),
      phone_number: 49123,
      custom_1: '  ',
      name: 'Ada \ud83d',
    })
    expect(body.data.attributes).toMatchObject({ phone_number: '49123', custom_1: null, name: 'Ada \ufffd' })
  })

  test('unknown attributes are ignored and reported in a Warning', async () => {
    const { status, headers } = await create({
      email: newEmail(),
      shoe_size: 37,
      id: 5,
    })
    expect(status).toBe(201)
    for (const name of ['shoe_size', 'id']) expect(headers.get('warning')).toContain(name)
  })

  test('an e-mail is taken in every spelling of its domain; another character makes another e-mail', async () => {
    const address = async (email: string) => {
      const { status, body } = await create({ email })
      return status === 201 ? body.data.attributes.email : body.errors[0].code
    }
    expect(await address('kim@bücher.example')).toBe('kim@bücher.example')
    expect(await address('KIM@xn--bcher-kva.example')).toBe('taken')
    expect(await address('kim@BÜCHER.example')).toBe('taken')
    expect(await address('kim@xn--mnchen-3ya.example')).toBe('kim@münchen.example')
    expect(await address('mike@example.com')).toBe('mike@example.com')
    expect(await address('mi\u212ae@example.com')).toBe('mi\u212ae@example.com')
    expect(await address('kim@strasse.example')).toBe('kim@strasse.example')
    expect(await address('kim@straße.example')).toBe('kim@straße.example')
    expect(await address('\ufeffkim news@example.com\u200b')).toBe('kim+news@example.com')
  })

  test.each([
    'ada+tag@sub.example.co.uk',
    'ädä@exämple.com',
    'o’brien@example.com',
    "o'brien@example.com",
    'a@localhost',
    '用户@例え.jp',
  ])('the e-mail %s is valid', async (email) => {
    expect((await create({ email })).body.data.attributes.email).toBe(email)
  })

  test('is recorded with actor and request id', async () => {
    const { headers, body } = await create({ email: newEmail() })
    const event = await h.app.db
      .selectFrom('events')
      .select(['type', 'actor', 'request_id'])
      .where('contact_id', '=', body.data.id)
      .executeTakeFirst()
    expect(event).toEqual({
      type: 'contact_created',
      actor: expect.stringMatching(/^api_key:\d+$/),
      request_id: headers.get('x-request-id'),
    })
  })
})

describe('changing a contact', () => {
  test('changes the sent attributes and no others', async () => {
    const id = await makeContact(h.app, h.account.siteId, { name: 'Ada' })
    const before = await show(id)
    const { status, body } = await update(id, { custom_1: 'x', subscribed: true })
    expect(status).toBe(200)
    expect(body.data.attributes).toEqual({
      ...before.attributes,
      custom_1: 'x',
      subscribed: true,
      updated_at: body.data.attributes.updated_at,
    })
    expect((await update(id, { custom_1: null })).body.data.attributes).toMatchObject({
      custom_1: null,
      subscribed: true,
    })
    expect(await show(id)).toMatchObject({ attributes: { custom_1: null } })
  })

  test('locks the contact once, however much of it changes', async () => {
    const { id } = await makeCustomer()
    const tags = { data: [{ type: 'contact_tags', id: await makeTag(h.app, h.account.siteId) }] }
    const statements = recordStatements(h.app.pool)
    const body = document({ name: 'Ada', email: newEmail() }, { relationships: { tags } })
    expect((await h.client.patch(`/v1/contacts/${id}`, body)).status).toBe(200)
    const locks = statements.filter(({ text }) => /from "contacts".* for (no key )?update/s.test(text))
    expect(locks).toHaveLength(1)
  })

  test('updates name and e-mail of the customer too', async () => {
    const { id, customerId } = await makeCustomer()
    const email = newEmail()
    await update(id, { name: 'Grace', email: email.toUpperCase() })
    expect((await showCustomer(customerId)).attributes).toMatchObject({ name: 'Grace', email })
  })

  test('updates them also when the customer is created concurrently', async () => {
    const offerId = await makeOffer(h.app, h.account.siteId)
    const out: unknown[] = []
    for (let round = 0; round < 40; round++) {
      const id = await makeContact(h.app, h.account.siteId)
      const [{ body }] = await Promise.all([
        h.client.post(`/v1/contacts/${id}/relationships/offers`, offersBody([offerId])),
        update(id, { name: `Grace ${round}`, email: newEmail() }),
      ])
      const [contact, customer] = [await show(id), await showCustomer(body.meta.customer_id)]
      for (const name of ['name', 'email']) {
        if (contact.attributes[name] !== customer.attributes[name]) out.push([round, name])
      }
    }
    expect(out).toEqual([])
  })

  test('removing the name of a customer sets the one derived from the e-mail', async () => {
    const { id, customerId } = await makeCustomer({ name: 'Ada', email: 'countess@example.com' })
    expect((await update(id, { name: ' ' })).body.data.attributes.name).toBe('countess')
    expect((await showCustomer(customerId)).attributes.name).toBe('countess')
  })

  test('external_user_id is set on the customer, and unique on the site', async () => {
    const { id, customerId } = await makeCustomer()
    const other = await makeCustomer()
    expect((await update(id, { external_user_id: 'u-1' })).body.data.attributes.external_user_id).toBe('u-1')
    expect((await showCustomer(customerId)).attributes.external_user_id).toBe('u-1')
    const taken = await update(other.id, { external_user_id: 'u-1' })
    expect([taken.status, taken.body.errors[0].source]).toEqual([
      422,
      { pointer: '/data/attributes/external_user_id' },
    ])
  })

  test('accepts the id in the document, also as a number', async () => {
    const id = await makeContact(h.app, h.account.siteId)
    for (const given of [id, Number(id)]) {
      expect(
        (await h.client.patch(`/v1/contacts/${id}`, document({ name: 'A' }, { id: given }))).status,
      ).toBe(200)
    }
  })

  test('to the current values, or without attributes, is no error', async () => {
    const email = newEmail()
    const { id, customerId } = await makeCustomer({ email })
    expect((await update(id, { email })).status).toBe(200)
    const before = [await show(id), await showCustomer(customerId)]
    expect((await h.client.patch(`/v1/contacts/${id}`, { data: { type: 'contacts' } })).status).toBe(200)
    expect([await show(id), await showCustomer(customerId)]).toEqual(before)
  })

  test('is recorded with the names of the changed attributes, and not recorded without any', async () => {
    const id = await makeContact(h.app, h.account.siteId)
    await update(id, { custom_1: 'x' })
    await update(id, { shoe_size: 37 })
    const events = await h.app.db
      .selectFrom('events')
      .select('data')
      .where('contact_id', '=', id)
      .where('type', '=', 'contact_updated')
      .execute()
    expect(events).toEqual([{ data: { changed: ['custom_1'] } }])
  })

  test('to the current values records and delivers nothing, and does not change updated_at', async () => {
    const { id, customerId } = await makeCustomer({ name: 'Ada Byron', email: newEmail() })
    await update(id, { external_user_id: `same-${id}`, custom_1: 'x' })
    await h.drain()
    const receiver = await startReceiver()
    await makeHook(h.app, h.account.siteId, { event: 'contact_updated', targetUrl: receiver.url })
    await (h.app.clock as MovableClock).advance(h.app.db, 60_000)
    const before = [await show(id), await showCustomer(customerId)]
    const { attributes } = before[0]
    const { created_at, updated_at, ...current } = attributes
    for (const same of [
      current,
      { ...current, email: current.email.toUpperCase(), name: ` ${current.name}\n` },
      { first_name: 'Ada' },
      { last_name: 'Byron' },
      { first_name: 'Ada', last_name: 'Byron' },
    ]) {
      const { status, headers } = await update(id, same)
      expect([status, headers.get('warning')]).toEqual([200, null])
    }
    expect([await show(id), await showCustomer(customerId)]).toEqual(before)
    await h.drain()
    expect(receiver.received).toEqual([])
    expect((await update(id, { ...current, custom_2: 'y' })).body.data.attributes.updated_at).not.toBe(
      updated_at,
    )
    await h.drain()
    expect(receiver.received.length).toBe(1)
    const events = await changesOf(id)
    expect(events.at(-1)).toEqual({ data: { changed: ['custom_2'] } })
    expect(events.length).toBe(2)
    await receiver.close()
  })

  const changesOf = (id: string) =>
    h.app.db
      .selectFrom('events')
      .select('data')
      .where('contact_id', '=', id)
      .where('type', '=', 'contact_updated')
      .orderBy('id')
      .execute()

  test.each([
    ['Ada Byron', { last_name: 'Noel' }, 'Ada Noel'],
    ['Ada Byron', { first_name: 'Grace' }, 'Grace Byron'],
    ['Ada Byron', { first_name: 'Grace', last_name: '' }, 'Grace Byron'],
    ['Ada Byron', { first_name: 'Grace', last_name: 'Hopper' }, 'Grace Hopper'],
    ['Ada', { last_name: 'Noel' }, 'Ada Noel'],
    ['', { last_name: 'Noel' }, 'Noel'],
    ['Ada Byron King', { last_name: 'Byron King' }, 'Ada Byron King'],
    ['Ada Byron King', { first_name: 'Ada' }, 'Ada Byron King'],
    ['Ada Byron King', { last_name: 'Noel' }, '/data/attributes/last_name'],
    ['Ada Byron King', { first_name: 'Grace' }, '/data/attributes/first_name'],
  ])('of %j by %j is %j: no part of a name is lost', async (name, parts, outcome) => {
    const id = await makeContact(h.app, h.account.siteId, { name })
    const { status, body } = await update(id, parts)
    if (outcome.startsWith('/')) {
      expect([status, body.errors[0].code, body.errors[0].source.pointer]).toEqual([
        422,
        'ambiguous_name',
        outcome,
      ])
      expect((await show(id)).attributes.name).toBe(name)
    } else expect(body.data.attributes.name).toBe(outcome)
  })

  test('a part of a name takes the place of one that was made from the e-mail', async () => {
    const email = `ada.byron${unique()}@example.com`
    const id = await makeContact(h.app, h.account.siteId, { name: email.split('@')[0]!, email })
    expect((await update(id, { first_name: 'Grace' })).body.data.attributes.name).toBe('Grace')
  })

  test('with the whole document as it was read works without a Warning, with and without a customer', async () => {
    const customer = await makeCustomer()
    for (const id of [customer.id, await makeContact(h.app, h.account.siteId)]) {
      const whole = await show(id)
      whole.attributes.phone_number = '030 1234'
      const { status, headers, body } = await h.client.patch(`/v1/contacts/${id}`, { data: whole })
      expect([status, headers.get('warning')]).toEqual([200, null])
      expect(body.data.attributes).toEqual({
        ...whole.attributes,
        updated_at: body.data.attributes.updated_at,
      })
    }
  })

  test('unknown attributes are reported in a Warning', async () => {
    const id = await makeContact(h.app, h.account.siteId)
    expect((await update(id, { shoe_size: 37 })).headers.get('warning')).toContain('shoe_size')
  })
})

describe('deleting a contact', () => {
  test('responds 200 with JSON; contact, customer and held offers are gone, and the e-mail is free', async () => {
    const email = newEmail()
    const { id, customerId, offerId } = await makeCustomer({ email })
    const { status, headers, body } = await h.client.delete(`/v1/contacts/${id}`)
    expect([status, body]).toEqual([200, { data: {} }])
    expect(headers.get('content-type')).toContain('json')
    for (const path of [
      `/v1/contacts/${id}`,
      `/v1/customers/${customerId}`,
      `/v1/contacts/${id}/relationships/offers`,
      `/v1/customers/${customerId}/relationships/offers`,
    ]) {
      expect([path, (await h.client.get(path)).status]).toEqual([path, 404])
    }
    for (const owner of [`contacts/${id}`, `customers/${customerId}`]) {
      expect((await h.client.post(`/v1/${owner}/relationships/offers`, offersBody([offerId]))).status).toBe(
        404,
      )
    }
    expect((await h.client.get(`/v1/contacts?filter[has_offer_id]=${offerId}`)).body.data).toEqual([])
    expect((await h.client.get(`/v1/customers?filter[search]=${email}`)).body.data).toEqual([])
    expect((await create({ email })).status).toBe(201)
  })

  test('a second time is 404', async () => {
    const id = await makeContact(h.app, h.account.siteId)
    expect((await h.client.delete(`/v1/contacts/${id}`)).status).toBe(200)
    expect((await h.client.delete(`/v1/contacts/${id}`)).status).toBe(404)
    expect((await update(id, { name: 'A' })).status).toBe(404)
  })

  test('accepts a JSON content type without a body, and ignores a body', async () => {
    const [one, two] = [
      await makeContact(h.app, h.account.siteId),
      await makeContact(h.app, h.account.siteId),
    ]
    const json = { 'content-type': 'application/json' }
    expect((await h.client.delete(`/v1/contacts/${one}`, undefined, json)).status).toBe(200)
    expect((await h.client.delete(`/v1/contacts/${two}`, { data: [] })).status).toBe(200)
  })

  test('leaves no personal data, also not in webhooks; pending deliveries contain the id only', async () => {
    // So that the hooks are notified of no other contact.
    await h.drain()
    const [echo, failing] = [await startReceiver(), await startReceiver()]
    echo.answer((response, { text }) => response.end(text))
    failing.answer((response, { text }) => response.writeHead(500).end(text))
    for (const { url } of [echo, failing])
      await makeHook(h.app, h.account.siteId, { event: 'contact_created', targetUrl: url })
    const { id } = await makeCustomer({ name: 'Zebedee Unmistakable', email: 'zebedee@example.com' })
    await update(id, { custom_1: 'zebedee', phone_number: 'zebedee' })
    await h.drain()
    expect(await tablesNaming('zebedee')).toEqual(
      expect.arrayContaining(['contacts', 'customers', 'emails', 'webhook_deliveries', 'webhook_attempts']),
    )

    await h.client.delete(`/v1/contacts/${id}`)
    expect(await tablesNaming('zebedee')).toEqual([])
    failing.answer((response) => response.end())
    await (h.app.clock as MovableClock).advance(h.app.db, 3_600_000)
    await h.drain()
    expect(failing.received.at(-1)!.body).toEqual({
      id,
      event: 'contact_created',
      event_id: expect.any(String),
      occurred_at: expect.any(String),
      payload: [{ type: 'contacts', id }],
    })
    expect(await tablesNaming('zebedee')).toEqual([])
    for (const receiver of [echo, failing]) await receiver.close()
  })
})

/** All tables that contain these personal data. */
async function tablesNaming(text: string): Promise<string[]> {
  const { rows } = await h.app.pool.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  )
  const naming = []
  for (const { name } of rows) {
    const found = await h.app.pool.query(`select from ${name} t where t::text ilike $1 limit 1`, [
      `%${text}%`,
    ])
    if (found.rowCount! > 0) naming.push(name.replace('public.', ''))
  }
  return naming
}
