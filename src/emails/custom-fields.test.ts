/** Custom fields as variables of e-mail templates. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeCustomField, makeOffer, offersBody } from '../testing/fixtures.ts'
import { makeForm, newcomer, submissionBody } from '../testing/forms.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { expectRefusal } from '../testing/refusals.ts'

let h: Harness
let second: string
beforeAll(async () => {
  h = await startHarness()
  await makeCustomField(h.app, h.account.siteId, { number: 1, title: 'Dog' })
  second = await makeCustomField(h.app, h.account.siteId, { number: 2, title: 'Age', type: 'NumberField' })
})
afterAll(() => h.close())

const template = (attributes: object) => ({ data: { type: 'email_templates', attributes } })

const BODY =
  '<p>{{ recipient.custom_1 | default: "nobody" }}, {% if recipient.custom_2 %}{{ recipient.custom_2 | plus: 1 }}{% endif %}!</p>'

test('a template names the custom fields of the site: escaped in HTML, null without a value, also once archived', async () => {
  const words = { kind: 'welcome', subject: 'For {{ recipient.custom_1 }}', body: BODY }
  expect((await h.client.post('/v1/email_templates', template(words))).status).toBe(201)
  const withValues = await makeCustomer({ custom_1: '<b>Rex</b> & Co', custom_2: 41 })
  const without = await makeCustomer({})
  await h.client.delete(`/v1/custom_fields/${second}`)
  await h.drain()
  expect(await welcomeOf(withValues)).toMatchObject({
    subject: 'For <b>Rex</b> & Co',
    html: expect.stringContaining('<p>&lt;b&gt;Rex&lt;/b&gt; &amp; Co, 42!</p>'),
  })
  expect(await welcomeOf(without)).toMatchObject({
    subject: 'For',
    html: expect.stringContaining('<p>nobody, !</p>'),
  })
})

test('the e-mail that confirms a submission has the values that were submitted', async () => {
  const words = { kind: 'form_confirmation', subject: '{{ recipient.custom_1 | default: "nobody" }}' }
  expect((await h.client.post('/v1/email_templates', template(words))).status).toBe(201)
  const inputs = [{ handle: 'email' }, { handle: 'custom_1' }]
  const attributes = { double_opt_in: true, inputs }
  const form = await makeForm(h.app, h.account.siteId, { attributes })
  const answers = { Rex: { custom_1: 'Rex' }, nobody: {} }
  for (const [subject, answer] of Object.entries(answers)) {
    const { email } = newcomer()
    await h.client.post(`/v1/forms/${form}/submit`, submissionBody({ email, ...answer }))
    await h.drain()
    const sent = h.app.db.selectFrom('emails').select('subject').where('to_email', '=', email)
    expect(await sent.execute()).toEqual([{ subject }])
  }
})

/** @returns the id of the contact */
async function makeCustomer(custom: object): Promise<string> {
  const id = await makeContact(h.app, h.account.siteId)
  await h.client.patch(`/v1/contacts/${id}`, { data: { type: 'contacts', attributes: custom } })
  const offers = offersBody([await makeOffer(h.app, h.account.siteId)])
  await h.client.post(`/v1/contacts/${id}/relationships/offers`, offers)
  return id
}

async function welcomeOf(contactId: string): Promise<unknown> {
  const [{ id }] = (await h.client.get(`/v1/emails?filter[contact_id]=${contactId}`)).body.data
  return (await h.client.get(`/v1/emails/${id}`)).body.data.attributes
}

test('a field that the site lacks is an undefined variable, and the error lists those that there are', async () => {
  const words = { kind: 'gift', body: 'For {{ recipient.custom_9 }}' }
  for (const path of ['/v1/email_templates', '/v1/email_templates/preview']) {
    const { body } = await expectRefusal(h.app, () => h.client.post(path, template(words)), 422, {
      pointer: '/data/attributes/body',
    })
    expect(body.errors[0].detail).toContain('undefined variable: recipient.custom_9')
    expect(body.errors[0].detail).toMatch(/recipient\.email, recipient\.custom_1,/)
  }
})

test('a preview has a sample value for each custom field', async () => {
  const words = { kind: 'gift', subject: 'For {{ recipient.custom_1 }}' }
  const { body } = await h.client.post('/v1/email_templates/preview', template(words))
  expect(body.meta.subject).toBe('For Dog')
})
