import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import { erasedColumns } from '../../platform/jsonapi/personal-attributes.ts'
import type { Merge, Merging } from '../../platform/merging.ts'
import { contacts } from './contacts.resource.ts'
import { contactsData } from './personal-data.ts'
import { ADDRESS_PARTS } from './postal-address.ts'

/** Where a merge does more than fill in what is missing. */
const OWN_RULE = ['name', 'email', 'subscribed']

/** Columns that the other contact has a value for take it where this one has none. */
const FILLED = Object.keys(erasedColumns(contacts)).filter((name) => !OWN_RULE.includes(name))

/** As contradicts() of postal-address.ts. */
const CONTRADICTS = sql`coalesce(${sql.join(
  ADDRESS_PARTS.map((part) => sql`lower(t.${sql.ref(part)}) <> lower(f.${sql.ref(part)})`),
  sql` or `,
)}, false)`

const isAddress = (name: string) => (ADDRESS_PARTS as readonly string[]).includes(name)

/** The name of a contact unless nobody has given it: see derived-name.ts. */
const ownName = (alias: string) => sql`
  nullif(nullif(${sql.ref(`${alias}.name`)}, ''), split_part(${sql.ref(`${alias}.email`)}, '@', 1))`

/**
 * The addresses of the contact that ends become aliases of the other one, which gets what it lacks. Who has unsubscribed
 * under one of two addresses stays unsubscribed.
 */
export const addressesMerging: Merging = {
  name: 'addresses',
  async move(tx, merge) {
    const { siteId, from, into, now } = merge
    await tx
      .updateTable('contact_aliases')
      .set({ contact_id: into.contactId })
      .where('site_id', '=', siteId)
      .where('contact_id', '=', from.contactId)
      .execute()
    await fillIn(tx, merge)
    await contactsData.erase(tx, from, merge)
    await tx
      .updateTable('contacts')
      .set({ merged_into: into.contactId })
      .where('site_id', '=', siteId)
      .where((eb) => eb.or([eb('id', '=', from.contactId), eb('merged_into', '=', from.contactId)]))
      .execute()
    // Whoever else takes the e-mail meanwhile waits at its index: see 0034_contact_aliases.sql.
    const [email] = from.emails
    const alias = { site_id: siteId, contact_id: into.contactId, reason: 'merged', created_at: now }
    await tx
      .insertInto('contact_aliases')
      .values({ ...alias, email: email! })
      .execute()
    return from.emails.length
  },
}

async function fillIn(tx: Tx, { siteId, from, into, now }: Merge): Promise<void> {
  const filled = FILLED.map((name) => {
    const other = isAddress(name)
      ? sql`case when not ${CONTRADICTS} then f.${sql.ref(name)} end`
      : sql`f.${sql.ref(name)}`
    return sql`${sql.ref(name)} = coalesce(t.${sql.ref(name)}, ${other})`
  })
  const isCustomer = into.customerId !== null || from.customerId !== null
  await sql`
    update contacts t
       set ${sql.join(filled)}, custom = f.custom || t.custom,
           name = coalesce(${ownName('t')}, ${ownName('f')},
                           case when ${isCustomer} then split_part(t.email, '@', 1) else t.name end),
           subscribed = t.subscribed and f.subscribed, updated_at = ${now}
      from contacts f
     where t.id = ${into.contactId} and t.site_id = ${siteId} and f.id = ${from.contactId} and f.site_id = ${siteId}`.execute(
    tx,
  )
}
