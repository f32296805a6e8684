import type { App } from '../../platform/app.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import { findOne } from '../../platform/records/lock-one.ts'
import { type Contact, contactRows } from './contacts.resource.ts'
import { personOf } from './person-of.ts'

/**
 * Everything that is kept about a contact, by module: what deleting the contact would erase, and the records that
 * would remain.
 *
 * @param modules see src/personal-data.ts
 * @throws ApiError 404
 */
export async function exportContact(
  app: App,
  siteIds: string[],
  id: string,
  modules: PersonalData[],
): Promise<Record<string, unknown>> {
  const person = await personOf(app.db, await findOne<Contact>(app.db, contactRows, siteIds, id))
  const parts = modules.map(async ({ name, export: read }) => [name, await read(app, person)] as const)
  return Object.fromEntries(await Promise.all(parts))
}
