import { sql } from 'kysely'
import type { Definition } from '../automations/parse-automation.ts'
import type { RunToCome } from '../automations/simulate-runs.ts'
import { anyOf, inRolledBackSavepoint, type Tx } from '../platform/db/database.ts'
import type { DispatchedEvent } from '../platform/events/dispatch-events.ts'
import { react } from '../reactions.ts'

/** What the dispatcher would write for events. */
export interface Reactions {
  emails: { event_id: string; kind: string; contact_id: string | null }[]
  deliveries: { event_id: string; event: string; hook_id: string; target_url: string }[]
  runs: {
    id: string
    event_id: string
    contact_id: string
    automation_id: string
    name: string
    definition: Pick<Definition, 'conditions' | 'actions'>
  }[]
}

/**
 * Has the dispatcher's listener write its effects of events, and reads them. They are taken back at once: the hooks of
 * a site are locked while their deliveries are queued, and must not stay so.
 */
export const previewReactions = (tx: Tx, events: DispatchedEvent[], now: Date): Promise<Reactions> =>
  inRolledBackSavepoint(tx, async () => {
    await react(tx, events, now)
    const [siteId, ids] = [events[0]?.site_id ?? '0', events.map(({ id }) => id)]
    const emails = await tx
      .selectFrom('emails')
      .select(['event_id', 'kind', 'contact_id'])
      .where('site_id', '=', siteId)
      .where('event_id', '=', anyOf(ids))
      .orderBy('id')
      .execute()
    const deliveries = await tx
      .selectFrom('webhook_deliveries as d')
      .innerJoin('hooks as h', (join) =>
        join.onRef('h.id', '=', 'd.hook_id').onRef('h.site_id', '=', 'd.site_id'),
      )
      .select(['d.event_id', 'd.event', 'd.hook_id', 'h.target_url'])
      .where('d.site_id', '=', siteId)
      .where('d.event_id', '=', anyOf(ids))
      .orderBy('d.id')
      .execute()
    const runs = await sql<Reactions['runs'][number]>`
      select r.id, r.event_id, r.contact_id, r.automation_id, a.name,
             json_build_object('conditions', v.definition -> 'conditions', 'actions', v.definition -> 'actions') as definition
        from automation_runs r
        join automations a on a.id = r.automation_id and a.site_id = r.site_id
        join automation_versions v
          on v.automation_id = r.automation_id and v.version = r.version and v.site_id = r.site_id
       where r.site_id = ${siteId} and r.event_id = any (${ids}::bigint[])
       order by r.id`.execute(tx)
    return { emails, deliveries: deliveries as Reactions['deliveries'], runs: runs.rows }
  })

/** The runs that would start, as they are simulated. */
export const runsToCome = (siteId: string, runs: Reactions['runs']): RunToCome[] =>
  runs.map(({ id, event_id, contact_id, automation_id, definition }) => ({
    siteId,
    id,
    automationId: automation_id,
    contactId: contact_id,
    eventId: event_id,
    definition,
  }))
