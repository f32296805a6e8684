import type { Tx } from '../../platform/db/database.ts'

/** The tags of a site that are not archived. */
export const tagsOfSite = (tx: Tx, siteId: string): Promise<{ id: string; name: string }[]> =>
  tx
    .selectFrom('contact_tags')
    .select(['id', 'name'])
    .where('site_id', '=', siteId)
    .where('archived_at', 'is', null)
    .orderBy('id')
    .execute()
