import type { Tx } from '../../platform/db/database.ts'
import { type Origin, recordEvent } from '../../platform/events/events.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import { lockOne } from '../../platform/records/lock-one.ts'
import { type Contact, contactRows } from './contacts.resource.ts'
import { personOf } from './person-of.ts'

/**
 * Deletes a contact and the customer that it is: each module ends what it does for them and erases what describes
 * the person. The record of what was granted when, and by whom, is kept.
 *
 * @param modules what is kept of contacts: see src/personal-data.ts
 * @throws ApiError 404
 */
export async function deleteContact(
  tx: Tx,
  siteIds: string[],
  id: string,
  origin: Origin,
  modules: PersonalData[],
): Promise<void> {
  for (const { lock } of modules) await lock?.(tx, siteIds, id)
  const person = await personOf(tx, await lockOne<Contact>(tx, contactRows, siteIds, id))
  for (const { erase } of modules) await erase(tx, person, origin)
  await recordEvent(tx, 'contact_deleted', person, {}, origin)
}
