import { sql } from 'kysely'
import type { Db } from '../platform/db/database.ts'
import type { Definition } from './parse-automation.ts'

/** A definition that an automation has or had, as responses have it. */
export interface Version {
  version: number
  created_at: string
  trigger: { event: string; resource_id?: string }
  conditions: Definition['conditions']
  actions: Definition['actions']
  /** Runs in progress that follow it. */
  active_runs: number
}

const NEWEST = 100

/** The newest versions of an automation, and all that active runs follow; the newest first. */
export async function readVersions(db: Db, siteId: string, automationId: string): Promise<Version[]> {
  const { rows } = await sql<{
    version: number
    created_at: Date
    definition: Definition
    active_runs: number
  }>`
    select v.version, v.created_at, v.definition, coalesce(r.count, 0)::int as active_runs
      from automation_versions v
      left join (select version, count(*) from automation_runs
                  where automation_id = ${automationId} and site_id = ${siteId} and status = 'active'
                  group by version) r on r.version = v.version
     where v.automation_id = ${automationId} and v.site_id = ${siteId}
       and (r.count > 0 or v.version > (select version - ${NEWEST} from automations
                                         where id = ${automationId} and site_id = ${siteId}))
     order by v.version desc`.execute(db)
  return rows.map(({ definition: { trigger, resource_id, conditions, actions }, ...version }) => ({
    ...version,
    created_at: version.created_at.toISOString(),
    trigger: { event: trigger, ...(resource_id !== null && { resource_id }) },
    conditions,
    actions,
  }))
}
