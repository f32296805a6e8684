import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'
import { type Event, type EventType, resourceOf } from '../events/events.ts'

/** What hooks of a site can be told of. A gift is granted as any offer is; purchases and forms do not exist yet. */
export const HOOK_EVENTS = [
  'purchase',
  'payment_succeeded',
  'order_created',
  'form_submission',
  'tag_added',
  'tag_removed',
  'offer_granted',
  'offer_revoked',
  'gift_granted',
  'customer_created',
  'contact_created',
  'contact_updated',
] as const

export type HookEvent = (typeof HOOK_EVENTS)[number]

/** As what hooks are told of an event. */
const TOLD_AS: Partial<{ [Type in EventType]: (event: Event<Type>) => HookEvent[] }> = {
  tag_added: () => ['tag_added'],
  tag_removed: () => ['tag_removed'],
  offer_granted: ({ data }) => (data.is_gift ? ['offer_granted', 'gift_granted'] : ['offer_granted']),
  offer_revoked: () => ['offer_revoked'],
  // Who shut a door elsewhere when access was taken wants to shut it also when access ran out.
  access_expired: () => ['offer_revoked'],
  customer_created: () => ['customer_created'],
  contact_created: () => ['contact_created'],
  contact_updated: () => ['contact_updated'],
}

/** Writes down, in the dispatcher's transaction, which hooks are to be told of these events: each once of each. */
export async function queueDeliveries(tx: Tx, events: Event[], now: Date): Promise<void> {
  const told = events.flatMap((event) => {
    const names = (TOLD_AS[event.type] as ((event: Event) => HookEvent[]) | undefined)?.(event) ?? []
    const { site_id, id, contact_id } = event
    return names.map((name) => ({ site_id, id, contact_id, name, resource_id: resourceOf(event) }))
  })
  if (told.length === 0) return
  await sql`
    with queued as (
      insert into webhook_deliveries (site_id, hook_id, event, event_id, contact_id, due_at, created_at)
      select e.site_id, h.id, h.event, e.id, e.contact_id, ${now}, ${now}
        from jsonb_to_recordset(${JSON.stringify(told)}::jsonb)
             e (site_id bigint, id bigint, contact_id bigint, name text, resource_id bigint)
        join hooks h on h.site_id = e.site_id and h.event = e.name and h.deleted_at is null and h.disabled_at is null
                    and coalesce(h.resource_id = e.resource_id, h.resource_id is null)
       order by e.id, h.id
      on conflict do nothing
      returning site_id, hook_id
    )
    update hooks h set due_at = least(h.due_at, ${now})
     where (h.id, h.site_id) in (select hook_id, site_id from queued)`.execute(tx)
}
