import { sql } from 'kysely'
import { makeContact, makeOffer, offersBody } from './fixtures.ts'
import type { Harness } from './harness.ts'

/** Creates a customer, so that a welcome e-mail is due. @returns a function that reads it from the outbox */
export async function causeWelcome(h: Harness, values: { name?: string; email?: string } = {}) {
  const contactId = await makeContact(h.app, h.account.siteId, values)
  const offerId = await makeOffer(h.app, h.account.siteId)
  await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
  return () =>
    h.app.db
      .selectFrom('emails as e')
      .selectAll('e')
      .select(sql<string | null>`email_html(e)`.as('html'))
      .where('contact_id', '=', contactId)
      .executeTakeFirstOrThrow()
}

/** The same, after running all background work. */
export async function welcome(h: Harness, values: { name?: string; email?: string } = {}) {
  const email = await causeWelcome(h, values)
  await h.drain()
  return email
}
