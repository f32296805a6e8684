import type { Db, Tx } from '../../platform/db/database.ts'

/** The time zone of a site, in which sentences name times. */
export async function zoneOf(db: Db | Tx, siteId: string): Promise<string> {
  const { time_zone } = await db
    .selectFrom('sites')
    .select('time_zone')
    .where('id', '=', siteId)
    .executeTakeFirstOrThrow()
  return time_zone
}
