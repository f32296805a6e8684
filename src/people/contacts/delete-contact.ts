import { sql } from 'kysely'
import { anyOf, type Tx } from '../../platform/db/database.ts'
import { type Origin, PERSONAL_EVENT_DATA, recordEvent } from '../../platform/events/events.ts'
import { readId } from '../../platform/jsonapi/identifiers.ts'
import { lockContact } from './lock-contact.ts'

const PERSONAL = {
  phone_number: null,
  business_number: null,
  address_line_1: null,
  address_line_2: null,
  address_city: null,
  address_state: null,
  address_country: null,
  address_zip: null,
  custom_1: null,
  custom_2: null,
  custom_3: null,
}

/**
 * Deletes a contact and the customer that it is: access ends, runs of automations that wait end, e-mails that wait are
 * not sent, and what identifies the person is erased everywhere. That there was somebody, and what they held when, is kept.
 *
 * @throws ApiError 404
 */
export async function deleteContact(tx: Tx, siteIds: string[], id: string, origin: Origin): Promise<void> {
  await lockRuns(tx, siteIds, id)
  const { site_id: siteId } = await lockContact(tx, siteIds, id)
  const { now, actor, requestId } = origin
  const options = JSON.stringify({ actor, request_id: requestId })
  await sql`select revoke_offers(${siteId}::bigint, ${id}::bigint, '{}', true, 'contact_deleted', ${options}::jsonb, ${now})`.execute(
    tx,
  )

  const gone = { deleted_at: now, updated_at: now, email: null, name: '' }
  await tx
    .updateTable('contacts')
    .set({ ...gone, ...PERSONAL, subscribed: false, deleted_by: actor })
    .where('site_id', '=', siteId)
    .where('id', '=', id)
    .execute()
  const customer = await tx
    .updateTable('customers')
    .set({
      ...gone,
      avatar: null,
      external_user_id: null,
      public_bio: null,
      public_location: null,
      public_website: null,
      password_hash: null,
      language: null,
      socials: '{}',
    })
    .where('site_id', '=', siteId)
    .where('contact_id', '=', id)
    .returning('id')
    .executeTakeFirst()
  if (customer) await forgetCustomer(tx, siteId, customer.id)
  await sql`
    update events set data = data - ${PERSONAL_EVENT_DATA}::text[]
     where contact_id = ${id} and site_id = ${siteId} and data ?| ${PERSONAL_EVENT_DATA}::text[]`.execute(tx)
  await tx.deleteFrom('taggings').where('site_id', '=', siteId).where('contact_id', '=', id).execute()
  await tx
    .updateTable('emails')
    .set({
      status: sql`case status when 'pending' then 'cancelled' else status end`,
      due_at: null,
      sending_until: null,
      to_name: null,
      to_email: null,
      subject: null,
      html: null,
      layout_hash: null,
      slots: null,
      text: null,
      response: null,
    })
    .where('site_id', '=', siteId)
    .where('contact_id', '=', id)
    .execute()
  await forgetOtherEmails(tx, siteId, id)
  await endRuns(tx, siteId, id, now)
  await forgetDeliveries(tx, siteId, id)
  await forgetAnswers(tx, siteId, id)
  await recordEvent(tx, 'contact_deleted', { siteId, contactId: id, customerId: customer?.id }, {}, origin)
}

/** The words of a gift are personal, and links in e-mails lead nowhere now. All grants have ended by then. */
async function forgetCustomer(tx: Tx, siteId: string, customerId: string): Promise<void> {
  await tx
    .updateTable('offer_grants')
    .set({ gift: '{}' })
    .where('site_id', '=', siteId)
    .where('customer_id', '=', customerId)
    .where('revoked_at', 'is not', null)
    .where('gift', 'is not', null)
    .execute()
  for (const table of ['member_links', 'member_sessions'] as const) {
    await tx.deleteFrom(table).where('site_id', '=', siteId).where('customer_id', '=', customerId).execute()
  }
}

async function forgetOtherEmails(tx: Tx, siteId: string, contactId: string): Promise<void> {
  await tx
    .updateTable('events')
    .set({ data: '{}' })
    .where('contact_id', '=', contactId)
    .where('site_id', '=', siteId)
    .where('type', '=', 'other_email_given')
    .execute()
}

/**
 * Waits until no worker has claimed a run of the contact. Before the contact itself is locked: workers lock runs
 * first, and would wait for the contact while the one who deletes it waits for them.
 */
async function lockRuns(tx: Tx, siteIds: string[], contactId: string): Promise<void> {
  await tx
    .selectFrom('automation_runs')
    .select('id')
    .where('contact_id', '=', readId(contactId))
    .where('site_id', '=', anyOf(siteIds))
    .where('status', '=', 'active')
    .orderBy('id')
    .forUpdate()
    .execute()
}

/** One that begins at the same moment ends as soon as a worker looks at it. */
async function endRuns(tx: Tx, siteId: string, contactId: string, now: Date): Promise<void> {
  await tx
    .updateTable('automation_runs')
    .set({ status: 'stopped', reason: 'contact_deleted', due_at: null, ended_at: now })
    .where('contact_id', '=', contactId)
    .where('site_id', '=', siteId)
    .where('status', '=', 'active')
    .execute()
}

/** The webhook bodies about the person, and the responses. Pending deliveries will contain only the id. */
async function forgetDeliveries(tx: Tx, siteId: string, contactId: string): Promise<void> {
  await sql`
    update webhook_attempts a set response_body = null
      from webhook_deliveries d
     where d.contact_id = ${contactId} and d.site_id = ${siteId}
       and a.delivery_id = d.id and a.site_id = d.site_id and a.response_body is not null`.execute(tx)
  await tx
    .updateTable('webhook_deliveries')
    .set({ body: null })
    .where('site_id', '=', siteId)
    .where('contact_id', '=', contactId)
    .execute()
}

/** First answers to requests about the contact are kept for repetitions, with what they say of the person. */
async function forgetAnswers(tx: Tx, siteId: string, contactId: string): Promise<void> {
  await sql`
    delete from idempotency_keys i using sites s
     where s.id = ${siteId}::bigint and i.account_id = s.account_id
       and i.route in ('POST /v1/contacts', 'PATCH /v1/contacts/{id}')
       and i.outcome #>> '{body,data,id}' = ${contactId}`.execute(tx)
}
