import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeKey, makeOffer, makeSite, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { expectRefusal } from '../testing/refusals.ts'
import { templateKinds } from './templates/index.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const document = (attributes: object) => ({ data: { type: 'email_templates', attributes } })

async function make(attributes: object): Promise<string> {
  const { status, body } = await h.client.post('/v1/email_templates', document(attributes))
  expect(status).toBe(201)
  return body.data.id
}

const refusal = (attributes: object, pointer: string) =>
  expectRefusal(h.app, () => h.client.post('/v1/email_templates', document(attributes)), 422, { pointer })

async function welcomeSubject(): Promise<string | null> {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId)
  await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
  await h.drain()
  const { body } = await h.client.get(`/v1/emails?filter[contact_id]=${contactId}`)
  return body.data[0].attributes.subject
}

test('a site’s texts replace the defaults field by field, until they are removed', async () => {
  const byDefault = await welcomeSubject()
  const id = await make({ kind: 'welcome', subject: 'Hola' })
  expect(await welcomeSubject()).toBe('Hola')
  await h.client.patch(`/v1/email_templates/${id}`, document({ subject: 'Ciao', heading: 'Benvenuto' }))
  const { body } = await h.client.get(`/v1/email_templates/${id}`)
  expect(body.data.attributes).toMatchObject({
    kind: 'welcome',
    subject: 'Ciao',
    heading: 'Benvenuto',
    body: null,
  })
  expect(await welcomeSubject()).toBe('Ciao')
  await h.client.patch(`/v1/email_templates/${id}`, document({ subject: null }))
  expect(await welcomeSubject()).toBe(byDefault)
  await h.client.patch(`/v1/email_templates/${id}`, document({ subject: 'Hola' }))
  expect((await h.client.delete(`/v1/email_templates/${id}`)).status).toBe(200)
  expect(await welcomeSubject()).toBe(byDefault)
})

test('a site has one template of each system kind, also when two are created concurrently', async () => {
  const answers = await Promise.all(
    ['one', 'two'].map((subject) =>
      h.client.post('/v1/email_templates', document({ kind: 'gift', subject })),
    ),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 422])
  await refusal({ kind: 'gift', subject: 'three' }, '/data/attributes/kind')
  const other = await makeSite(h.app, h.account)
  const site = { data: { type: 'sites', id: other } }
  const body = { data: { ...document({ kind: 'gift', subject: 'four' }).data, relationships: { site } } }
  expect((await h.client.post('/v1/email_templates', body)).status).toBe(201)
  await h.app.db.deleteFrom('email_templates').execute()
  await h.app.db.deleteFrom('sites').where('id', '=', other).execute()
})

test.each([
  ['subject', { subject: '{{ site.title' }, 'subject, line 1, column 1: output "{{ site.title" not closed'],
  [
    'body',
    { body: '<p>\n  {{ recipient.nmae }}' },
    /^body, line 2, column 6: undefined variable: recipient\.nmae \(available: language, site\.title, site\.url, site\.color, site\.logo_url, site\.time_zone, recipient\.name, recipient\.first_name, recipient\.email, offers\[\]\.title, offers\[\]\.description, offers\[\]\.access_until, offers\[\]\.products\[\]\.title, (course\.title, course\.url, course\.percent, lesson\.title, lesson\.url, )?link\.url, link\.expires_in_days\)$/,
  ],
  [
    'footer',
    { footer: '{% include "/etc/passwd" %}' },
    /^footer, line 1, column 1: tag "include" not found \(available: .*\bassign\b.*\)$/,
  ],
  ['text', { text: 'x'.repeat(20_001) }, 'text, line 1, column 1: a template has at most 20000 characters'],
  ['heading', { heading: '{% for a in (1..9) %}{% endfor %}' }, /^heading, line 1, column 1: ranges like/],
  ['subject', { subject: 7 }, 'Subject must be a string, or null for the default'],
  ['body', { body: '  ' }, "Body can't be blank"],
] as const)('a mistake in %s is refused with field, line and column (%#)', async (field, words, detail) => {
  for (const kind of ['password', 'automation']) {
    const { body } = await refusal(
      { kind, name: 'x', subject: 'x', body: 'x', ...words },
      `/data/attributes/${field}`,
    )
    expect(body.errors[0].detail).toEqual(typeof detail === 'string' ? detail : expect.stringMatching(detail))
  }
  const id = await make({ kind: 'automation', name: 'x', subject: 'x', body: 'x' })
  const change = () => h.client.patch(`/v1/email_templates/${id}`, document(words))
  await expectRefusal(h.app, change, 422, { pointer: `/data/attributes/${field}` })
  await expectRefusal(
    h.app,
    () => h.client.post('/v1/email_templates/preview', document({ kind: 'password', ...words })),
    422,
    {
      pointer: `/data/attributes/${field}`,
    },
  )
})

test('a template must check for values that an e-mail may not have', async () => {
  const words = '{{ offers[0].title }}'
  await make({ kind: 'welcome', subject: words })
  await refusal({ kind: 'automation', name: 'x', subject: words, body: 'x' }, '/data/attributes/subject')
  await make({
    kind: 'automation',
    name: 'x',
    subject: `{% if offers.size > 0 %}${words}{% endif %}!`,
    body: 'x',
  })
})

test.each([
  [{ kind: 'automation', subject: 'x', body: 'x' }, '/data/attributes'],
  [{ kind: 'automation', name: ' ', subject: 'x', body: 'x' }, '/data/attributes/name'],
  [{ kind: 'automation', name: 'x', subject: 'x' }, '/data/attributes'],
  [{ kind: 'automation', name: 'x', subject: null, body: 'x' }, '/data/attributes/subject'],
])('an incomplete template is refused: %j', async (attributes, pointer) => {
  await refusal(attributes, pointer)
})

test('a template that an enabled automation sends cannot be deleted, and the error names the automation', async () => {
  const id = await make({ kind: 'automation', name: 'A letter', subject: 'x', body: 'x' })
  const now = h.app.clock.now()
  const automation = await h.app.db
    .insertInto('automations')
    .values({
      site_id: h.account.siteId,
      name: 'Follow up',
      trigger: 'tag_added',
      created_at: now,
      updated_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const definition = JSON.stringify({
    actions: [{ action: 'stop' }, { action: 'send_email', template_id: id }],
  })
  await h.app.db
    .insertInto('automation_versions')
    .values({
      site_id: h.account.siteId,
      automation_id: automation.id,
      version: 1,
      definition,
      created_at: now,
    })
    .execute()
  const remove = () => h.client.delete(`/v1/email_templates/${id}`)
  const { body } = await expectRefusal(h.app, remove, 422, undefined)
  expect(body.errors[0].detail).toContain(`"Follow up" (${automation.id})`)
  await h.app.db.updateTable('automations').set({ disabled_at: now }).execute()
  expect((await remove()).status).toBe(200)
  expect((await h.client.get(`/v1/email_templates/${id}`)).status).toBe(404)
  const kept = await h.app.db
    .selectFrom('email_templates')
    .select('archived_at')
    .where('id', '=', id)
    .execute()
  expect(kept).toEqual([{ archived_at: expect.any(Date) }])
})

test('templates are listed by kind', async () => {
  const id = await make({ kind: 'email_change', subject: 'x' })
  const { body } = await h.client.get('/v1/email_templates?filter[kind]=email_change')
  expect(body.data.map((template: { id: string }) => template.id)).toEqual([id])
})

test('a preview has the site’s design and an invented recipient, for saved and unsaved templates', async () => {
  await h.app.db.updateTable('sites').set({ title: 'Northlight', color: '#aa3366' }).execute()
  for (const kind of templateKinds) {
    const words = {
      subject: 'For {{ recipient.first_name }} at {{ site.title }}',
      body: '<p>Dear {{ recipient.name }}</p>',
    }
    const { status, body } = await h.client.post(
      '/v1/email_templates/preview',
      document({ kind, ...words, text: 'T' }),
    )
    expect([status, body.meta.subject, body.meta.text]).toEqual([200, 'For Robin at Northlight', 'T\n'])
    expect(body.meta.html).toMatch(/#aa3366[\s\S]*Dear Robin Baker/)
  }
  const id = await make({
    kind: 'automation',
    name: 'x',
    subject: 'Hi {{ recipient.first_name }}',
    body: 'x',
    button: 'Go',
  })
  const { body } = await h.client.get(`/v1/email_templates/${id}/preview`)
  expect(body.meta).toMatchObject({
    subject: 'Hi Robin',
    text: expect.stringContaining(`Go:\n${h.url.split(':')[0]}`),
  })
})

test('a name of a kind that has none is ignored with a warning', async () => {
  const { status, headers, body } = await h.client.post(
    '/v1/email_templates',
    document({ kind: 'sign_in', name: 'x', subject: 'x' }),
  )
  expect([status, headers.get('warning')]).toEqual([201, expect.stringContaining('name')])
  expect(body.data.attributes.name).toBeNull()
  const id = body.data.id
  const changed = await h.client.patch(`/v1/email_templates/${id}`, document({ name: 'y', heading: '' }))
  expect(changed.headers.get('warning')).toContain('name')
  expect(changed.body.data.attributes).toMatchObject({ name: null, heading: '' })
})

test('a saved template is previewed by a key that may only see', async () => {
  const id = await make({ kind: 'automation', name: 'x', subject: 'x', body: 'x' })
  const client = h.clientWith((await makeKey(h.app, h.account, ['view:emails'])).token)
  expect((await client.get(`/v1/email_templates/${id}/preview`)).status).toBe(200)
})

test('the example in the documentation is a valid template', async () => {
  const chapter = readFileSync(new URL('../../docs/emails.md', import.meta.url), 'utf8')
  const [, example] = /POST \/v1\/email_templates\n(\{[\s\S]*?\})\n```/.exec(chapter)!
  expect((await h.client.post('/v1/email_templates', JSON.parse(example!))).status).toBe(201)
})

test('a preview can be written to a contact, with the offers that they hold', async () => {
  const { siteId } = h.account
  const contact_id = await makeContact(h.app, siteId, { name: 'Grace Hopper', email: 'grace@example.com' })
  const offer = await makeOffer(h.app, siteId, { title: 'Compilers for everyone' })
  const draft = {
    ...document({
      kind: 'automation',
      name: 'Draft',
      subject: '{{ recipient.first_name }}{% if offers.size > 0 %}: {{ offers[0].title }}{% endif %}',
      body: '<p>{{ recipient.email }}</p>',
    }),
    meta: { contact_id },
  }
  const subject = async (client = h.client) =>
    (await client.post('/v1/email_templates/preview', draft)).body.meta?.subject
  expect(await subject()).toBe('Grace: Bread from the beginning')
  await h.client.post(`/v1/contacts/${contact_id}/relationships/offers`, offersBody([offer]))
  expect(await subject()).toBe('Grace: Compilers for everyone')
  const { token } = await makeKey(h.app, h.account, ['view:emails', 'manage:emails'])
  const refused = await h.clientWith(token).post('/v1/email_templates/preview', draft)
  expect([refused.status, refused.body.errors[0].source.pointer]).toEqual([403, '/meta/contact_id'])
  const nobody = { ...draft, meta: { contact_id: '999999' } }
  expect((await h.client.post('/v1/email_templates/preview', nobody)).status).toBe(404)
})

test('a preview for a contact is in the language of their e-mails', async () => {
  const contact_id = await makeContact(h.app, h.account.siteId)
  const offer = await makeOffer(h.app, h.account.siteId)
  await h.client.post(`/v1/contacts/${contact_id}/relationships/offers`, offersBody([offer]))
  await h.app.db
    .updateTable('customers')
    .set({ language: 'es' })
    .where('contact_id', '=', contact_id)
    .execute()
  const welcome = document({ kind: 'welcome' })
  const preview = async (meta: object) =>
    (await h.client.post('/v1/email_templates/preview', { ...welcome, meta })).body.meta
  const [theirs, sample] = [await preview({ contact_id }), await preview({})]
  expect(theirs.html).toContain('<html lang="es"')
  expect(sample.html).toContain('<html lang="en"')
  expect(theirs.subject).not.toBe(sample.subject)
})

test('a test of a template goes to the user who asks for it, and to nobody else', async () => {
  const words = { kind: 'welcome', subject: 'A trial for {{ recipient.name }}' }
  await h.drain()
  const before = (await h.client.get('/v1/emails')).body.meta.total_count
  const { status, body } = await h.client.post('/v1/email_templates/send_test', document(words))
  const { email } = (await h.client.get('/v1/me')).body.data.attributes
  expect([status, body.meta.to_email]).toEqual([200, email])
  await h.drain()
  const sent = (await h.client.get('/v1/emails?filter[kind]=template_test')).body.data
  expect(sent.map(({ attributes }: { attributes: object }) => attributes)).toMatchObject([
    { to_email: email, subject: 'A trial for Robin Baker', status: 'kept' },
  ])
  expect((await h.client.get('/v1/emails')).body.meta.total_count).toBe(before + 1)
  const event = (await h.client.get(`/v1/events/${body.meta.event_id}`)).body.data.attributes
  expect(event).toMatchObject({ event: 'template_test_requested', data: { kind: 'welcome' } })
  await expectRefusal(
    h.app,
    () =>
      h.client.post('/v1/email_templates/send_test', document({ ...words, subject: '{{ recipient.nmae }}' })),
    422,
    { pointer: '/data/attributes/subject' },
  )
})

test('the kinds of templates have their default texts in the language of the site, and their variables', async () => {
  const kindsOf = async () => (await h.client.get('/v1/email_templates/kinds')).body.data.attributes
  await h.app.db.deleteFrom('email_templates').execute()
  const { language, kinds } = await kindsOf()
  expect(kinds.map(({ kind }: { kind: string }) => kind)).toEqual(templateKinds)
  const welcome = kinds.find(({ kind }: { kind: string }) => kind === 'welcome')
  expect([language, welcome.defaults.button, welcome.template_id]).toEqual(['en', 'Set your password', null])
  expect(welcome.variables).toContain('offers[].products[].title')
  expect(welcome.variables).not.toContain('gift.message')
  const id = await make({ kind: 'welcome', subject: 'Hello' })
  await h.app.db.updateTable('sites').set({ language: 'es' }).execute()
  const spanish = await kindsOf()
  expect(spanish.language).toBe('es')
  expect(spanish.kinds.find(({ kind }: { kind: string }) => kind === 'welcome').template_id).toBe(id)
  await h.app.db.updateTable('sites').set({ language: 'en' }).execute()
  await h.client.delete(`/v1/email_templates/${id}`)
})
