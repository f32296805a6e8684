/** The events of the trial, and the comparison with the requests that the receiver got. */
import type pg from 'pg'
import type { Arrival, FlakyReceiver } from './flaky-receiver.ts'

/** Hooks of a site, each limited to a tag of its own, so that one hook is notified of an event. */
export interface Subscriptions {
  siteId: string
  contacts: string[]
  /** The tag of each hook. */
  tags: string[]
}

export interface Event {
  contactId: string
  tag: number
}

/** Each event has another pair of contact and tag. */
export const eventOf = ({ contacts, tags }: Subscriptions, number: number): Event => ({
  contactId: contacts[Math.floor(number / tags.length)]!,
  tag: number % tags.length,
})

export async function createHooks(
  database: pg.Pool,
  { siteId, contacts, hooks }: { siteId: string; contacts: string[]; hooks: number },
  { urlOf, expect }: Pick<FlakyReceiver, 'urlOf' | 'expect'>,
  newSecret: () => { secret: string; sealed: string },
): Promise<Subscriptions> {
  const tags: string[] = []
  for (let hook = 0; hook < hooks; hook++) {
    const { secret, sealed } = newSecret()
    const { rows } = await database.query(
      `with tag as (insert into contact_tags (site_id, name, created_at, updated_at) values ($1, $2, now(), now()) returning id)
       insert into hooks (site_id, event, target_url, resource_id, secret, created_at, updated_at)
       select $1, 'tag_added', $3, tag.id, $4, now(), now() from tag returning resource_id`,
      [siteId, `Tag ${hook}`, urlOf(String(hook)), sealed],
    )
    tags.push(rows[0].resource_id)
    expect(String(hook), secret)
  }
  return { siteId, contacts, tags }
}

/** Records the events of tag changes, `count` of them from the number `from` on. */
export async function recordEvents(
  database: pg.Pool,
  subscriptions: Subscriptions,
  from: number,
  count: number,
): Promise<void> {
  const some = Array.from({ length: count }, (_, index) => eventOf(subscriptions, from + index))
  await database.query(
    `insert into events (site_id, type, occurred_at, actor, contact_id, data)
     select $1, 'tag_added', now(), 'trial', e.contact_id, jsonb_build_object('tag_id', e.tag_id)
       from unnest($2::bigint[], $3::text[]) with ordinality e (contact_id, tag_id, place) order by e.place`,
    [
      subscriptions.siteId,
      some.map(({ contactId }) => contactId),
      some.map(({ tag }) => subscriptions.tags[tag]),
    ],
  )
}

export interface Comparison {
  faults: string[]
  /** Requests that repeat an earlier one, with the same id. */
  repeated: number
}

/** Compares the received requests with the recorded events. */
export function compareReceived(
  subscriptions: Subscriptions,
  events: number,
  arrivals: Arrival[],
): Comparison {
  const faults: string[] = []
  const byEvent = Map.groupBy(arrivals, (arrival) => nameOf(arrival.hook, contactIn(arrival)))
  for (let number = 0; number < events; number++) {
    const { contactId, tag } = eventOf(subscriptions, number)
    const came = byEvent.get(nameOf(String(tag), contactId)) ?? []
    byEvent.delete(nameOf(String(tag), contactId))
    if (came.length === 0) faults.push(`event ${number} never arrived`)
    else if (!came.some(({ isAccepted }) => isAccepted)) faults.push(`event ${number} was never accepted`)
    if (new Set(came.map(({ webhookId }) => webhookId)).size > 1)
      faults.push(`event ${number} came under several ids`)
    if (new Set(came.map(({ body }) => body)).size > 1)
      faults.push(`event ${number} came with several bodies`)
  }
  for (const name of byEvent.keys()) faults.push(`${name} arrived without an event`)
  const ids = new Set(arrivals.map(({ webhookId }) => webhookId))
  const outOfOrder = countOutOfOrder(subscriptions, arrivals)
  if (outOfOrder > 0) faults.push(`${outOfOrder} first arrived after a later event`)
  return { faults, repeated: arrivals.length - ids.size }
}

const nameOf = (hook: string, contactId: string) => `hook ${hook}, contact ${contactId}`

const contactIn = ({ body }: Arrival): string => JSON.parse(body).payload[0].id

/** The number of first arrivals after the arrival of a later event. */
function countOutOfOrder({ contacts }: Subscriptions, arrivals: Arrival[]): number {
  const place = new Map(contacts.map((id, index) => [id, index]))
  let count = 0
  for (const some of Map.groupBy(arrivals, ({ hook }) => hook).values()) {
    const known = new Set<string>()
    let latest = -1
    for (const arrival of some) {
      if (known.has(arrival.webhookId)) continue
      known.add(arrival.webhookId)
      const now = place.get(contactIn(arrival))!
      if (now < latest) count += 1
      latest = Math.max(latest, now)
    }
  }
  return count
}
