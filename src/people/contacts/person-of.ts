import type { Db, Tx } from '../../platform/db/database.ts'
import type { Person } from '../../platform/personal-data.ts'
import { aliasesOf } from './aliases-of.ts'
import type { Contact } from './contacts.resource.ts'

/** The contact as those know it who keep data of it. */
export async function personOf(
  db: Db | Tx,
  { site_id: siteId, id: contactId, email }: Pick<Contact, 'site_id' | 'id' | 'email'>,
): Promise<Person> {
  const customer = await db
    .selectFrom('customers')
    .select('id')
    .where('site_id', '=', siteId)
    .where('contact_id', '=', contactId)
    .executeTakeFirst()
  const aliases = await aliasesOf(db, siteId, contactId)
  const emails = [email, ...aliases.map((alias) => alias.email)]
  return { siteId, contactId, emails, customerId: customer?.id ?? null }
}
