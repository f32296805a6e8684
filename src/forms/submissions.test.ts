import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAutomation, makeTag } from '../testing/automations.ts'
import { makeAccount, makeContact, makeKey, makeOffer, unique } from '../testing/fixtures.ts'
import { makeForm, newcomer, submissionBody } from '../testing/forms.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeHook } from '../testing/hooks.ts'
import { type Receiver, startReceiver } from '../testing/receiver.ts'
import { expectRefusal } from '../testing/refusals.ts'

let h: Harness
let receiver: Receiver
let siteId: string
beforeAll(async () => {
  h = await startHarness()
  receiver = await startReceiver()
  siteId = h.account.siteId
})
afterAll(async () => {
  await h.close()
  await receiver.close()
})

const submit = (formId: string, attributes: object, headers?: Record<string, string>) =>
  h.client.post(`/v1/forms/${formId}/submit`, submissionBody(attributes), headers)

const contactOf = async (email: string) =>
  (await h.client.get(`/v1/contacts?filter[email]=${encodeURIComponent(email)}`)).body.data[0]

const count = async (table: 'form_submissions' | 'contacts' | 'events' | 'offer_grants' | 'taggings') =>
  Number(
    (await sql<{ n: string }>`select count(*) as n from ${sql.table(table)}`.execute(h.app.db)).rows[0]!.n,
  )

const everything = async () =>
  Object.fromEntries(
    await Promise.all(
      (['form_submissions', 'contacts', 'events', 'offer_grants', 'taggings'] as const).map(async (table) => [
        table,
        await count(table),
      ]),
    ),
  )

test('a submission creates the contact, subscribes it, adds the tags and grants the offers', async () => {
  const [offer, tag] = [await makeOffer(h.app, siteId), await makeTag(h.app, siteId)]
  const form = await makeForm(h.app, siteId, { offerIds: [offer], tagIds: [tag] })
  const person = newcomer()
  const numbers = { phone_number: '+1 207 555 0100', mobile_phone_number: '+1 207 555 0199' }
  const { status, body, headers } = await submit(form, { ...person, ...numbers })
  expect(headers.get('warning')).toBeNull()
  expect(status).toBe(201)
  expect(headers.get('location')).toBe(`${h.url}/v1/form_submissions/${body.data.id}`)
  expect(body.data).toMatchObject({
    type: 'form_submissions',
    attributes: {
      ...person,
      address_line_1: null,
      address_line_2: null,
      address_city: null,
      address_country: null,
      address_state: null,
      address_zip: null,
      ...numbers,
      business_number: null,
      status: 'accepted',
    },
    relationships: { site: { data: { id: siteId } }, form: { data: { id: form } } },
  })
  const contact = await contactOf(person.email)
  expect(contact.attributes).toMatchObject({ ...person, subscribed: true, ...numbers })
  expect(contact.relationships.tags.data).toEqual([{ type: 'contact_tags', id: tag }])
  const grants = (await h.client.get(`/v1/grants?filter[contact_id]=${contact.id}`)).body.data
  expect(grants).toMatchObject([
    { attributes: { source: 'form' }, relationships: { offer: { data: { id: offer } } } },
  ])
  await h.drain()
  const emails = (await h.client.get(`/v1/emails?filter[contact_id]=${contact.id}`)).body.data
  expect(emails.map(({ attributes }: { attributes: { kind: string } }) => attributes.kind)).toEqual([
    'welcome',
  ])
  const shown = (await h.client.get(`/v1/form_submissions/${body.data.id}?include=site,form`)).body
  expect(shown.data).toEqual(body.data)
  expect(shown.included.map(({ type }: { type: string }) => type).sort()).toEqual(['forms', 'sites'])
})

test('the id is the choice of the server: one is 403; relationships are ignored with a warning', async () => {
  const form = await makeForm(h.app, siteId)
  const path = `/v1/forms/${form}/submit`
  const { data } = submissionBody(newcomer())
  const chosen = { data: { ...data, id: '1234' } }
  await expectRefusal(h.app, () => h.client.post(path, chosen), 403, { pointer: '/data/id' })
  const relationships = { form: { data: { type: 'forms', id: form } } }
  const { status, headers } = await h.client.post(path, { data: { ...data, relationships } })
  expect([status, headers.get('warning')]).toEqual([201, expect.stringContaining('relationship form')])
})

test('submitting the same twice is two submissions, one contact, one grant and one welcome e-mail', async () => {
  const [offer, tag] = [await makeOffer(h.app, siteId), await makeTag(h.app, siteId)]
  const form = await makeForm(h.app, siteId, { offerIds: [offer], tagIds: [tag] })
  const person = newcomer()
  const before = await everything()
  const answers = [await submit(form, person), await submit(form, person)]
  expect(new Set(answers.map(({ body }) => body.data.id)).size).toBe(2)
  const after = await everything()
  expect(after.form_submissions! - before.form_submissions!).toBe(2)
  for (const table of ['contacts', 'offer_grants', 'taggings']) expect(after[table]! - before[table]!).toBe(1)
  const { body } = await h.client.get(`/v1/form_submissions?filter[form_id]=${form}&sort=created_at`)
  expect(body.data.map(({ id }: { id: string }) => id)).toEqual(answers.map((answer) => answer.body.data.id))
})

test('who enters an address of somebody without a token mixes no two of them', async () => {
  const form = await makeForm(h.app, siteId, {
    attributes: {
      inputs: ['address_line_1', 'address_city', 'phone_number'].map((handle) => ({
        handle,
        required: false,
      })),
    },
  })
  const id = await makeContact(h.app, siteId)
  const { email } = (
    await h.client.patch(`/v1/contacts/${id}`, {
      data: { type: 'contacts', attributes: { address_city: 'Berlin' } },
    })
  ).body.data.attributes
  const enter = async (fields: Record<string, string>) => {
    const { status } = await fetch(`${h.url}/forms/${form}/form_submissions`, {
      method: 'POST',
      body: new URLSearchParams({ email, ...fields }),
      redirect: 'manual',
    })
    expect(status).toBeLessThan(400)
    return (await contactOf(email)).attributes
  }
  expect(
    await enter({ address_line_1: '5 Rue X', address_city: 'Paris', phone_number: '+33 1 2345' }),
  ).toMatchObject({
    address_line_1: null,
    address_city: 'Berlin',
    phone_number: '+33 1 2345',
  })
  expect(await enter({ address_line_1: 'Ringstr. 7', address_city: 'berlin' })).toMatchObject({
    address_line_1: 'Ringstr. 7',
    address_city: 'Berlin',
  })
})

test('an offer that the owner has revoked is granted again by a token, and by no visitor', async () => {
  const [offer, other] = [await makeOffer(h.app, siteId), await makeOffer(h.app, siteId)]
  const form = await makeForm(h.app, siteId, { offerIds: [offer, other] })
  const { email } = newcomer()
  const visit = async () => {
    const { status } = await fetch(`${h.url}/forms/${form}/form_submissions`, {
      method: 'POST',
      body: new URLSearchParams({ email, name: 'Ada' }),
      redirect: 'manual',
    })
    expect(status).toBeLessThan(400)
  }
  await visit()
  const offers = `/v1/contacts/${(await contactOf(email)).id}/relationships/offers`
  const held = async () => (await h.client.get(offers)).body.data.map(({ id }: { id: string }) => id)
  expect(await held()).toEqual([offer, other])
  await h.client.delete(offers, { data: [{ type: 'offers', id: offer }] })
  await visit()
  expect(await held()).toEqual([other])
  await submit(form, { email, name: 'Ada' })
  expect(await held()).toEqual([offer, other])
})

test('ten submissions of a newcomer at the same moment are ten submissions, one contact and one grant', async () => {
  const offer = await makeOffer(h.app, siteId)
  const form = await makeForm(h.app, siteId, { offerIds: [offer] })
  const person = newcomer()
  const before = await everything()
  const answers = await Promise.all(Array.from({ length: 10 }, () => submit(form, person)))
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201))
  const after = await everything()
  expect(after.form_submissions! - before.form_submissions!).toBe(10)
  for (const table of ['contacts', 'offer_grants']) expect(after[table]! - before[table]!).toBe(1)
})

test('a repetition with the same Idempotency-Key is the first submission', async () => {
  const form = await makeForm(h.app, siteId)
  const person = newcomer()
  const key = { 'idempotency-key': `form-${unique()}` }
  const [first, again] = [await submit(form, person, key), await submit(form, person, key)]
  expect(again.body).toEqual(first.body)
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  expect((await submit(form, newcomer(), key)).status).toBe(422)
})

test('planted fault: when the grant fails, nothing is stored and nothing follows', async () => {
  const [offer, tag] = [await makeOffer(h.app, siteId), await makeTag(h.app, siteId)]
  const form = await makeForm(h.app, siteId, { offerIds: [offer], tagIds: [tag] })
  // Past the check that the form uses it.
  await h.app.db
    .updateTable('offers')
    .set({ archived_at: h.app.clock.now() })
    .where('id', '=', offer)
    .execute()
  const before = await everything()
  const { body } = await expectRefusal(h.app, () => submit(form, newcomer()), 422)
  expect(body.errors[0].code).toBe('not_grantable')
  expect(await everything()).toEqual(before)
})

describe('what a contact has', () => {
  test('is changed by what is entered, never by what is left blank', async () => {
    const form = await makeForm(h.app, siteId)
    const email = `known${unique()}@example.com`
    const id = await makeContact(h.app, siteId, { email, name: 'Ada' })
    await h.client.patch(`/v1/contacts/${id}`, {
      data: { type: 'contacts', id, attributes: { phone_number: '1', address_city: 'Paris' } },
    })
    const entered = {
      name: 'Ada Lovelace',
      email: email.toUpperCase(),
      phone_number: '  ',
      address_zip: '75001',
    }
    expect((await submit(form, entered)).status).toBe(201)
    expect((await contactOf(email)).attributes).toMatchObject({
      name: 'Ada Lovelace',
      email,
      phone_number: '1',
      address_city: 'Paris',
      address_zip: '75001',
    })
  })

  test('a form that does not subscribe leaves the subscription as it is', async () => {
    const form = await makeForm(h.app, siteId, { attributes: { subscribes: false } })
    const person = newcomer()
    await submit(form, person)
    expect((await contactOf(person.email)).attributes.subscribed).toBe(false)
  })

  test('first_name and last_name make a name', async () => {
    const form = await makeForm(h.app, siteId)
    const { email } = newcomer()
    const { body } = await submit(form, { first_name: 'Ada', last_name: 'King', email })
    expect(body.data.attributes.name).toBe('Ada King')
  })
})

describe('custom fields', () => {
  const makeField = async (attributes: object): Promise<string> => {
    const field = { title: `Field ${unique()}`, ...attributes }
    const { body } = await h.client.post('/v1/custom_fields', {
      data: { type: 'custom_fields', attributes: field },
    })
    return body.data.attributes.handle
  }
  const archive = async (handle: string) => {
    const { body } = await h.client.get('/v1/custom_fields?page[size]=100')
    const field = body.data.find(
      ({ attributes }: { attributes: { handle: string } }) => attributes.handle === handle,
    )
    await h.client.delete(`/v1/custom_fields/${field.id}`)
  }

  test('are asked for by forms, and are attributes of fields, submissions and contacts', async () => {
    const options = { type: 'SelectBoxField', select_options: 'Oil\nWatercolour', title: 'Technique' }
    const [choice, note] = [await makeField({ ...options, required: true }), await makeField({})]
    const inputs = [{ handle: choice }, { handle: note }]
    const form = await makeForm(h.app, siteId, { attributes: { inputs } })
    const shown = (await h.client.get(`/v1/forms/${form}?include=fields`)).body
    expect(shown.data.attributes.inputs).toEqual([
      { handle: choice, required: true },
      { handle: note, required: false },
      { handle: 'email', required: true },
    ])
    expect(shown.included[0].attributes).toMatchObject({
      title: 'Technique',
      type: 'SelectBoxField',
      required: true,
      handle: choice,
      select_options: 'Oil\nWatercolour',
      editable: true,
    })
    const { email } = newcomer()
    const { status, body } = await submit(form, { email, [choice]: 'Oil', [note]: ' ' })
    expect([status, body.data.attributes[choice], body.data.attributes[note]]).toEqual([201, 'Oil', null])
    expect((await contactOf(email)).attributes).toMatchObject({ [choice]: 'Oil', [note]: null })
    await submit(form, { email, [choice]: 'Watercolour', [note]: 'Hello' })
    expect((await contactOf(email)).attributes).toMatchObject({ [choice]: 'Watercolour', [note]: 'Hello' })
  })

  test('a value that the type does not allow, a missing one and an unknown field are 422 at the attribute', async () => {
    const choice = await makeField({ type: 'SelectBoxField', select_options: 'A\nB', required: true })
    const form = await makeForm(h.app, siteId, { attributes: { inputs: [{ handle: choice }] } })
    const { email } = newcomer()
    await expectRefusal(h.app, () => submit(form, { email, [choice]: 'C' }), 422, {
      pointer: `/data/attributes/${choice}`,
    })
    await expectRefusal(h.app, () => submit(form, { email }), 422, { pointer: '/data/attributes' })
    await expectRefusal(h.app, () => submit(form, { email, [choice]: 'A', custom_9999: 'x' }), 422, {
      pointer: '/data/attributes/custom_9999',
    })
    const asking = { title: `Form ${unique()}`, inputs: [{ handle: 'custom_9999' }] }
    const create = () => h.client.post('/v1/forms', { data: { type: 'forms', attributes: asking } })
    await expectRefusal(h.app, create, 422, { pointer: '/data/attributes/inputs/0/handle' })
  })

  test('one that is archived is not asked for any more', async () => {
    const handle = await makeField({ required: true })
    const form = await makeForm(h.app, siteId, { attributes: { inputs: [{ handle, required: true }] } })
    await archive(handle)
    const { attributes, relationships } = (await h.client.get(`/v1/forms/${form}`)).body.data
    expect([attributes.inputs, relationships.fields.data.length]).toEqual([
      [{ handle: 'email', required: true }],
      1,
    ])
    expect((await submit(form, { email: newcomer().email })).status).toBe(201)
  })
})

describe('refusals', () => {
  test.each([
    ['no name', { email: 'a@example.com' }, '/data/attributes', "Name can't be blank"],
    ['a blank name', { name: ' ', email: 'a@example.com' }, '/data/attributes/name', "Name can't be blank"],
    ['no e-mail', { name: 'Ada' }, '/data/attributes', "Email can't be blank"],
    ['an invalid e-mail', { name: 'Ada', email: 'ada@' }, '/data/attributes/email', 'not an e-mail address'],
    ['a number as an e-mail', { name: 'Ada', email: 7 }, '/data/attributes/email', 'not an e-mail address'],
    [
      'a long text',
      { name: 'Ada', email: 'a@example.com', phone_number: '1'.repeat(2_000) },
      '/data/attributes/phone_number',
      'too long',
    ],
    [
      'a disposable address',
      { name: 'Ada', email: 'ada@mailinator.com' },
      '/data/attributes/email',
      'disposable e-mail service (mailinator.com)',
    ],
    [
      'a subdomain of a disposable service',
      { name: 'Ada', email: 'ada@x.mailinator.com' },
      '/data/attributes/email',
      'disposable',
    ],
  ])('%s is 422, and nothing is stored', async (_what, attributes, pointer, words) => {
    const form = await makeForm(h.app, siteId)
    const { body } = await expectRefusal(h.app, () => submit(form, attributes), 422, { pointer })
    expect(body.errors[0].detail).toContain(words)
  })

  test('a box that the form requires must be ticked', async () => {
    const attributes = { title: 'I agree to the terms', type: 'CheckboxField' }
    const { handle } = (
      await h.client.post('/v1/custom_fields', { data: { type: 'custom_fields', attributes } })
    ).body.data.attributes
    const inputs = [
      { handle: 'email', required: true },
      { handle, required: true },
    ]
    const form = await makeForm(h.app, siteId, { attributes: { inputs } })
    for (const value of [false, 'false', '']) {
      const { status, body } = await submit(form, { ...newcomer(), [handle]: value })
      expect([status, body.errors[0].code]).toEqual([422, 'blank'])
    }
    expect((await submit(form, { ...newcomer(), [handle]: true })).status).toBe(201)
  })

  test('a field that the form requires must be there', async () => {
    const inputs = [{ handle: 'email' }, { handle: 'address_city', required: true }]
    const form = await makeForm(h.app, siteId, { attributes: { inputs } })
    const { email } = newcomer()
    const { body } = await expectRefusal(h.app, () => submit(form, { email }), 422, {
      pointer: '/data/attributes',
    })
    expect(body.errors[0].detail).toBe("Address city can't be blank")
    expect((await submit(form, { email, address_city: 'Paris' })).status).toBe(201)
  })

  test('an archived form, one of another account and an unknown one are 404; without permission it is 403', async () => {
    const form = await makeForm(h.app, siteId)
    const stranger = await makeAccount(h.app)
    const foreign = await makeForm(h.app, stranger.siteId)
    const limited = h.clientWith(
      (await makeKey(h.app, h.account, ['view:form_submissions', 'manage:forms'])).token,
    )
    await expectRefusal(h.app, () => submit(foreign, newcomer()), 404)
    await expectRefusal(h.app, () => submit('999999', newcomer()), 404)
    await expectRefusal(
      h.app,
      () => limited.post(`/v1/forms/${form}/submit`, submissionBody(newcomer())),
      403,
    )
    await h.client.delete(`/v1/forms/${form}`)
    await expectRefusal(h.app, () => submit(form, newcomer()), 404)
    const submission = (
      await h.clientWith(stranger.token).post(`/v1/forms/${foreign}/submit`, submissionBody(newcomer()))
    ).body
    await expectRefusal(h.app, () => h.client.get(`/v1/form_submissions/${submission.data.id}`), 404)
  })

  test('REFUSE_DISPOSABLE_EMAILS=off accepts disposable addresses', async () => {
    const open = await startHarness({ settings: { REFUSE_DISPOSABLE_EMAILS: 'off' } })
    const form = await makeForm(open.app, open.account.siteId)
    const entered = submissionBody({ name: 'Ada', email: 'ada@mailinator.com' })
    expect((await open.client.post(`/v1/forms/${form}/submit`, entered)).status).toBe(201)
    await open.close()
  })
})

describe('what follows', () => {
  test('hooks and the webhook of the form are notified, with the body that Kajabi documents', async () => {
    const tag = await makeTag(h.app, siteId)
    const form = await makeForm(h.app, siteId, {
      attributes: { webhook_url: `${receiver.url}form` },
      tagIds: [tag],
    })
    await makeHook(h.app, siteId, { event: 'form_submission', targetUrl: receiver.url })
    await makeHook(h.app, siteId, {
      event: 'form_submission',
      targetUrl: receiver.url,
      resourceId: await makeForm(h.app, siteId),
    })
    const person = newcomer()
    await h.drain()
    receiver.received.length = 0
    const { body } = await submit(form, person)
    await h.drain()
    const bodies = receiver.received.map((one) => one.body)
    expect(bodies).toHaveLength(2)
    const sample = (await h.client.get('/v1/hooks/form_submission_sample')).body
    for (const sent of bodies) {
      expect(sent).toMatchObject({ id: body.data.id, event: 'form_submission' })
      const [submission, shownForm] = sent.payload
      expect(submission).toMatchObject({ type: 'form_submissions', id: body.data.id, attributes: person })
      expect(shownForm).toMatchObject({
        type: 'forms',
        id: form,
        relationships: { contact_tags: { data: [{ id: tag }] } },
      })
      for (const [index, one] of sent.payload.entries()) {
        // Besides the custom fields of the site.
        const names = Object.keys(one.attributes).filter((name) => !name.startsWith('custom_'))
        expect(names.sort()).toEqual(Object.keys(sample[index].attributes).sort())
        expect(Object.keys(one.relationships).sort()).toEqual(Object.keys(sample[index].relationships).sort())
      }
    }
  })

  test('automations with the trigger form_submitted run, attached to the form or to the site', async () => {
    const [form, other] = [await makeForm(h.app, siteId), await makeForm(h.app, siteId)]
    const [tag, never] = [await makeTag(h.app, siteId), await makeTag(h.app, siteId)]
    const add = (tagId: string, resource_id?: string) =>
      makeAutomation(h.app, siteId, {
        trigger: { event: 'form_submitted', ...(resource_id && { resource_id }) },
        conditions: { filter: 'submitted_form_id', value: form },
        actions: [{ action: 'add_tag', tag_id: tagId }],
      })
    await add(tag, form)
    await add(never, other)
    const person = newcomer()
    await submit(form, person)
    await h.drain()
    expect((await contactOf(person.email)).relationships.tags.data).toEqual([
      { type: 'contact_tags', id: tag },
    ])
  })

  test('contacts and customers are filtered by the forms that they have submitted', async () => {
    const offer = await makeOffer(h.app, siteId)
    const [form, other] = [
      await makeForm(h.app, siteId, { offerIds: [offer] }),
      await makeForm(h.app, siteId),
    ]
    const person = newcomer()
    await submit(form, person)
    const contact = await contactOf(person.email)
    const found = async (path: string) =>
      (await h.client.get(path)).body.data.map(
        ({ attributes }: { attributes: { email: string } }) => attributes.email,
      )
    expect(await found(`/v1/contacts?filter[submitted_form_id]=${form}`)).toEqual([person.email])
    expect(await found(`/v1/customers?filter[submitted_form_id]=${form}`)).toEqual([person.email])
    expect(await found(`/v1/contacts?filter[submitted_form_id]=${other}`)).toEqual([])
    const without = await found(`/v1/contacts?filter[no_submitted_form_id]=${form}&page[size]=500`)
    expect(without).not.toContain(person.email)
    expect(without.length).toBeGreaterThan(0)
    expect(
      (await h.client.get(`/v1/form_submissions?filter[contact_id]=${contact.id}`)).body.data,
    ).toHaveLength(1)
    for (const filter of ['submitted_form_id', 'no_submitted_form_id'])
      await expectRefusal(h.app, () => h.client.get(`/v1/contacts?filter[${filter}]=999999`), 404, {
        parameter: `filter[${filter}]`,
      })
  })

  test('the body of a webhook about an offer names the forms that grant it', async () => {
    const offer = await makeOffer(h.app, siteId)
    const form = await makeForm(h.app, siteId, { offerIds: [offer] })
    await makeHook(h.app, siteId, { event: 'offer_granted', targetUrl: receiver.url, resourceId: offer })
    receiver.received.length = 0
    await submit(form, newcomer())
    await h.drain()
    const granted = receiver.received.find(({ body }) => body.event === 'offer_granted')!.body
    const shown = granted.payload.find(({ type }: { type: string }) => type === 'offers')
    expect(shown.relationships.forms.data).toEqual([{ type: 'forms', id: form }])
  })
})
