import { sql } from 'kysely'
import type { Db, Tx } from '../platform/db/database.ts'
import { givenName } from '../platform/text/names.ts'
import { customValues, offersAsJson } from './fact-columns.ts'
import type { EmailData } from './templates/data.ts'

/** A contact as the recipient of a preview, with the offers that they hold now, and their language if they have one. */
export async function sampleContact(
  db: Db | Tx,
  siteId: string,
  contactId: string,
  now: Date,
): Promise<Pick<EmailData, 'recipient' | 'offers'> & { language: string | null }> {
  const { rows } = await sql<{
    name: string
    email: string
    custom: Record<`custom_${number}`, string | null> | null
    offers: EmailData['offers']
    language: string | null
  }>`
    select c.name, c.email,
           (select cu.language from customers cu where cu.site_id = c.site_id and cu.contact_id = c.id) as language,
           ${customValues} as custom,
           (select ${offersAsJson}
              from customers cu
              join offer_grants held on held.site_id = cu.site_id and held.customer_id = cu.id
                                    and held.revoked_at is null
                                    and (held.expires_at is null or held.expires_at > ${now})
              join offers o on o.site_id = held.site_id and o.id = held.offer_id
             where cu.site_id = c.site_id and cu.contact_id = c.id) as offers
      from contacts c
     where c.id = ${contactId} and c.site_id = ${siteId}`.execute(db)
  const { name, email, custom, offers, language } = rows[0]!
  return { recipient: { name, first_name: givenName(name), email, ...custom }, offers, language }
}
