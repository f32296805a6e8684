import { sql } from 'kysely'
import { type Merging, twoCustomers } from '../merging.ts'

/** Events are about the other contact from now on; those that wait have their effects on it. */
export const eventsMerging: Merging = {
  name: 'events',
  /** Waits until nobody dispatches events of the site, and keeps others from it: see claim_events.sql. */
  async lock(tx, siteId) {
    await sql`select pg_advisory_xact_lock(hashtext('bestow dispatch'), hashint8(${siteId}::bigint))`.execute(
      tx,
    )
  },
  async move(tx, merge) {
    const { siteId, from, into } = merge
    const customers = twoCustomers(merge)
    const { numAffectedRows } = await sql`
      update events
         set contact_id = ${into.contactId},
             customer_id = case when customer_id = ${customers?.from ?? null} then ${customers?.into ?? null} else customer_id end
       where contact_id = ${from.contactId} and site_id = ${siteId}`.execute(tx)
    return Number(numAffectedRows)
  },
}
