import type { Merging } from '../../platform/merging.ts'
import { deleteExternalIds, externalIdsOf, setExternalIds } from './external-ids.ts'

/** All ids find the other contact; its own come first. */
export const externalIdsMerging: Merging = {
  name: 'external_ids',
  async move(tx, { siteId, from, into }) {
    const ids = await externalIdsOf(tx, siteId, from.contactId)
    if (ids.length === 0) return 0
    await deleteExternalIds(tx, siteId, from.contactId)
    const own = await externalIdsOf(tx, siteId, into.contactId)
    await setExternalIds(tx, siteId, into.contactId, [...own, ...ids])
    return ids.length
  },
}
