import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import type { Referrer } from '../platform/references/in-use.ts'
import type { ReferredType } from '../platform/references/referable.ts'
import { confinableTo } from './hook-events.ts'

/** The enabled hooks of a site that are confined to something, or belong to the site, in words. */
export async function hooksNaming(
  tx: Tx,
  siteId: string,
  type: ReferredType,
  id: string,
): Promise<Referrer[]> {
  const isNamed =
    type === 'sites' ? sql`true` : sql`resource_id = ${id} and event = any (${confinableTo(type)}::text[])`
  // As the index hooks_list has it.
  const { rows } = await sql<{ id: string; event: string }>`
    select id, event from hooks
     where site_id = ${siteId} and created_at > '-infinity' and deleted_at is null and disabled_at is null
       and ${isNamed}
     order by id`.execute(tx)
  return rows.map((hook) => ({
    name: `the hook ${hook.id} (${hook.event})`,
    remedy: 'Disable or delete the hook',
  }))
}
