/** A row of the type offers_outcome as node-postgres returns it: see grant_types.sql. */
export interface OutcomeRow<Error extends string> {
  error: Error | null
  /** Given with the error offer_not_found. */
  unknown_offer_id: string | null
  customer_id: string | null
  customer_event_id: string | null
  granted: GrantsByOffer | null
  renewed: GrantsByOffer | null
  revoked: string[] | null
  held: string[] | null
  /** Times, by the id of the offer; null: access does not end. */
  ends: Record<string, string | null> | null
  replayed: boolean | null
}

/** What was granted or renewed, by the id of the offer. */
export type GrantsByOffer = Record<string, { grant_id: string; event_id: string }>

/** Why nothing was changed. */
export type Refusal<Error extends string> =
  | { error: Exclude<Error, 'offer_not_found'> }
  | { error: 'offer_not_found'; unknown_offer_id: string }

/** Null when the change was made. */
export function refusalOf<Error extends string>({
  error,
  unknown_offer_id,
}: OutcomeRow<Error>): Refusal<Error> | null {
  if (error === null) return null
  return error === 'offer_not_found'
    ? { error: 'offer_not_found', unknown_offer_id: unknown_offer_id! }
    : { error: error as Exclude<Error, 'offer_not_found'> }
}
