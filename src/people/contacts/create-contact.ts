import type { Tx } from '../../platform/db/database.ts'
import { type Origin, recordEvent } from '../../platform/events/events.ts'
import { unprocessable } from '../../platform/jsonapi/errors.ts'
import { withValues } from '../custom-fields/read-values.ts'
import { addressTaken } from './address-taken.ts'
import type { ContactValues, WantedIds } from './contact-attributes.ts'
import { writeIds } from './write-ids.ts'

/**
 * Adds a contact to a site. Who may use the site, the caller has checked.
 *
 * @param values with an `id` that reserveId() has reserved, or without
 * @returns the id
 * @throws ApiError 422 when the e-mail is missing, or another contact of the site has it or had it, or has an external id
 */
export async function createContact(
  tx: Tx,
  siteId: string,
  values: ContactValues & WantedIds & { id?: string },
  origin: Origin,
): Promise<string> {
  const { email, custom = {}, externalIds, externalUserId, ...columns } = values
  if (email === undefined) throw unprocessable('blank', "Email can't be blank", '/data/attributes')
  const times = { created_at: origin.now, updated_at: origin.now }
  try {
    const { id } = await tx
      .insertInto('contacts')
      .values({ site_id: siteId, ...columns, email, custom: JSON.stringify(withValues(custom)), ...times })
      .returning('id')
      .executeTakeFirstOrThrow()
    await writeIds(tx, { siteId, contactId: id }, { externalIds, externalUserId })
    await recordEvent(tx, 'contact_created', { siteId, contactId: id }, {}, origin)
    return id
  } catch (error) {
    throw addressTaken(error) ?? error
  }
}
