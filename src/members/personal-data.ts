import { endAllSessions } from '../people/customers/end-sessions.ts'
import type { PersonalData } from '../platform/personal-data.ts'

export const sessionsData: PersonalData = {
  name: 'member_sessions',
  async erase(tx, { siteId, customerId }) {
    if (customerId !== null) await endAllSessions(tx, siteId, customerId)
  },
  export: ({ db }, { siteId, customerId }) =>
    db
      .selectFrom('member_sessions')
      .select(['created_at', 'seen_at', 'expires_at', 'acted_by'])
      .where('site_id', '=', siteId)
      .where('customer_id', '=', customerId)
      .orderBy('created_at')
      .execute(),
}
