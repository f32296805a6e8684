import { sql } from 'kysely'
import type { PersonalData } from '../personal-data.ts'
import { PERSONAL_EVENT_DATA } from './events.ts'

/** That something happened to the contact stays, by id; what identifies the person is erased. */
export const eventsData: PersonalData = {
  name: 'events',
  async erase(tx, { siteId, contactId }) {
    await sql`
      update events set data = data - ${PERSONAL_EVENT_DATA}::text[]
       where contact_id = ${contactId} and site_id = ${siteId} and data ?| ${PERSONAL_EVENT_DATA}::text[]`.execute(
      tx,
    )
  },
  export: ({ db }, { siteId, contactId }) =>
    db
      .selectFrom('events')
      .select(['id', 'type', 'occurred_at', 'actor', 'data'])
      .where('contact_id', '=', contactId)
      .where('site_id', '=', siteId)
      .orderBy('id')
      .execute(),
}
