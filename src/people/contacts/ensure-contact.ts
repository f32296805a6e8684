import type { Tx } from '../../platform/db/database.ts'
import { type Origin, recordEvent } from '../../platform/events/events.ts'
import { ApiError } from '../../platform/jsonapi/errors.ts'
import { lockOne } from '../../platform/records/lock-one.ts'
import { withValues } from '../custom-fields/read-values.ts'
import type { ContactValues, WantedIds } from './contact-attributes.ts'
import { type Contact, contactRows } from './contacts.resource.ts'
import { findContactByEmail } from './find-contact.ts'
import { writeIds } from './write-ids.ts'

/**
 * The contact of a site with an e-mail or an alias, locked; it is created when there is none. Of two who create it at
 * the same moment, one does, and the other gets what the first has created.
 *
 * @param values of a new contact; an existing one is not changed. The e-mail as parseEmailAddress() reads it
 */
export async function ensureContact(
  tx: Tx,
  siteId: string,
  values: ContactValues & WantedIds & { email: string },
  origin: Origin,
): Promise<{ contact: Contact; isNew: boolean }> {
  const known = await lockByEmail(tx, siteId, values.email)
  if (known) return { contact: known, isNew: false }
  const { custom = {}, externalIds, externalUserId, ...columns } = values
  const times = { created_at: origin.now, updated_at: origin.now }
  const created = await tx
    .insertInto('contacts')
    .values({ site_id: siteId, ...columns, custom: JSON.stringify(withValues(custom)), ...times })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  // Somebody else has created it in this moment.
  if (!created) return ensureContact(tx, siteId, values, origin)
  await writeIds(tx, { siteId, contactId: created.id }, { externalIds, externalUserId })
  await recordEvent(tx, 'contact_created', { siteId, contactId: created.id }, {}, origin)
  return { contact: await lockOne<Contact>(tx, contactRows, [siteId], created.id), isNew: true }
}

/** Waits for whoever changes or deletes the contact; null: there is none, or it was deleted meanwhile. */
async function lockByEmail(tx: Tx, siteId: string, email: string): Promise<Contact | null> {
  const id = await findContactByEmail(tx, siteId, email)
  if (id === null) return null
  try {
    return await lockOne<Contact>(tx, contactRows, [siteId], id)
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null
    throw error
  }
}
