import type { Tx } from '../../platform/db/database.ts'
import type { Referrer } from '../../platform/references/in-use.ts'
import type { ReferredType } from '../../platform/references/referable.ts'
import { segmentsIn } from '../contacts/conditions.ts'
import { conditionOf } from '../contacts/filter-object.ts'
import { segmentsNamingSegments } from './find-segments.ts'

/**
 * The segments of a site that name a segment, in words. What else they name may be archived: then it means what it
 * means in lists.
 */
export async function segmentsNaming(
  tx: Tx,
  siteId: string,
  type: ReferredType,
  id: string,
): Promise<Referrer[]> {
  if (type !== 'segments') return []
  return (await segmentsNamingSegments(tx, siteId))
    .filter(({ filter }) => segmentsIn(conditionOf(filter)).includes(id))
    .map((segment) => ({
      name: `the segment "${segment.name}" (${segment.id})`,
      remedy: 'Change or archive that segment',
    }))
}
