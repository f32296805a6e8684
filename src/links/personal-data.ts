import type { PersonalData } from '../platform/personal-data.ts'

export const linksData: PersonalData = {
  name: 'member_links',
  async erase(tx, { siteId, customerId }) {
    await tx
      .deleteFrom('member_links')
      .where('site_id', '=', siteId)
      .where('customer_id', '=', customerId)
      .execute()
  },
  export: ({ db }, { siteId, customerId }) =>
    db
      .selectFrom('member_links')
      .select(['purpose', 'new_email', 'created_at', 'expires_at', 'used_at', 'acted_by'])
      .where('site_id', '=', siteId)
      .where('customer_id', '=', customerId)
      .orderBy('created_at')
      .execute(),
}
