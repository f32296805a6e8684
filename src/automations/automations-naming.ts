import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import type { Referrer } from '../platform/references/in-use.ts'
import type { ReferredType } from '../platform/references/referable.ts'
import type { Definition } from './parse-automation.ts'
import { namedBy } from './references.ts'

/** The enabled automations of a site that name something, or the site itself, in words. */
export async function automationsNaming(
  tx: Tx,
  siteId: string,
  type: ReferredType,
  id: string,
): Promise<Referrer[]> {
  // As the index automations_list has it.
  const { rows } = await sql<{ id: string; name: string; definition: Definition }>`
    select a.id, a.name, v.definition
      from automations a
      join automation_versions v on v.automation_id = a.id and v.version = a.version and v.site_id = a.site_id
     where a.site_id = ${siteId} and a.created_at > '-infinity' and a.deleted_at is null and a.disabled_at is null
     order by a.id`.execute(tx)
  return rows
    .filter(
      ({ definition }) =>
        type === 'sites' || namedBy(definition).some((named) => named.type === type && named.id === id),
    )
    .map((automation) => ({
      name: `the automation "${automation.name}" (${automation.id})`,
      remedy: 'Disable or change the automation',
    }))
}
