import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { isUnavailable } from '../platform/db/database.ts'
import { bodiesOf, bodyOfIdentifiers, type DeliverySubject } from './bodies.ts'
import type { Claimed } from './claim-hooks.ts'

/** A delivery that is to be sent now. */
export interface Due extends DeliverySubject {
  id: string
  attempts: number
  /** As the database writes it: a Date would cut it. */
  due: string
  /** Null before it is written, and when none can be made. */
  body: string | null
}

const BATCH = 50

/**
 * The next deliveries of a hook, in the order in which they are due, with their bodies: the worker that has leased the hook
 * is the only one who sends them.
 *
 * @param after the last of those that are being sent
 */
export async function dueDeliveries(app: App, hook: Claimed, after?: Due): Promise<Due[]> {
  const { site_id, id } = hook
  const behind = after ? sql`and (d.due_at, d.id) > (${after.due}::timestamptz, ${after.id}::bigint)` : sql``
  const { rows } = await sql<Due>`
    select d.id, d.event, d.event_id, coalesce(e.occurred_at, d.created_at) as occurred_at, d.attempts, d.due_at::text as due, d.body, d.contact_id, e.customer_id, e.offer_id, e.grant_id, e.data
      from webhook_deliveries d
      left join events e on e.site_id = d.site_id and e.id = d.event_id
     where d.site_id = ${site_id} and d.hook_id = ${id} and d.status = 'pending' and d.due_at <= ${app.clock.now()} ${behind}
     order by d.due_at, d.id limit ${BATCH}`.execute(app.db)
  return withBodies(app, site_id, rows)
}

/**
 * Bodies are written before they are first sent, so that every attempt says the same. A delivery whose body somebody
 * else has written just now is theirs, as the hook is.
 */
async function withBodies(app: App, siteId: string, deliveries: Due[]): Promise<Due[]> {
  const fresh = deliveries.filter(({ body }) => body === null)
  if (fresh.length === 0) return deliveries
  const bodies = await possibleBodies(app, siteId, fresh)
  const { rows } = await sql<{ id: string; body: string | null }>`
    update webhook_deliveries d
       -- Nothing is kept of a person who was deleted meanwhile; who deletes one waits for this.
       set body = case when c.deleted_at is null then fresh.body end
      from unnest(${fresh.map(({ id }) => id)}::bigint[], ${bodies}::text[], ${fresh.map(({ contact_id }) => contact_id)}::bigint[])
           fresh (id, body, contact_id)
      left join lateral (
        select c.deleted_at from contacts c where c.site_id = ${siteId} and c.id = fresh.contact_id
         limit 1 for key share) c on true
     where d.site_id = ${siteId} and d.id = fresh.id and d.body is null
    returning d.id, d.body`.execute(app.db)
  const written = new Map(rows.map(({ id, body }) => [id, body]))
  for (const [index, delivery] of fresh.entries()) {
    delivery.body = bodies[index]! && (written.get(delivery.id) ?? bodyOfIdentifiers(app, delivery))
  }
  return deliveries.filter((delivery) => !fresh.includes(delivery) || written.has(delivery.id))
}

/** Null where none can be created: that does not block others. */
async function possibleBodies(app: App, siteId: string, deliveries: Due[]): Promise<(string | null)[]> {
  try {
    return await bodiesOf(app, siteId, deliveries)
  } catch (error) {
    if (isUnavailable(error)) throw error
    const [{ id }] = deliveries as [Due]
    if (deliveries.length === 1) {
      app.log.error(
        { err: error, delivery: { site_id: siteId, id } },
        'the body of a delivery cannot be created',
      )
      return [null]
    }
    const bodies: (string | null)[] = []
    for (const delivery of deliveries) bodies.push(...(await possibleBodies(app, siteId, [delivery])))
    return bodies
  }
}
