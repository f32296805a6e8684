import { anyOf } from '../platform/db/database.ts'
import { readId } from '../platform/jsonapi/identifiers.ts'
import type { PersonalData } from '../platform/personal-data.ts'

export const automationsData: PersonalData = {
  name: 'automation_runs',
  /** Waits until no worker has claimed a run of the contact: workers lock the run first, then the contact. */
  async lock(tx, siteIds, contactId) {
    await tx
      .selectFrom('automation_runs')
      .select('id')
      .where('contact_id', '=', readId(contactId))
      .where('site_id', '=', anyOf(siteIds))
      .where('status', '=', 'active')
      .orderBy('id')
      .forUpdate()
      .execute()
  },
  /** Stops active runs; one that begins at the same moment stops as soon as a worker looks at it. */
  async erase(tx, { siteId, contactId }, { now }) {
    await tx
      .updateTable('automation_runs')
      .set({ status: 'stopped', reason: 'contact_deleted', due_at: null, ended_at: now })
      .where('contact_id', '=', contactId)
      .where('site_id', '=', siteId)
      .where('status', '=', 'active')
      .execute()
    // Messages of what a step has met can quote the contact.
    await tx
      .updateTable('automation_runs')
      .set({ error: null })
      .where('contact_id', '=', contactId)
      .where('site_id', '=', siteId)
      .where('error', 'is not', null)
      .execute()
  },
  export: ({ db }, { siteId, contactId }) =>
    db
      .selectFrom('automation_runs')
      .select(['id', 'automation_id', 'event_id', 'status', 'reason', 'error', 'created_at', 'ended_at'])
      .where('contact_id', '=', contactId)
      .where('site_id', '=', siteId)
      .orderBy('id')
      .execute(),
}
