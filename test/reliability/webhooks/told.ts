/** What is to be told, and whether it was. */
import type pg from 'pg'
import type { Arrival, MoodyReceiver } from './moody-receiver.ts'

/** Hooks of a site, each confined to a tag of its own, so that an event is told to one. */
export interface Listening {
  siteId: string
  contacts: string[]
  /** The tag of each hook. */
  tags: string[]
}

export interface Event {
  contactId: string
  tag: number
}

/** No two are about the same contact and tag. */
export const eventOf = ({ contacts, tags }: Listening, number: number): Event => ({
  contactId: contacts[Math.floor(number / tags.length)]!,
  tag: number % tags.length,
})

export async function listen(
  database: pg.Pool,
  { siteId, contacts, hooks }: { siteId: string; contacts: string[]; hooks: number },
  { urlOf, expect }: Pick<MoodyReceiver, 'urlOf' | 'expect'>,
  newSecret: () => { secret: string; sealed: string },
): Promise<Listening> {
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

/** Records events as the changes of tags that they tell of would, `count` from the number `from` on. */
export async function record(
  database: pg.Pool,
  listening: Listening,
  from: number,
  count: number,
): Promise<void> {
  const some = Array.from({ length: count }, (_, index) => eventOf(listening, from + index))
  await database.query(
    `insert into events (site_id, type, occurred_at, actor, contact_id, data)
     select $1, 'tag_added', now(), 'trial', e.contact_id, jsonb_build_object('tag_id', e.tag_id)
       from unnest($2::bigint[], $3::text[]) with ordinality e (contact_id, tag_id, place) order by e.place`,
    [listening.siteId, some.map(({ contactId }) => contactId), some.map(({ tag }) => listening.tags[tag])],
  )
}

export interface Account {
  faults: string[]
  /** Requests that came once more, with the same id. */
  repeated: number
}

/** Holds what arrived against what happened. */
export function accountFor(listening: Listening, events: number, arrivals: Arrival[]): Account {
  const faults: string[] = []
  const byEvent = Map.groupBy(arrivals, (arrival) => nameOf(arrival.hook, contactIn(arrival)))
  for (let number = 0; number < events; number++) {
    const { contactId, tag } = eventOf(listening, number)
    const came = byEvent.get(nameOf(String(tag), contactId)) ?? []
    byEvent.delete(nameOf(String(tag), contactId))
    if (came.length === 0) faults.push(`event ${number} never arrived`)
    else if (!came.some(({ isAccepted }) => isAccepted)) faults.push(`event ${number} was given up`)
    if (new Set(came.map(({ webhookId }) => webhookId)).size > 1)
      faults.push(`event ${number} came under several ids`)
    if (new Set(came.map(({ body }) => body)).size > 1)
      faults.push(`event ${number} came with several bodies`)
  }
  for (const name of byEvent.keys()) faults.push(`${name} arrived and never happened`)
  const ids = new Set(arrivals.map(({ webhookId }) => webhookId))
  const overtaken = countOvertaken(listening, arrivals)
  if (overtaken > 0) faults.push(`${overtaken} first came after one that tells of something later`)
  return { faults, repeated: arrivals.length - ids.size }
}

const nameOf = (hook: string, contactId: string) => `hook ${hook}, contact ${contactId}`

const contactIn = ({ body }: Arrival): string => JSON.parse(body).payload[0].id

/** First arrivals that came after one that tells of something later. */
function countOvertaken({ contacts }: Listening, arrivals: Arrival[]): number {
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
