import type { App } from '../../platform/app.ts'
import { anyOf } from '../../platform/db/database.ts'
import { notFound } from '../../platform/jsonapi/errors.ts'
import { isId } from '../../platform/jsonapi/identifiers.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
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
  const contact = isId(id)
    ? await app.db
        .selectFrom('contacts')
        .select(['site_id', 'id', 'email'])
        .where('id', '=', id)
        .where('site_id', '=', anyOf(siteIds))
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
    : undefined
  if (!contact) throw notFound(`There is no contact with the id ${id}.`)
  const person = await personOf(app.db, { ...contact, email: contact.email! })
  const parts = modules.map(async ({ name, export: read }) => [name, await read(app, person)] as const)
  return Object.fromEntries(await Promise.all(parts))
}
