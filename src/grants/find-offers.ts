import { sql } from 'kysely'
import { anyOf, type Tx } from '../platform/db/database.ts'

/** Of these ids those that are no offers of the site. With `grantable`, archived offers count as unknown. */
export async function unknownOffers(
  tx: Tx,
  siteId: string,
  ids: string[],
  { grantable }: { grantable: boolean },
): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select id from offers
     where id = ${anyOf(ids)} and site_id = ${siteId} ${grantable ? sql`and archived_at is null` : sql``}`.execute(
    tx,
  )
  const known = new Set(rows.map(({ id }) => id))
  return new Set(ids.filter((id) => !known.has(id)))
}
