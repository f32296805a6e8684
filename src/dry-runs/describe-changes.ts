/** The events that a change would record, in words. */
import { sql } from 'kysely'
import { zoneOf } from '../accounts/sites/zone-of.ts'
import { anyOf, type Tx } from '../platform/db/database.ts'
import type { DispatchedEvent } from '../platform/events/dispatch-events.ts'
import type { EventData } from '../platform/events/events.ts'
import { namesOf } from '../platform/references/names-of.ts'
import { endInWords, timeInWords } from '../platform/text/times.ts'
import type { Effect } from './effect.ts'

/** The events of one site, in their order. */
export async function describeChanges(tx: Tx, events: DispatchedEvent[]): Promise<Effect[]> {
  const [first] = events
  if (!first) return []
  const nameOf = await namesOf(
    tx,
    first.site_id,
    events.flatMap(({ offer_id }) => (offer_id ? [{ type: 'offers' as const, id: offer_id }] : [])),
  )
  const people = await namesOfContacts(tx, first.site_id, events)
  const periods = await readPeriods(tx, first.site_id, events)
  const kept = await readKeptProducts(tx, first.site_id, events)
  const zone = await zoneOf(tx, first.site_id)
  return events.map((event) =>
    describe(event, {
      offer: event.offer_id ? `"${nameOf({ type: 'offers', id: event.offer_id })}"` : '',
      contact: people.get(event.contact_id ?? '') ?? 'The contact',
      period: periods.get(event.grant_id ?? ''),
      zone,
      kept: kept.filter(({ offer_id }) => event.type === 'offer_revoked' && offer_id === event.offer_id),
    }),
  )
}

/** What each contact of the events is called. */
export async function namesOfContacts(
  tx: Tx,
  siteId: string,
  events: Pick<DispatchedEvent, 'contact_id'>[],
): Promise<Map<string, string>> {
  const rows = await tx
    .selectFrom('contacts')
    .select(['id', 'name', 'email'])
    .where('site_id', '=', siteId)
    .where('id', '=', anyOf(events.flatMap(({ contact_id }) => contact_id ?? [])))
    .execute()
  return new Map(rows.map(({ id, name, email }) => [id, name || email || id]))
}

interface Period {
  id: string
  starts_at: Date
  expires_at: Date | null
  ending_notice_at: Date | null
}

async function readPeriods(tx: Tx, siteId: string, events: DispatchedEvent[]): Promise<Map<string, Period>> {
  const rows = await tx
    .selectFrom('offer_grants')
    .select(['id', 'starts_at', 'expires_at', 'ending_notice_at'])
    .where('site_id', '=', siteId)
    .where('id', '=', anyOf(events.flatMap(({ grant_id }) => grant_id ?? [])))
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

interface KeptProduct {
  offer_id: string
  id: string
  title: string
  through: string[]
}

/** Products of the offers that are revoked, which the customers still reach through others. */
async function readKeptProducts(tx: Tx, siteId: string, events: DispatchedEvent[]): Promise<KeptProduct[]> {
  const revoked = events.filter(({ type }) => type === 'offer_revoked')
  if (revoked.length === 0) return []
  const { rows } = await sql<KeptProduct>`
    select lost.offer_id, p.id, p.title, array_agg(distinct o.title) as through
      from unnest(${revoked.map(({ offer_id }) => offer_id)}::bigint[], ${revoked.map(({ customer_id }) => customer_id)}::bigint[])
           gone (offer_id, customer_id)
      join offer_products lost on lost.site_id = ${siteId} and lost.offer_id = gone.offer_id
      -- Looked up for each customer: no index serves a join with grants and purchases together.
     cross join lateral (select site_id, offer_id from holdings
                          where site_id = lost.site_id and customer_id = gone.customer_id
                            and (expires_at is null or expires_at > ${revoked[0]!.occurred_at}) offset 0) h
      join offer_products other on other.site_id = h.site_id and other.offer_id = h.offer_id
                               and other.product_id = lost.product_id
      join offers o on o.site_id = h.site_id and o.id = h.offer_id
      join products p on p.site_id = lost.site_id and p.id = lost.product_id
     group by lost.offer_id, p.id, p.title order by p.id`.execute(tx)
  return rows
}

interface Facts {
  /** Quoted. */
  offer: string
  contact: string
  period: Period | undefined
  /** Of the site. */
  zone: string
  kept: KeptProduct[]
}

function describe(event: DispatchedEvent, facts: Facts): Effect {
  const { offer_id, occurred_at } = event
  return {
    effect: event.type,
    happens: true,
    reason: null,
    sentence: sentenceOf(event, facts),
    at: occurred_at.toISOString(),
    ...(offer_id !== null && { offer_id }),
    ...periodOf(event, facts),
    ...(event.type === 'offer_revoked' && {
      kept_products: facts.kept.map(({ id, title, through }) => ({ id, title, through })),
    }),
  }
}

function periodOf(event: DispatchedEvent, { period }: Facts): Partial<Effect> {
  if (!period || event.type === 'offer_revoked') return {}
  return {
    starts_at: period.starts_at.toISOString(),
    expires_at: period.expires_at?.toISOString() ?? null,
    ending_notice_at: period.ending_notice_at?.toISOString() ?? null,
    ...(isPeriodEvent(event) && { previous_expires_at: event.data.previous_expires_at }),
  }
}

type PeriodEvent = DispatchedEvent & { data: EventData['access_extended'] }

const isPeriodEvent = (event: DispatchedEvent): event is PeriodEvent =>
  event.type === 'access_extended' || event.type === 'access_changed'

function sentenceOf(event: DispatchedEvent, { offer, contact, period, zone, kept }: Facts): string {
  switch (event.type) {
    case 'customer_created':
      return `${contact} would become a customer.`
    case 'offer_granted':
      return `The offer ${offer} would be granted to ${contact}, with access ${accessInWords(period!, event.occurred_at, zone)}.${announcement(period!, zone)}`
    case 'access_extended':
    case 'access_changed': {
      const { previous_expires_at } = event.data as EventData['access_extended']
      const before = previous_expires_at ? endInWords(new Date(previous_expires_at), zone) : 'never'
      return `Access to the offer ${offer} would be ${accessInWords(period!, event.occurred_at, zone)}; its end before: ${before}.${announcement(period!, zone)}`
    }
    case 'offer_revoked': {
      const stays = kept.map(
        ({ title, through }) =>
          ` The product "${title}" stays, through ${through.map((each) => `"${each}"`).join(', ')}.`,
      )
      return `The offer ${offer} would be revoked from ${contact}.${stays.join('')}`
    }
    case 'access_expired':
      return `The expired grant of the offer ${offer} would be closed.`
    default:
      return `The event ${event.type} would be recorded.`
  }
}

/** As in "until 3 March 2027 at 09:00 UTC". */
export function accessInWords(
  { starts_at, expires_at }: Pick<Period, 'starts_at' | 'expires_at'>,
  now: Date,
  zone: string,
): string {
  const from = starts_at > now ? `from ${timeInWords(starts_at, zone)} ` : ''
  return from + (expires_at ? `until ${endInWords(expires_at, zone)}` : 'without end')
}

const announcement = ({ ending_notice_at }: Period, zone: string) =>
  ending_notice_at ? ` Its end would be announced on ${timeInWords(ending_notice_at, zone)}.` : ''
