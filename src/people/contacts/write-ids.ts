import type { Tx } from '../../platform/db/database.ts'
import {
  externalIdsOf,
  externalIdTaken,
  sameExternalIds,
  setExternalIds,
  shownId,
  withShownId,
} from '../external-ids/external-ids.ts'
import type { WantedIds } from './contact-attributes.ts'

/**
 * Gives a contact that is new or locked the external ids that a request wants.
 *
 * @returns the names of the attributes that have changed
 * @throws ApiError 422 for an id that another contact has
 */
export async function writeIds(
  tx: Tx,
  { siteId, contactId }: { siteId: string; contactId: string },
  { externalIds, externalUserId }: WantedIds,
): Promise<string[]> {
  if (externalIds === undefined && externalUserId === undefined) return []
  const current = await externalIdsOf(tx, siteId, contactId)
  const named = externalIds ?? current
  const ids = externalUserId === undefined ? named : withShownId(named, externalUserId)
  if (sameExternalIds(ids, current)) return []
  try {
    await setExternalIds(tx, siteId, contactId, ids)
  } catch (error) {
    throw externalIdTaken(error, externalIds ? 'external_user_ids' : 'external_user_id') ?? error
  }
  return [...(shownId(ids) === shownId(current) ? [] : ['external_user_id']), 'external_user_ids']
}
