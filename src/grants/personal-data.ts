import { sql } from 'kysely'
import { originRow } from '../platform/events/origin-row.ts'
import type { PersonalData } from '../platform/personal-data.ts'

/** The records of grants stay; access ends, and the words of a gift are erased. */
export const grantsData: PersonalData = {
  name: 'grants',
  async erase(tx, { siteId, contactId, customerId }, origin) {
    const options = JSON.stringify(originRow(origin))
    await sql`
      select revoke_all_offers(${siteId}, ${contactId}, 'contact_deleted', ${options}, ${origin.now})`.execute(
      tx,
    )
    // All of them have ended by now, and only ended ones have an index by customer alone.
    await tx
      .updateTable('offer_grants')
      .set({ gift: '{}' })
      .where('site_id', '=', siteId)
      .where('customer_id', '=', customerId)
      .where('revoked_at', 'is not', null)
      .where('gift', 'is not', null)
      .execute()
  },
  export: ({ db }, { siteId, customerId }) =>
    db
      .selectFrom('offer_grants')
      .select([
        'id',
        'offer_id',
        'source',
        'granted_at',
        'starts_at',
        'expires_at',
        'gift',
        'redeemed_at',
        'revoked_at',
        'revoke_reason',
      ])
      .where('site_id', '=', siteId)
      .where('customer_id', '=', customerId)
      .orderBy('id')
      .execute(),
}
