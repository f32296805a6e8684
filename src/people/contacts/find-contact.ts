import type { Db } from '../../platform/db/database.ts'
import { parseEmailAddress } from '../../platform/text/email-address.ts'

/** The id of the contact of a site with this e-mail, in any spelling; null when there is none. */
export async function findContactByEmail(db: Db, siteId: string, email: string): Promise<string | null> {
  const contact = await db
    .selectFrom('contacts')
    .select('id')
    .where('site_id', '=', siteId)
    .where('email', '=', parseEmailAddress(email) ?? '')
    .executeTakeFirst()
  return contact?.id ?? null
}
