import { expect } from 'vitest'
import { completeLesson } from '../catalogue/course-progress/complete-lesson.ts'
import { requestEmailChange } from '../members/account.ts'
import { findMember, findSite, type Member, type MemberSite } from '../members/member.ts'
import { requestLink } from '../members/request-link.ts'
import { choosePassword, signInByPassword } from '../members/sign-in.ts'
import { inTransaction } from '../platform/db/database.ts'
import { recordEvent } from '../platform/events/events.ts'
import { makeAutomation, makeTag, makeTemplate } from './automations.ts'
import { bulkBody } from './bulk.ts'
import { makeCourseParts } from './content.ts'
import { makeOffer, makeThreeFields, offersBody } from './fixtures.ts'
import { makeForm, submissionBody } from './forms.ts'
import type { Harness } from './harness.ts'
import { makeHook } from './hooks.ts'
import { runImport } from './imports.ts'
import type { Receiver } from './receiver.ts'
import { itemOf, sell } from './sales.ts'

/** In everything that this contact is called, writes or is sent, and in nothing else. */
export const WORD = 'quillfeather'
export const EMAIL = `${WORD}@example.com`
const PASSWORD = 'a rather long password'
export const VISITOR = { source: '203.0.113.7', session: null, language: 'en' } as const

export interface Traces {
  contactId: string
  customerId: string
  site: MemberSite
  member: Member
  /** The contact has it. */
  tagId: string
  /** The customer holds it. */
  giftOfferId: string
}

/**
 * Has everything kept of a contact that can be kept, by the ways in which it is kept; in the end something is pending.
 */
export async function leaveTraces(h: Harness, receiver: Receiver): Promise<Traces> {
  const { app, account } = h
  receiver.answer((response, { text }) => response.end(`Received ${text}`))
  const { siteId } = account
  await makeThreeFields(app, siteId)
  const tag = await makeTag(app, siteId)
  const template = await makeTemplate(app, siteId)
  for (const event of ['contact_created', 'customer_created', 'tag_added'] as const)
    await makeHook(app, siteId, { event, targetUrl: receiver.url })
  const actions = [
    { action: 'send_email', template_id: template },
    { action: 'wait', amount: 2, unit: 'days' },
    { action: 'add_tag', tag_id: tag },
  ]
  await makeAutomation(app, siteId, { trigger: { event: 'customer_created' }, actions })
  const offers = [await makeOffer(app, siteId), await makeOffer(app, siteId, { is_gift: true })]

  const attributes = {
    name: `Ada ${WORD}`,
    email: `old-${EMAIL}`,
    ...Object.fromEntries(
      [
        'phone_number',
        'mobile_phone_number',
        'business_number',
        'address_line_1',
        'address_line_2',
        'address_city',
      ].map(named),
    ),
    ...Object.fromEntries(['address_state', 'address_country', 'address_zip'].map(named)),
    ...Object.fromEntries(['custom_1', 'custom_2', 'custom_3'].map(named)),
  }
  const relationships = { tags: { data: [{ type: 'contact_tags', id: tag }] } }
  const created = await h.client.post(
    '/v1/contacts',
    { data: { type: 'contacts', attributes, relationships } },
    { 'idempotency-key': 'create' },
  )
  expect(created.status).toBe(201)
  const contactId: string = created.body.data.id
  const note = {
    type: 'contact_notes',
    attributes: { body: `Call ${WORD} on Monday` },
    relationships: { contact: { data: { type: 'contacts', id: contactId } } },
  }
  const noted = await h.client.post('/v1/contact_notes', { data: note }, { 'idempotency-key': 'note' })
  expect(noted.status).toBe(201)
  const gift = { from_name: `Friend of ${WORD}`, message: `Enjoy it, ${WORD}` }
  const granted = await h.client.post(
    `/v1/contacts/${contactId}/relationships/offers`,
    offersBody(offers, { gift, send_offer_grant_email: true }),
  )
  const customerId: string = granted.body.meta.customer_id
  const grantId: string = granted.body.meta.offers[1].grant_id
  const renewed = await h.client.patch(
    `/v1/grants/${grantId}?include=customer`,
    { data: { type: 'grants', id: grantId, attributes: { expires_at: '2100-01-01T00:00:00Z' } } },
    { 'idempotency-key': 'period' },
  )
  expect(renewed.status).toBe(200)
  await app.db
    .updateTable('customers')
    .set({ avatar: WORD, public_bio: WORD, public_location: WORD, public_website: WORD })
    .set({ socials: JSON.stringify({ twitter: WORD }) })
    .where('id', '=', customerId)
    .execute()
  await h.drain()
  expect((await h.client.post(`/v1/customers/${customerId}/resend_welcome_email`)).status).toBe(200)

  const { subdomain } = await app.db.selectFrom('sites').select('subdomain').executeTakeFirstOrThrow()
  const site = (await findSite(app.db, subdomain))!
  await requestLink(app, site, 'password', attributes.email, VISITOR)
  await h.drain()
  const { text } = await app.db
    .selectFrom('emails')
    .select('text')
    .where('kind', '=', 'password')
    .executeTakeFirstOrThrow()
  const token = /\/password\/([\w-]+)/.exec(text!)![1]!
  expect(await choosePassword(app, site, 'password', token, PASSWORD, VISITOR)).not.toBeNull()
  const changed = await h.client.patch(
    `/v1/contacts/${contactId}`,
    {
      data: { type: 'contacts', id: contactId, attributes: { email: EMAIL, external_user_id: `${WORD}-7` } },
    },
    { 'idempotency-key': 'change' },
  )
  expect(changed.status).toBe(200)
  const signedIn = await signInByPassword(app, site, { email: EMAIL, password: PASSWORD }, VISITOR)
  expect(signedIn.outcome).toBe('signed_in')
  const member = (await findMember(app.db, siteId, { customerId }))!
  await submitForms(h)
  await requestEmailChange(app, site, member, `new-${EMAIL}`)
  const origin = { actor: 'test', requestId: null, now: app.clock.now() }
  const about = { siteId, contactId, customerId }
  const { courseId, lessonId } = await makeCourseParts(h.client)
  await inTransaction(app.db, (tx) => completeLesson(tx, { ...about, courseId, lessonId }, origin.now))
  await inTransaction(app.db, (tx) =>
    recordEvent(tx, 'other_email_given', about, { email: `other-${EMAIL}` }, origin),
  )
  await app.db
    .updateTable('automation_runs')
    .set({ error: `"${WORD}" was refused` })
    .execute()
  await h.drain()
  // Its welcome e-mail, its confirmation and its delivery are pending.
  await h.client.post(
    `/v1/contacts/${contactId}/relationships/offers`,
    offersBody([await makeOffer(app, siteId)], { send_offer_grant_email: true }),
  )
  await nameInBulkJobs(h, tag, offers[0]!)
  await nameInImport(h)
  await beginCheckout(h, customerId, offers[0]!)
  await sell(app, siteId, contactId, [itemOf(app, offers[0]!, 2900)], {
    extra: { about: WORD },
    cardholder_name: WORD,
    billing_address_zip: WORD,
    referrer: `https://${WORD}.example.com/`,
  })
  return { contactId, customerId, site, member, tagId: tag, giftOfferId: offers[1]! }
}

/** A checkout that was begun. */
async function beginCheckout(
  { app, account }: Harness,
  customer_id: string,
  offer_id: string,
): Promise<void> {
  const [now, site_id] = [app.clock.now(), account.siteId]
  const connection = { secret_key: 'sealed', key_hint: 'sk_test_…7x2K', token: 'token', livemode: false }
  const times = { created_at: now, updated_at: now }
  const { id } = await app.db
    .insertInto('provider_accounts')
    .values({ site_id, provider: 'stripe', ...connection, ...times })
    .returning('id')
    .executeTakeFirstOrThrow()
  const about = { site_id, provider_account_id: id, customer_id }
  await app.db
    .insertInto('provider_customers')
    .values({ ...about, reference: `cus_${WORD}`, created_at: now })
    .execute()
  const buyer = {
    email: EMAIL,
    name: `Ada ${WORD}`,
    source: WORD,
    session_url: `https://checkout.example.com/${WORD}`,
  }
  const begun = { offer_id, token: 'token', snapshot: '{}', nonce_hash: Buffer.alloc(32), expires_at: now }
  await app.db
    .insertInto('checkouts')
    .values({ ...about, ...buyer, ...begun, ...times })
    .execute()
}

/** A bulk job with a row about the contact, and one with a filter. Both are pending. */
async function nameInBulkJobs({ client }: Harness, tagId: string, offerId: string): Promise<void> {
  const rows = [{ email: EMAIL, name: `Ada ${WORD}` }]
  expect((await client.post('/v1/bulk/grants', bulkBody({ rows }, { offer_ids: [offerId] }))).status).toBe(
    202,
  )
  const filtered = bulkBody({ filter: { search: EMAIL } }, { add_tag_ids: [tagId] })
  expect((await client.post('/v1/bulk/tags', filtered, { 'idempotency-key': 'bulk' })).status).toBe(202)
}

/** An import whose dry run has found the contact, and which can be started. */
async function nameInImport(h: Harness): Promise<void> {
  const file = `Email,Name,Address\n${EMAIL},Ada ${WORD},Street of ${WORD}\n`
  const { rows } = await runImport(h, file, { dry_run: 'true' })
  expect(rows).toMatchObject([{ contactId: expect.any(String) }])
}

/** Submits a form, and another one whose confirmation e-mail is sent and not answered. */
async function submitForms({ app, account, client, drain }: Harness): Promise<void> {
  for (const double_opt_in of [false, true]) {
    const form = await makeForm(app, account.siteId, { attributes: { double_opt_in } })
    const entered = submissionBody({ name: `Ada ${WORD}`, email: EMAIL, address_city: `City of ${WORD}` })
    const key = { 'idempotency-key': `submit ${form}` }
    expect((await client.post(`/v1/forms/${form}/submit`, entered, key)).status).toBe(201)
  }
  await drain()
}

export const named = (name: string) => [name, `${name} of ${WORD}`]
