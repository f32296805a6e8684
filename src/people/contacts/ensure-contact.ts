import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import { type Origin, recordEvent } from '../../platform/events/events.ts'
import { lockOne } from '../../platform/records/lock-one.ts'
import { withValues } from '../custom-fields/read-values.ts'
import type { ContactValues } from './contact-attributes.ts'
import { type Contact, contactRows } from './contacts.resource.ts'

/**
 * The contact of a site with an e-mail, locked; it is created when there is none. Of two who create it at the same
 * moment, one does, and the other gets what the first has created.
 *
 * @param values of a new contact; an existing one is not changed. The e-mail as parseEmailAddress() reads it
 */
export async function ensureContact(
  tx: Tx,
  siteId: string,
  values: ContactValues & { email: string },
  origin: Origin,
): Promise<{ contact: Contact; isNew: boolean }> {
  const { custom = {}, ...columns } = values
  const times = { created_at: origin.now, updated_at: origin.now }
  const created = await tx
    .insertInto('contacts')
    .values({ site_id: siteId, ...columns, custom: JSON.stringify(withValues(custom)), ...times })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (created) await recordEvent(tx, 'contact_created', { siteId, contactId: created.id }, {}, origin)
  const id = created?.id ?? (await findId(tx, siteId, values.email))
  // It was deleted in this moment.
  if (id === null) return ensureContact(tx, siteId, values, origin)
  return { contact: await lockOne<Contact>(tx, contactRows, [siteId], id), isNew: created !== undefined }
}

/** Waits for whoever changes the contact, and sees what has become of it. */
async function findId(tx: Tx, siteId: string, email: string): Promise<string | null> {
  const contact = await tx
    .selectFrom('contacts')
    .select('id')
    .where('site_id', '=', siteId)
    .where(sql`lower(email)`, '=', sql`lower(${email})`)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  return contact?.id ?? null
}
