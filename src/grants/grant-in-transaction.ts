import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import type { Origin } from '../platform/events/events.ts'

/** What one contact of a site is to be given, or to lose. */
export interface OffersOf {
  contactId: string
  offerIds: string[]
  origin: Origin
}

export interface GrantOf extends OffersOf {
  source: 'automation' | 'inbound_url'
  send_customer_welcome_email?: boolean
  send_offer_grant_email?: boolean
}

/** What became of a grant: by offer what is new, or why nothing was written. */
export type GrantOutcome =
  | { error: 'subject_not_found' | 'email_taken' }
  | { error: 'offer_not_found'; index: number }
  | {
      error?: undefined
      customer_id: string | null
      customer_created: boolean
      customer_event_id: string | null
      granted: Record<string, { grant_id: string; event_id: string }>
    }

/**
 * Grants offers as a part of something larger, in its transaction; each contact fares as it would alone, and what is
 * held already is ignored. For requests of a key, see change-offers.ts.
 *
 * @param changes no contact twice
 * @returns what became of each, in their order
 */
export async function grantInTransaction(
  tx: Tx,
  siteId: string,
  changes: GrantOf[],
  now: Date,
): Promise<GrantOutcome[]> {
  const list = changes.map(({ source, send_customer_welcome_email, send_offer_grant_email, ...change }) => ({
    ...parametersOf(change),
    options: {
      ...optionsOf(change.origin),
      source,
      send_customer_welcome_email,
      send_offer_grant_email,
    },
  }))
  // Plans as in change_offers.sql; the settings last until the transaction ends.
  const { rows } = await sql<Granted>`
    with settings as materialized (
      select set_config('enable_seqscan', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)
    ), changes as (
      select array_agg(contact_id order by contact_id) as contact_ids,
             array_agg(offer_ids order by contact_id) as offer_ids, array_agg(options order by contact_id) as options
        from settings, ${recordsOf(list)}
    )
    select o.contact_id, o.error, o.customer_id, o.customer_event_id, o.granted::json as granted
      from changes c
     cross join lateral grant_offers(${siteId}, c.contact_ids, c.offer_ids, c.options, ${now}) g
     cross join lateral unnest(c.contact_ids, g.errors, g.customer_ids, g.customer_event_ids, g.granted)
                        o (contact_id, error, customer_id, customer_event_id, granted)`.execute(tx)
  const outcomes = new Map(rows.map((row) => [row.contact_id, outcomeOf(row)]))
  return changes.map(({ contactId }) => outcomes.get(contactId)!)
}

/** As grant_offers.sql returns it for one contact. */
interface Granted {
  contact_id: string
  error: Extract<GrantOutcome, { error: string }> | null
  customer_id: string | null
  customer_event_id: string | null
  granted: Record<string, { grant_id: string; event_id: string }> | null
}

function outcomeOf({ error, customer_id, customer_event_id, granted }: Granted): GrantOutcome {
  if (error) return error
  return {
    customer_id,
    customer_created: customer_event_id !== null,
    customer_event_id,
    granted: granted ?? {},
  }
}

/**
 * Revokes offers as a part of something larger, in its transaction. Offers that are not held are ignored.
 *
 * @returns the ids of the offers that each contact lost, in the order of the changes
 */
export async function revokeInTransaction(
  tx: Tx,
  siteId: string,
  changes: OffersOf[],
  now: Date,
): Promise<string[][]> {
  const list = changes.map((change) => ({ ...parametersOf(change), options: optionsOf(change.origin) }))
  const { rows } = await sql<{ contact_id: string; revoked: string[] }>`
    select c.contact_id,
           revoke_offers(${siteId}, c.contact_id, array(select i::bigint from jsonb_array_elements_text(c.offer_ids) i),
                         false, 'revoked', c.options, ${now}) as revoked
      from (select * from ${recordsOf(list)} order by contact_id) c`.execute(tx)
  const revoked = new Map(rows.map((row) => [row.contact_id, row.revoked]))
  return changes.map(({ contactId }) => revoked.get(contactId)!)
}

const parametersOf = ({ contactId, offerIds }: OffersOf) => ({ contact_id: contactId, offer_ids: offerIds })

const optionsOf = ({ actor, requestId, cause }: Origin) => ({
  actor,
  request_id: requestId,
  caused_by: cause?.eventId,
  depth: cause?.depth,
  run_id: cause?.runId,
})

const recordsOf = (list: object[]) =>
  sql`jsonb_to_recordset(${JSON.stringify(list)}::jsonb) r (contact_id bigint, offer_ids jsonb, options jsonb)`
