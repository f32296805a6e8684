import type { Tx } from '../../platform/db/database.ts'
import { unprocessable } from '../../platform/jsonapi/errors.ts'
import {
  type ExternalId,
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
 * @throws ApiError 422 for an id that another contact has, and for two attributes that contradict each other
 */
export async function writeIds(
  tx: Tx,
  { siteId, contactId }: { siteId: string; contactId: string },
  wanted: WantedIds,
): Promise<string[]> {
  const { externalIds, externalUserId } = wanted
  if (externalIds === undefined && externalUserId === undefined) return []
  const current = await externalIdsOf(tx, siteId, contactId)
  const ids = wantedIds(current, wanted)
  if (sameExternalIds(ids, current)) return []
  try {
    await setExternalIds(tx, siteId, contactId, ids)
  } catch (error) {
    throw externalIdTaken(error, externalIds ? 'external_user_ids' : 'external_user_id') ?? error
  }
  return [...(shownId(ids) === shownId(current) ? [] : ['external_user_id']), 'external_user_ids']
}

/**
 * All ids that a contact has afterwards. Of two attributes that say different things of the first id without a source,
 * the one counts that differs from what the contact has: a resource is sent back with one of them changed.
 */
function wantedIds(current: ExternalId[], { externalIds, externalUserId }: WantedIds): ExternalId[] {
  if (externalIds === undefined) return withShownId(current, externalUserId!)
  const shown = shownId(current)
  if (externalUserId === undefined || externalUserId === shown || externalUserId === shownId(externalIds))
    return externalIds
  if (shownId(externalIds) === shown) return withShownId(externalIds, externalUserId)
  throw unprocessable(
    'contradiction',
    'external_user_id is not the first id without a source in external_user_ids. Send one of the two',
    '/data/attributes/external_user_id',
  )
}
