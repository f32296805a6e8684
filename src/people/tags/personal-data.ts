import type { PersonalData } from '../../platform/personal-data.ts'

/** The tags stay; the contact no longer has them. */
export const tagsData: PersonalData = {
  name: 'contact_tags',
  async erase(tx, { siteId, contactId }) {
    await tx
      .deleteFrom('taggings')
      .where('site_id', '=', siteId)
      .where('contact_id', '=', contactId)
      .execute()
  },
  export: ({ db }, { siteId, contactId }) =>
    db
      .selectFrom('taggings as t')
      .innerJoin('contact_tags as c', (join) =>
        join.onRef('c.site_id', '=', 't.site_id').onRef('c.id', '=', 't.tag_id'),
      )
      .select(['c.id', 'c.name', 't.tagged_at'])
      .where('t.site_id', '=', siteId)
      .where('t.contact_id', '=', contactId)
      .orderBy('c.id')
      .execute(),
}
