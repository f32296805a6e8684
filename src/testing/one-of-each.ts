import { completeLesson } from '../catalogue/course-progress/complete-lesson.ts'
import { inTransaction } from '../platform/db/database.ts'
import { makeAutomation } from './automations.ts'
import { bulkBody } from './bulk.ts'
import type { Client } from './client.ts'
import { makeContent, makeCourseParts, makeUpload } from './content.ts'
import { makeContact, makeOffer, makePasskey, makeProduct, makeSession, offersBody } from './fixtures.ts'
import type { Harness } from './harness.ts'
import { makeHook } from './hooks.ts'
import { makeHeldImport } from './imports.ts'
import { makePayout, makeSale } from './sale-rows.ts'
import { STRIPE_TEST_KEY } from './stripe/keys.ts'

/** Ids of one resource of each type, by type, made by this client on its only site. */
export async function oneOfEach(h: Harness, client: Client, siteId: string): Promise<Record<string, string>> {
  const products = await makeProduct(h.app, siteId)
  const offers = await makeOffer(h.app, siteId, { productIds: [products] })
  const automations = await makeAutomation(h.app, siteId, {
    trigger: { event: 'contact_created' },
    actions: [{ action: 'stop' }],
  })
  const contacts = await makeContact(h.app, siteId)
  const moved = { type: 'contacts', attributes: { email: `moved${contacts}@example.com` } }
  await client.patch(`/v1/contacts/${contacts}`, { data: moved })
  const [alias] = (await client.get(`/v1/contact_aliases?filter[contact_id]=${contacts}`)).body.data
  const granted = await client.post(`/v1/contacts/${contacts}/relationships/offers`, offersBody([offers]))
  await h.drain()
  const { body } = await client.get(`/v1/emails?filter[contact_id]=${contacts}`)
  const { customer_id: customers, offers: outcomes } = granted.body.meta
  const tag = { type: 'contact_tags', attributes: { name: 'VIP' } }
  const contact_tags = (await client.post('/v1/contact_tags', { data: tag })).body.data.id
  const segment = { type: 'segments', attributes: { name: 'VIPs', filter: { has_tag_id: contact_tags } } }
  const segments = (await client.post('/v1/segments', { data: segment })).body.data.id
  const note = {
    type: 'contact_notes',
    attributes: { body: 'Called.' },
    relationships: { contact: { data: { type: 'contacts', id: contacts } } },
  }
  const contact_notes = (await client.post('/v1/contact_notes', { data: note })).body.data.id
  const field = { type: 'custom_fields', attributes: { title: 'Favorite song' } }
  const custom_fields = (await client.post('/v1/custom_fields', { data: field })).body.data.id
  const form = { type: 'forms', attributes: { title: 'Newsletter' } }
  const forms = (await client.post('/v1/forms', { data: form })).body.data.id
  const entered = { type: 'form_submissions', attributes: { name: 'Ada', email: 'ada.of.forms@example.com' } }
  const form_submissions = (await client.post(`/v1/forms/${forms}/submit`, { data: entered })).body.data.id
  const hooks = await makeHook(h.app, siteId)
  const tested = await client.post(`/v1/hooks/${hooks}/test`)
  const template = { type: 'email_templates', attributes: { kind: 'gift' } }
  const email_templates = (await client.post('/v1/email_templates', { data: template })).body.data.id
  const bulk = bulkBody({ rows: [{ contact_id: contacts }] }, { offer_ids: [offers] })
  const bulk_jobs = (await client.post('/v1/bulk/grants', bulk)).body.data.id
  const imports = await makeHeldImport(client)
  const user = (await client.get('/v1/me')).body.data.id
  const sessions = await makeSession(h.app, user)
  const { account_id } = await h.app.db
    .selectFrom('sites')
    .select('account_id')
    .where('id', '=', siteId)
    .executeTakeFirstOrThrow()
  const passkeys = await makePasskey(h.app, account_id, user)
  const { courseId, moduleId, lessonId, mediumId } = await makeCourseParts(client)
  const lesson = { siteId, contactId: contacts, customerId: customers, courseId, lessonId }
  await inTransaction(h.app.db, (tx) => completeLesson(tx, lesson, h.app.clock.now()))
  const [progress] = (await client.get('/v1/course_progress')).body.data
  const [run] = (await client.get('/v1/automation_runs')).body.data
  const key = { type: 'api_keys', attributes: { name: 'Shop', permissions: ['view:contacts'] } }
  const api_keys = (await client.post('/v1/api_keys', { data: key })).body.data.id
  const sale = await makeSale(h.app, siteId, { customerId: customers, offerId: offers })
  const kajabi_payments_payouts = await makePayout(h.app, siteId, { ...sale, amount: 4900, fee: 172 })
  const coupon = { type: 'coupons', attributes: { code: 'SPRING', percent_off: 20 } }
  const coupons = (await client.post('/v1/coupons', { data: coupon })).body.data.id
  const [role] = (await client.get('/v1/roles?sort=-id')).body.data
  const invited = await client.post('/v1/invitations', {
    data: {
      type: 'invitations',
      attributes: { email: 'grace.of.the.team@example.com' },
      relationships: { role: { data: { type: 'roles', id: role.id } } },
    },
  })
  const provider = { provider: 'stripe', secret_key: STRIPE_TEST_KEY }
  const connected = await client.post('/v1/provider_accounts', {
    data: { type: 'provider_accounts', attributes: provider },
  })
  return {
    provider_accounts: connected.body.data.id,
    roles: role.id,
    invitations: invited.body.data.id,
    api_keys,
    users: user,
    automations,
    automation_runs: run.id,
    events: run.attributes.event_id,
    contact_aliases: alias.id,
    contact_tags,
    contact_notes,
    segments,
    sessions,
    passkeys,
    custom_fields,
    sites: siteId,
    products,
    courses: courseId,
    modules: moduleId,
    lessons: lessonId,
    media: mediumId,
    course_progress: progress.id,
    uploads: await makeUpload(client),
    podcasts: await makeContent(client, 'podcasts'),
    blogs: siteId,
    blog_posts: await makeContent(client, 'blog_posts'),
    landing_pages: await makeContent(client, 'landing_pages'),
    website_pages: await makeContent(client, 'website_pages'),
    offers,
    contacts,
    customers,
    emails: body.data[0].id,
    email_templates,
    bulk_jobs,
    imports,
    grants: outcomes[0].grant_id,
    orders: sale.orderId,
    order_items: sale.itemId,
    purchases: sale.purchaseId,
    transactions: sale.transactionId,
    kajabi_payments_payouts,
    coupons,
    forms,
    form_submissions,
    hooks,
    webhook_deliveries: tested.body.data.id,
  }
}
