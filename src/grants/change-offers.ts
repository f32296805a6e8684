import type { App } from '../app.ts'
import { retryingDeadlocks } from '../db/database.ts'
import type { IdempotencyKey } from '../http/route.ts'

/** Whose offers: those of a contact, or of the contact behind a customer. */
export interface Subject {
  door: 'contacts' | 'customers'
  id: string
}

/** For whom it is done. Only the operator of the server, at its command line, comes without a token. */
export type GrantCaller =
  | { account_id: string; permission: string; key_id: string | null; family_id: string; epoch: number }
  | { account_id: string }

export interface ChangeOffers {
  mode: 'grant' | 'revoke' | 'replace'
  caller: GrantCaller
  subject: Subject
  /** Decimal digits, in the order of the request; twice the same counts once. */
  offerIds: string[]
  options: {
    /** For callers without a token. */
    actor?: string
    source: 'api' | 'cli'
    request_id: string | null
    send_customer_welcome_email?: boolean
    send_offer_grant_email?: boolean
    gift?: { from_name?: string; message?: string }
  }
  idempotency: IdempotencyKey | null
}

export interface OfferOutcome {
  id: string
  status: 'granted' | 'already_granted'
  /** Given when granted. */
  grant_id?: string
  event_id?: string
}

/** What happened, or why nothing did. */
export type ChangeOutcome =
  | {
      error?: undefined
      /** All offers that are held now. */
      held: string[]
      revoked: string[]
      /** Given when something was to be granted. */
      customer_id?: string
      customer_created?: boolean
      customer_event_id?: string | null
      offers?: OfferOutcome[]
      /** The key was used before, and this is what its first request answered. */
      replayed?: boolean
    }
  | { error: 'unauthorized' | 'forbidden' | 'subject_not_found' | 'email_taken' | 'idempotency_mismatch' }
  | { error: 'offer_not_found'; index: number }

const STATEMENT = {
  name: 'change_offers',
  text: 'select change_offers($1, $2, $3, $4, $5, $6, $7, $8) as outcome',
}

/**
 * Grants, revokes or replaces offers: one call of one database function, all or nothing. Saying it twice
 * changes nothing the second time. See change_offers.sql for the whole act and grant_offers.sql for its heart.
 */
export async function changeOffers(app: App, change: ChangeOffers): Promise<ChangeOutcome> {
  const { caller, idempotency, subject, mode, offerIds, options } = change
  const values = [caller, idempotency, subject.door, subject.id, mode, offerIds, options, app.clock.now()]
  const { rows } = await retryingDeadlocks(() =>
    app.pool.query<{ outcome: ChangeOutcome }>({ ...STATEMENT, values }),
  )
  const { outcome } = rows[0]!
  const granted = outcome.error === undefined && !outcome.replayed ? (outcome.offers ?? []) : []
  app.metrics.grants.inc(granted.filter(({ status }) => status === 'granted').length)
  app.onEvents()
  return outcome
}
