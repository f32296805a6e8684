import { ensureContacts } from '../people/contacts/ensure-contacts.ts'
import { findContactsByEmail } from '../people/contacts/find-contact.ts'
import { livingContacts } from '../people/contacts/living-contacts.ts'
import type { Tx } from '../platform/db/database.ts'
import type { BulkContext } from './bulk-kind.ts'
import type { GivenRow } from './read-rows.ts'

type Person = Pick<GivenRow, 'contactId' | 'email' | 'name'>

/** The contact that a row names, by id or e-mail; null: there is none. */
export type ContactOf = (row: Person) => string | null

/** Finds the contacts that rows name. With `create`, those that an e-mail does not lead to are created. */
export async function findContacts(
  tx: Tx,
  { siteId, origin }: BulkContext,
  rows: Person[],
  { create }: { create: boolean },
): Promise<ContactOf> {
  const living = await livingContacts(
    tx,
    siteId,
    rows.flatMap(({ contactId }) => contactId ?? []),
  )
  // The first that has a name gives it; a name that is missing follows from the e-mail later.
  const names = new Map<string, string>()
  for (const { email, name } of rows) if (email !== null) names.set(email, names.get(email) || name || '')
  const byEmail = create
    ? await ensureContacts(
        tx,
        siteId,
        [...names].map(([email, name]) => ({ email, name })),
        origin,
      )
    : await findContactsByEmail(tx, siteId, [...names.keys()])
  return ({ contactId, email }) => {
    if (contactId !== null) return living.has(contactId) ? contactId : null
    return email === null ? null : (byEmail.get(email) ?? null)
  }
}
