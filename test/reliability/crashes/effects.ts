/** The effects of a request, read from its response and from its events in the database. */
import type pg from 'pg'
import type { Operation } from './journal.ts'

/** Each effect as a text, the same from both sources. */
export type Effects = string[]

/** The effects of one request in the database. */
export interface Trace {
  contactId: string
  /** Types of its events. */
  types: Set<string>
  effects: Effects
}

/** The effects of an operation according to its response. */
export function reportedEffects({ response, contactId }: Operation): Effects {
  if (response!.status === 201) return [created(response!.body.data.id)]
  if (response!.status !== 200) return []
  const { customer_id, customer_event_id, offers = [], revoked = [] } = response!.body.meta
  return [
    ...(customer_event_id ? [madeCustomer(contactId!, customer_id, customer_event_id)] : []),
    ...grantsIn(offers).map(({ id, grant_id, event_id }) =>
      granted(contactId!, customer_id, id, grant_id, event_id),
    ),
    ...(revoked as string[]).map((offer) => ended(contactId!, offer)),
  ].sort()
}

interface Granted {
  id: string
  grant_id: string
  event_id: string
}

/** The offers that a response lists as newly granted. */
export const grantsIn = (offers: ({ status: string } & Granted)[]): Granted[] =>
  offers.filter(({ status }) => status === 'granted')

/** The effects in the database, by request id. Grants are read from their own rows, not from their events. */
export async function readTraces(client: pg.Client): Promise<Map<string, Trace>> {
  const { rows } = await client.query<EventRow>(`
    select e.id, e.type, e.request_id, e.contact_id, e.customer_id,
           coalesce(g.offer_id, e.offer_id) as offer_id, coalesce(g.customer_id, e.customer_id) as holder_id, g.id as grant_id
      from events e left join offer_grants g on g.site_id = e.site_id and g.id = e.grant_id
     where e.request_id is not null`)
  const traces = new Map<string, Trace>()
  for (const row of rows) {
    const trace = traces.get(row.request_id) ?? { contactId: row.contact_id, types: new Set(), effects: [] }
    trace.types.add(row.type)
    trace.effects.push(effectOf(row))
    traces.set(row.request_id, trace)
  }
  for (const { effects } of traces.values()) effects.sort()
  return traces
}

interface EventRow {
  id: string
  type: string
  request_id: string
  contact_id: string
  customer_id: string
  offer_id: string
  holder_id: string
  grant_id: string
}

function effectOf({ id, type, contact_id, customer_id, offer_id, holder_id, grant_id }: EventRow): string {
  switch (type) {
    case 'contact_created':
      return created(contact_id)
    case 'customer_created':
      return madeCustomer(contact_id, customer_id, id)
    case 'offer_granted':
      return granted(contact_id, holder_id, offer_id, grant_id, id)
    case 'offer_revoked':
      return ended(contact_id, offer_id)
    default:
      return `event ${id} of the type ${type}`
  }
}

const created = (contact: string) => `contact ${contact} created`

const madeCustomer = (contact: string, customer: string, event: string) =>
  `contact ${contact} made customer ${customer} (event ${event})`

const granted = (contact: string, customer: string, offer: string, grant: string, event: string) =>
  `contact ${contact}: customer ${customer} granted offer ${offer} (grant ${grant}, event ${event})`

const ended = (contact: string, offer: string) => `contact ${contact}: offer ${offer} ended`
