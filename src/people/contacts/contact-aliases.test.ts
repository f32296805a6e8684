import { afterAll, beforeAll, expect, test } from 'vitest'
import { confirmSubmission } from '../../forms/confirm-submission.ts'
import { confirmEmailChange, requestEmailChange } from '../../members/account.ts'
import { findMember, findSite } from '../../members/member.ts'
import { requestLink } from '../../members/request-link.ts'
import { choosePassword, signInByPassword } from '../../members/sign-in.ts'
import { examine } from '../../operations/doctor/examine.ts'
import { inTransaction } from '../../platform/db/database.ts'
import { makeContact, makeKey, makeOffer, makeSite, subdomainOf, unique } from '../../testing/fixtures.ts'
import { makeForm, submissionBody } from '../../testing/forms.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { welcome } from '../../testing/outbox.ts'
import { expectRefusal } from '../../testing/refusals.ts'
import { ensureContact } from './ensure-contact.ts'
import { findContactByEmail } from './find-contact.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const newEmail = () => `someone${unique()}@example.com`
const document = (attributes: object) => ({ data: { type: 'contacts', attributes } })
const create = (email: string) => h.client.post('/v1/contacts', document({ email }))
const update = (id: string, email: string) => h.client.patch(`/v1/contacts/${id}`, document({ email }))
const find = (email: string) => findContactByEmail(h.app.db, h.account.siteId, email)
const aliasesOf = async (id: string) =>
  (await h.client.get(`/v1/contact_aliases?filter[contact_id]=${id}`)).body.data
const found = async (path: string) => (await h.client.get(path)).body.data.map(({ id }: { id: string }) => id)

/** A contact whose e-mail was changed. */
async function moved() {
  const [before, now] = [newEmail(), newEmail()]
  const id = await makeContact(h.app, h.account.siteId, { email: before })
  expect((await update(id, now)).status).toBe(200)
  return { id, before, now }
}

test('an address that a contact leaves becomes its alias, and still finds it in every spelling', async () => {
  const { id, before, now } = await moved()
  expect(await aliasesOf(id)).toMatchObject([
    {
      type: 'contact_aliases',
      attributes: { email: before, reason: 'changed' },
      relationships: { contact: { data: { type: 'contacts', id } } },
    },
  ])
  for (const email of [before, ` ${before.toUpperCase()} `, now]) {
    expect(await find(email)).toBe(id)
    for (const filter of ['email', 'email_eq', 'search'])
      expect(await found(`/v1/contacts?filter[${filter}]=${encodeURIComponent(email)}`)).toEqual([id])
  }
  expect(await found(`/v1/contacts?filter[email_contains]=${before}`)).toEqual([])
  expect(await found(`/v1/contact_aliases?filter[email]=${before.toUpperCase()}`)).toHaveLength(1)
})

test('an alias is of its site alone, and is given to no other contact of it until it is released', async () => {
  const { id, before, now } = await moved()
  const elsewhere = await makeSite(h.app, h.account)
  expect(await findContactByEmail(h.app.db, elsewhere, before)).toBeNull()
  await makeContact(h.app, elsewhere, { email: before })
  await h.app.db.updateTable('sites').set({ archived_at: new Date() }).where('id', '=', elsewhere).execute()

  const other = await makeContact(h.app, h.account.siteId)
  const [alias] = await aliasesOf(id)
  for (const request of [() => create(before.toUpperCase()), () => update(other, before)]) {
    const { body } = await expectRefusal(h.app, request, 422, { pointer: '/data/attributes/email' })
    expect(body.errors[0].code).toBe('taken_as_alias')
    expect(body.errors[0].detail).toContain(`contact ${id}`)
    expect(body.errors[0].detail).toContain(`DELETE /v1/contact_aliases/${alias.id}`)
  }
  expect((await h.client.delete(`/v1/contact_aliases/${alias.id}`)).status).toBe(200)
  expect(await find(before)).toBeNull()
  expect((await update(other, before)).status).toBe(200)
  expect([await find(before), await find(now)]).toEqual([other, id])
})

test('a contact can return to an address of its own, which is no alias any more; the other one is', async () => {
  const { id, before, now } = await moved()
  expect((await update(id, before)).status).toBe(200)
  expect(
    (await aliasesOf(id)).map(({ attributes }: { attributes: { email: string } }) => attributes.email),
  ).toEqual([now])
})

test('an e-mail that is sent as it is makes no alias', async () => {
  const email = newEmail()
  const id = await makeContact(h.app, h.account.siteId, { email })
  await update(id, email.toUpperCase())
  expect(await aliasesOf(id)).toEqual([])
})

test('deleting a contact frees its aliases', async () => {
  const { id, before } = await moved()
  await h.client.delete(`/v1/contacts/${id}`)
  expect(await find(before)).toBeNull()
  expect((await create(before)).status).toBe(201)
})

test('releasing an alias takes the permission to manage contacts', async () => {
  const { id } = await moved()
  const [alias] = await aliasesOf(id)
  const viewer = h.clientWith((await makeKey(h.app, h.account, ['view:contacts'])).token)
  expect((await viewer.get(`/v1/contact_aliases/${alias.id}`)).status).toBe(200)
  await expectRefusal(h.app, () => viewer.delete(`/v1/contact_aliases/${alias.id}`), 403)
})

test('an activation URL grants to whoever had the address, and revokes from them', async () => {
  const { id, before } = await moved()
  const offerId = await makeOffer(h.app, h.account.siteId)
  const { attributes } = (await h.client.get(`/v1/offers/${offerId}/activation_url`)).body.data
  const call = (url: string) =>
    h.clientWith(null).post(url.replace(h.url, ''), { email: before }, { 'content-type': 'application/json' })
  expect((await call(attributes.activate_url)).status).toBe(200)
  expect(await found(`/v1/contacts?filter[has_offer_id]=${offerId}`)).toEqual([id])
  expect((await call(attributes.deactivate_url)).status).toBe(200)
  expect(await found(`/v1/contacts?filter[has_offer_id]=${offerId}`)).toEqual([])
})

test('a form that is submitted under a former address finds the contact; its e-mail stays', async () => {
  const { id, before, now } = await moved()
  const form = await makeForm(h.app, h.account.siteId)
  const entered = submissionBody({ name: 'Ada Lovelace', email: before })
  expect((await h.client.post(`/v1/forms/${form}/submit`, entered)).status).toBe(201)
  expect(await found(`/v1/contacts?filter[submitted_form_id]=${form}`)).toEqual([id])
  expect((await h.client.get(`/v1/contacts/${id}`)).body.data.attributes.email).toBe(now)
})

test('whoever confirms a former address fills in what the contact lacks, and changes nothing', async () => {
  const { id, before } = await moved()
  const attributes = { double_opt_in: true, subscribes: false }
  const form = await makeForm(h.app, h.account.siteId, { attributes })
  await h.client.post(`/v1/forms/${form}/submit`, submissionBody({ name: 'Mallory', email: before }))
  await h.drain()
  const { text } = await h.app.db
    .selectFrom('emails')
    .select('text')
    .where('kind', '=', 'form_confirmation')
    .where('to_email', '=', before)
    .executeTakeFirstOrThrow()
  const [, token] = /\/form\/([\w-]+)/.exec(text!)!
  expect(await confirmSubmission(h.app, h.account.siteId, token!)).not.toBeNull()
  expect((await h.client.get(`/v1/contacts/${id}`)).body.data.attributes.name).toBe('Ada Lovelace')
  expect(await found(`/v1/contacts?filter[submitted_form_id]=${form}`)).toEqual([id])
})

test('members sign in with a former address; the link that they request under it goes to the present one', async () => {
  const site = (await findSite(h.app.db, await subdomainOf(h.app, h.account.siteId)))!
  const [before, now] = [newEmail(), newEmail()]
  const visitor = { source: 'test', session: null, language: 'en' } as const
  const { text, contact_id } = await (await welcome(h, { email: before }))()
  await choosePassword(
    h.app,
    site,
    'welcome',
    /\/welcome\/([\w-]+)/.exec(text!)![1]!,
    'a rather long password',
    visitor,
  )
  await update(contact_id!, now)
  const came = await signInByPassword(
    h.app,
    site,
    { email: before, password: 'a rather long password' },
    visitor,
  )
  expect(came.outcome).toBe('signed_in')
  await requestLink(h.app, site, 'password', before, visitor)
  await h.drain()
  const sent = await h.app.db.selectFrom('emails').select('to_email').where('kind', '=', 'password').execute()
  expect(sent).toEqual([{ to_email: now }])
})

test('a member cannot take a former address of somebody else', async () => {
  const { before } = await moved()
  const site = (await findSite(h.app.db, await subdomainOf(h.app, h.account.siteId)))!
  const { contact_id } = await (await welcome(h))()
  const customer = await h.app.db
    .selectFrom('customers')
    .select('id')
    .where('contact_id', '=', contact_id)
    .executeTakeFirstOrThrow()
  const member = (await findMember(h.app.db, h.account.siteId, { customerId: customer.id }))!
  await requestEmailChange(h.app, site, member, before)
  await h.drain()
  const { text } = await h.app.db
    .selectFrom('emails')
    .select('text')
    .where('kind', '=', 'email_change')
    .executeTakeFirstOrThrow()
  const [, token] = /\/email-change\/([\w-]+)/.exec(text!)!
  expect(await confirmEmailChange(h.app, site, token!)).toBe('taken')
})

test('of concurrent requests, none ends with an address that is the e-mail of one contact and the alias of another', async () => {
  const origin = { actor: 'test', requestId: null, now: h.app.clock.now() }
  for (let round = 0; round < 15; round++) {
    const [address, next] = [newEmail(), newEmail()]
    const [one, other] = [
      await makeContact(h.app, h.account.siteId, { email: address }),
      await makeContact(h.app, h.account.siteId),
    ]
    const statuses = await Promise.all([
      update(one, next).then(({ status }) => status),
      create(address).then(({ status }) => status),
      update(other, address).then(({ status }) => status),
      inTransaction(h.app.db, (tx) => ensureContact(tx, h.account.siteId, { email: address }, origin)).then(
        ({ contact, isNew }) => [contact.id, isNew],
      ),
    ])
    expect(statuses).toEqual([200, 422, 422, [one, false]])
  }
  const findings = await examine(h.app)
  expect(findings.filter(({ violations }) => violations !== 0)).toEqual([])
})

test('planted fault: without its triggers, an address belongs to two, and the doctor reports it', async () => {
  const { before } = await moved()
  await h.app.pool.query('alter table contacts disable trigger contacts_addresses_inserted')
  await create(before)
  await h.app.pool.query('alter table contacts enable trigger contacts_addresses_inserted')
  const findings = await examine(h.app)
  expect(findings.filter(({ violations }) => violations !== 0).map(({ name }) => name)).toEqual(['address'])
})
