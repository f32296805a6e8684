import { sql } from 'kysely'
import { anyOf, type Db, type Tx } from '../../platform/db/database.ts'
import { isId } from '../../platform/jsonapi/identifiers.ts'
import type { FilterObject } from '../contacts/filter-object.ts'

/** A named set of filters of contacts. */
export interface Segment {
  id: string
  name: string
  filter: FilterObject
}

/** The segments of a site with these ids, archived or not: what names them continues to work. */
export async function segmentsById(db: Db | Tx, siteId: string, ids: string[]): Promise<Segment[]> {
  const possible = ids.filter(isId)
  if (possible.length === 0) return []
  return (await db
    .selectFrom('segments')
    .select(['id', 'name', 'filter'])
    .where('site_id', '=', siteId)
    .where('id', '=', anyOf(possible))
    .execute()) as Segment[]
}

/** The segments of a site, without those that are archived, whose filters name segments. */
export const segmentsNamingSegments = async (tx: Tx, siteId: string): Promise<Segment[]> =>
  (await tx
    .selectFrom('segments')
    .select(['id', 'name', 'filter'])
    .where('site_id', '=', siteId)
    .where('archived_at', 'is', null)
    .where(sql<boolean>`filter::text like '%segment_id%'`)
    .orderBy('id')
    .execute()) as Segment[]
