import { sql } from 'kysely'
import { deleteAnswers } from '../../platform/http/idempotency.ts'
import { type Merging, twoCustomers } from '../../platform/merging.ts'

/**
 * The customer stays the one of the contact that stays, with its name; what it lacks is filled in. When only the contact that ends is a
 * customer, the other one becomes it.
 */
export const customerMerging: Merging = {
  name: 'customers',
  async move(tx, merge) {
    const { siteId, from, into, now } = merge
    if (into.customerId !== null)
      await sql`
        update customers c set name = k.name, updated_at = ${now}
          from contacts k
         where c.id = ${into.customerId} and c.site_id = ${siteId} and k.id = ${into.contactId} and k.site_id = ${siteId}
           and c.name <> k.name`.execute(tx)
    if (from.customerId === null) return 0
    const customers = twoCustomers(merge)
    if (!customers) {
      await sql`
        update customers c set contact_id = k.id, name = k.name, email = k.email, bounced_at = null, updated_at = ${now}
          from contacts k
         where c.id = ${from.customerId} and c.site_id = ${siteId} and k.id = ${into.contactId} and k.site_id = ${siteId}`.execute(
        tx,
      )
      return 1
    }
    await sql`
      update customers t
         set avatar = coalesce(t.avatar, f.avatar), public_bio = coalesce(t.public_bio, f.public_bio),
             public_location = coalesce(t.public_location, f.public_location),
             public_website = coalesce(t.public_website, f.public_website), socials = f.socials || t.socials,
             language = coalesce(t.language, f.language),
             last_request_at = greatest(t.last_request_at, f.last_request_at),
             created_at = least(t.created_at, f.created_at), updated_at = ${now}
        from customers f
       where t.id = ${customers.into} and t.site_id = ${siteId} and f.id = ${customers.from} and f.site_id = ${siteId}`.execute(
      tx,
    )
    await deleteAnswers(tx, siteId, { type: 'customers', id: customers.from })
    // Nothing refers to it any more.
    await tx.deleteFrom('customers').where('site_id', '=', siteId).where('id', '=', customers.from).execute()
    return 1
  },
}
