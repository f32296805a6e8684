import type { Db, Tx } from '../../platform/db/database.ts'
import { parseEmailAddress } from '../../platform/text/email-address.ts'

export interface Alias {
  email: string
  reason: string
  created_at: Date
}

/** The former addresses of a contact, oldest first. */
export const aliasesOf = (db: Db | Tx, siteId: string, contactId: string): Promise<Alias[]> =>
  db
    .selectFrom('contact_aliases')
    .select(['email', 'reason', 'created_at'])
    .where('site_id', '=', siteId)
    .where('contact_id', '=', contactId)
    .orderBy('id')
    .execute()

/**
 * Releases an alias of a contact: it no longer finds the contact, and another one can get it.
 *
 * @throws Error when the contact has no such alias
 */
export async function releaseAlias(tx: Tx, siteId: string, contactId: string, email: string): Promise<void> {
  const released = await tx
    .deleteFrom('contact_aliases')
    .where('site_id', '=', siteId)
    .where('contact_id', '=', contactId)
    .where('email', '=', parseEmailAddress(email) ?? '')
    .returning('id')
    .executeTakeFirst()
  if (!released) throw new Error(`The contact ${contactId} has no alias ${email}.`)
}
