import { deleteAnswers } from '../../platform/http/idempotency.ts'
import { erasedColumns, readShown } from '../../platform/jsonapi/personal-attributes.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import { customers } from './customers.resource.ts'

/** Columns that the API does not show. */
const UNSHOWN = { password_hash: null, language: null }

/** The row stays, without what describes the person. */
export const customersData: PersonalData = {
  name: 'customer',
  async erase(tx, { siteId, contactId, customerId }, { now }) {
    await tx
      .updateTable('customers')
      .set({ ...erasedColumns(customers), ...UNSHOWN, deleted_at: now, updated_at: now })
      .where('site_id', '=', siteId)
      .where('contact_id', '=', contactId)
      .execute()
    if (customerId !== null) await deleteAnswers(tx, siteId, { type: 'customers', id: customerId })
  },
  export: async (app, { siteId, customerId }) =>
    customerId === null ? null : readShown(app, customers, siteId, customerId),
}
