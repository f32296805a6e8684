import { sql } from 'kysely'
import type { PersonalData } from '../platform/personal-data.ts'

/** That a receiver was notified stays. The body of a pending delivery will contain only ids. */
export const webhooksData: PersonalData = {
  name: 'webhook_deliveries',
  async erase(tx, { siteId, contactId }) {
    await sql`
      update webhook_attempts a set response_body = null
        from webhook_deliveries d
       where d.contact_id = ${contactId} and d.site_id = ${siteId}
         and a.delivery_id = d.id and a.site_id = d.site_id and a.response_body is not null`.execute(tx)
    await tx
      .updateTable('webhook_deliveries')
      .set({ body: null })
      .where('site_id', '=', siteId)
      .where('contact_id', '=', contactId)
      .execute()
  },
  async export({ db }, { siteId, contactId }) {
    const { rows } = await sql`
      select d.id, d.hook_id, d.event, d.status, d.body::json, d.created_at, d.delivered_at,
             array(select a.response_body from webhook_attempts a
                    where a.delivery_id = d.id and a.site_id = d.site_id and a.response_body is not null
                    order by a.number) as responses
        from webhook_deliveries d
       where d.contact_id = ${contactId} and d.site_id = ${siteId} order by d.id`.execute(db)
    return rows
  },
}
