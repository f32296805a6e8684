import { sql } from 'kysely'
import type { PersonalData } from '../platform/personal-data.ts'

/** What was sold stays, in sales/; who began to buy it does not. */
export const paymentsData: PersonalData = {
  name: 'checkouts',
  async erase(tx, { siteId, customerId, emails }) {
    await sql`
      update checkouts
         set email = '', name = null, source = null, customer_id = null, session_url = null,
             state = case when state = 'open' then 'expired' else state end
       where site_id = ${siteId} and (customer_id = ${customerId} or lower(email) = any (${lower(emails)}::text[]))`.execute(
      tx,
    )
    await tx
      .deleteFrom('provider_customers')
      .where('site_id', '=', siteId)
      .where('customer_id', '=', customerId)
      .execute()
  },
  async export({ db }, { siteId, customerId, emails }) {
    const { rows } = await sql`
      select id, offer_id, email, name, source, language, opt_in, state, created_at from checkouts
       where site_id = ${siteId} and (customer_id = ${customerId} or lower(email) = any (${lower(emails)}::text[]))
       order by id`.execute(db)
    const references = await db
      .selectFrom('provider_customers')
      .select(['reference', 'created_at', 'gone_at'])
      .where('site_id', '=', siteId)
      .where('customer_id', '=', customerId)
      .orderBy('created_at')
      .execute()
    return { checkouts: rows, provider_customers: references }
  },
}

const lower = (emails: string[]) => emails.map((email) => email.toLowerCase())
