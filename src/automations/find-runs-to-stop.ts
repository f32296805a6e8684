/** Which runs go no further. */
import { sql } from 'kysely'
import { matchingContacts } from '../people/contacts/condition-sql.ts'
import type { Condition } from '../people/contacts/conditions.ts'
import type { Tx } from '../platform/db/database.ts'
import type { Scope } from '../platform/jsonapi/resource.ts'
import type { DueRun } from './claim-runs.ts'
import { groupedBy } from './grouped-by.ts'
import type { StopReason } from './run.ts'

/**
 * Why runs go no further, by their ids: what was refused at once and, of those that begin, repetitions and conditions
 * that are not met. The others have begun: however long their first step waits, they are not asked again.
 */
export async function findRunsToStop(tx: Tx, runs: DueRun[], now: Date): Promise<Map<string, StopReason>> {
  const stops = new Map<string, StopReason>()
  for (const { id, refusal } of runs) if (refusal) stops.set(id, refusal)
  const beginning = () => runs.filter(({ id, hasBegun }) => !hasBegun && !stops.has(id))
  for (const id of await findRepeated(tx, beginning())) stops.set(id, 'repeated')
  for (const id of await findUnmet(tx, beginning(), now)) stops.set(id, 'conditions_not_met')
  for (const run of beginning()) run.hasBegun = true
  return stops
}

/** Runs whose automation has run before in the chain that led to their event, for the same contact. */
async function findRepeated(tx: Tx, runs: DueRun[]): Promise<string[]> {
  const caused = runs.filter(({ depth }) => depth > 0).map(({ id }) => id)
  if (caused.length === 0) return []
  const { rows } = await sql<{ id: string }>`
    with recursive chain as (
      select r.site_id, r.id, r.automation_id, r.contact_id, r.event_id, false as is_repeated
        from automation_runs r where r.id = any (${caused}::bigint[])
       union all
      select c.site_id, c.id, c.automation_id, c.contact_id, before.event_id,
             before.automation_id = c.automation_id and before.contact_id = c.contact_id
        from chain c
       cross join lateral (
         select e.run_id from events e where e.id = c.event_id and e.site_id = c.site_id limit 1) e
       cross join lateral (
         select b.event_id, b.automation_id, b.contact_id from automation_runs b
          where b.id = e.run_id and b.site_id = c.site_id limit 1) before
       where not c.is_repeated
    )
    select id from chain where is_repeated`.execute(tx)
  return rows.map(({ id }) => id)
}

/** Runs whose contacts do not meet the conditions. One query for all that have the same ones. */
async function findUnmet(tx: Tx, runs: DueRun[], now: Date): Promise<string[]> {
  const conditional = runs.filter(({ conditions }) => conditions !== null)
  const unmet: string[] = []
  for (const group of groupedBy(conditional, ({ siteId, conditions }) =>
    JSON.stringify([siteId, conditions]),
  )) {
    const { siteId, conditions } = group[0]!
    const contactIds = group.map(({ contactId }) => contactId)
    const scope: Scope = { siteIds: [siteId], now, baseUrl: '' }
    const matching = await matchingContacts(tx, siteId, contactIds, conditions as Condition, scope)
    unmet.push(...group.filter(({ contactId }) => !matching.has(contactId)).map(({ id }) => id))
  }
  return unmet
}
