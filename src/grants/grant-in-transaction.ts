import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import type { Origin } from '../platform/events/events.ts'
import { originRow } from '../platform/events/origin-row.ts'
import type { Renewal } from './change-offers.ts'
import { type GrantsByOffer, type OutcomeRow, type Refusal, refusalOf } from './outcome-row.ts'

/** Offers to grant to one contact of a site, or to revoke. */
export interface OffersOf {
  contactId: string
  offerIds: string[]
  origin: Origin
}

export interface GrantOf extends OffersOf {
  source: 'automation' | 'inbound_url' | 'form' | 'import' | 'api' | 'cli'
  send_customer_welcome_email?: boolean
  send_offer_grant_email?: boolean
  /** What happens to the end of access to offers that are held: see renew_grants.sql. */
  renew?: Renewal
  expires_at?: string | null
}

/** The result of a grant, or the reason why nothing was written. */
export type GrantOutcome =
  | GrantRefusal
  | {
      error?: undefined
      customer_id: string | null
      customer_created: boolean
      customer_event_id: string | null
      granted: GrantsByOffer
      renewed: GrantsByOffer
    }

type GrantRefusal = Refusal<'subject_not_found' | 'offer_not_found' | 'email_taken'>

/**
 * Grants offers in the transaction of a larger change; offers that a contact holds already are ignored, or renewed.
 * Each grant has the same outcome as it would have alone. For requests of the API, see change-offers.ts.
 *
 * @param changes no contact twice
 * @returns the outcomes, in the order of the changes
 */
export async function grantInTransaction(
  tx: Tx,
  siteId: string,
  changes: GrantOf[],
  now: Date,
): Promise<GrantOutcome[]> {
  const list = changes.map(({ contactId, offerIds, origin, ...options }, index) => ({
    ...rowOf(siteId, { contactId, offerIds, origin }, index),
    options: { ...originRow(origin), ...options },
  }))
  const { rows } = await sql<OutcomeRow<GrantRefusal['error']>>`
    select o.* from unnest(grant_offers(${changesOf(list)}, ${now})) o order by o.place`.execute(tx)
  return rows.map(outcomeOf)
}

function outcomeOf(row: OutcomeRow<GrantRefusal['error']>): GrantOutcome {
  const { customer_id, customer_event_id, granted, renewed } = row
  return (
    refusalOf(row) ?? {
      customer_id,
      customer_created: customer_event_id !== null,
      customer_event_id,
      granted: granted ?? {},
      renewed: renewed ?? {},
    }
  )
}

/**
 * Revokes offers in the transaction of a larger change. Offers that are not held are ignored.
 *
 * @param changes no contact twice
 * @returns the ids of the offers that each contact has lost, in the order of the changes
 */
export async function revokeInTransaction(
  tx: Tx,
  siteId: string,
  changes: OffersOf[],
  now: Date,
): Promise<string[][]> {
  const list = changes.map((change, index) => rowOf(siteId, change, index))
  const { rows } = await sql<{ revoked: string[] }>`
    select o.revoked from unnest(revoke_offers(${changesOf(list)}, ${now})) o order by o.place`.execute(tx)
  return rows.map(({ revoked }) => revoked)
}

/** A row of the type offers_change: see grant_types.sql. */
const rowOf = (siteId: string, { contactId, offerIds, origin }: OffersOf, index: number) => ({
  place: index + 1,
  site_id: siteId,
  contact_id: contactId,
  offer_ids: [...new Set(offerIds)],
  options: originRow(origin),
})

const changesOf = (list: object[]) =>
  sql`array(select c from jsonb_populate_recordset(null::offers_change, ${JSON.stringify(list)}::jsonb) c)`
