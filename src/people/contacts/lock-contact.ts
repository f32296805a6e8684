import type { Selectable } from 'kysely'
import { anyOf, type Tx } from '../../platform/db/database.ts'
import type { Contacts } from '../../platform/db/types.ts'
import { notFound } from '../../platform/jsonapi/errors.ts'
import { isId } from '../../platform/jsonapi/identifiers.ts'

export type LockedContact = Selectable<Contacts> & { email: string }

/**
 * Takes a contact for this transaction alone. It waits for grants that are being made, and they, who share
 * the row, wait for it: none is made to somebody who is deleted, and a new customer gets the new name.
 *
 * @param siteIds the caller's
 * @throws ApiError 404
 */
export async function lockContact(tx: Tx, siteIds: string[], id: string): Promise<LockedContact> {
  const contact = isId(id)
    ? await tx
        .selectFrom('contacts')
        .selectAll()
        .where('id', '=', id)
        .where('site_id', '=', anyOf(siteIds))
        .where('deleted_at', 'is', null)
        .forUpdate()
        .executeTakeFirst()
    : undefined
  if (!contact) throw notFound(`There is no contact with the id ${id}.`)
  return { ...contact, email: contact.email! }
}
