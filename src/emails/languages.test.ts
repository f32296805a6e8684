/** The language of e-mails. */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { findMember, findSite, type MemberSite } from '../members/member.ts'
import { requestLink } from '../members/request-link.ts'
import { makeContact, makeOffer, offersBody, unique } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'

let h: Harness
let site: MemberSite
beforeAll(async () => {
  h = await startHarness()
  const { subdomain } = await h.app.db.selectFrom('sites').select('subdomain').executeTakeFirstOrThrow()
  site = (await findSite(h.app.db, subdomain))!
})
afterAll(() => h.close())
beforeEach(async () => {
  await h.app.db.updateTable('sites').set({ language: 'en' }).execute()
  await h.app.db.deleteFrom('email_templates').execute()
})

async function customer(): Promise<{ contactId: string; email: string }> {
  const email = `member${unique()}@example.com`
  const contactId = await makeContact(h.app, site.id, { email })
  await grant(contactId)
  return { contactId, email }
}

async function grant(contactId: string, meta: object = {}): Promise<void> {
  const offerId = await makeOffer(h.app, site.id)
  await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId], meta))
  await h.drain()
}

const speaks = (contactId: string, language: string) =>
  h.app.db.updateTable('customers').set({ language }).where('contact_id', '=', contactId).execute()

async function latest(
  contactId: string,
  kind: string,
): Promise<{ subject: string; lang: string | undefined }> {
  await h.drain()
  const { subject, html } = await h.app.db
    .selectFrom('emails as e')
    .select(['subject', sql<string>`email_html(e)`.as('html')])
    .where('contact_id', '=', contactId)
    .where('kind', '=', kind)
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow()
  return { subject: subject!, lang: /<html lang="(\w+)"/.exec(html)?.[1] }
}

const CONFIRM = { send_offer_grant_email: true }

test('a customer who has never opened the pages gets e-mails in the language of the site', async () => {
  const english = await customer()
  expect(await latest(english.contactId, 'welcome')).toEqual({
    subject: `Welcome to ${site.title}`,
    lang: 'en',
  })
  await h.app.db.updateTable('sites').set({ language: 'es' }).execute()
  const spanish = await customer()
  expect(await latest(spanish.contactId, 'welcome')).toEqual({
    subject: `Te damos la bienvenida a ${site.title}`,
    lang: 'es',
  })
})

test('a member gets e-mails in the language in which they last used the pages', async () => {
  const { contactId } = await customer()
  await speaks(contactId, 'es')
  await grant(contactId, CONFIRM)
  expect(await latest(contactId, 'offer_grant')).toMatchObject({
    subject: expect.stringMatching(/^Ya tienes acceso a/),
    lang: 'es',
  })
})

test('a link comes in the language of the page where it was requested, and changes nothing for the member', async () => {
  const { contactId, email } = await customer()
  await requestLink(h.app, site, 'password', email, { source: 'elsewhere', session: null, language: 'es' })
  expect(await latest(contactId, 'password')).toMatchObject({ lang: 'es' })
  expect((await findMember(h.app.db, site.id, { email }))!.language).toBeNull()
})

test('an e-mail with a site template is entirely in the language of the site, including the default fields', async () => {
  const attributes = { kind: 'offer_grant', subject: 'New for you' }
  await h.client.post('/v1/email_templates', { data: { type: 'email_templates', attributes } })
  const { contactId } = await customer()
  await speaks(contactId, 'es')
  await grant(contactId, CONFIRM)
  expect(await latest(contactId, 'offer_grant')).toEqual({ subject: 'New for you', lang: 'en' })
})

test('a stored language that this version does not support falls back to the default', async () => {
  const { contactId } = await customer()
  await speaks(contactId, 'xx')
  await grant(contactId, CONFIRM)
  expect(await latest(contactId, 'offer_grant')).toMatchObject({ lang: 'en' })
})
