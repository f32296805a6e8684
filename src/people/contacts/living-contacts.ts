import type { Tx } from '../../platform/db/database.ts'
import { anyOf } from '../../platform/db/database.ts'

/** Of these ids those of contacts of the site that are not deleted. */
export async function livingContacts(tx: Tx, siteId: string, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await tx
    .selectFrom('contacts')
    .select('id')
    .where('id', '=', anyOf(ids))
    .where('site_id', '=', siteId)
    .where('deleted_at', 'is', null)
    .execute()
  return new Set(rows.map(({ id }) => id))
}
