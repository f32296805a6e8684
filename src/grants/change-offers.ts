import type { App } from '../platform/app.ts'
import { inBatches } from '../platform/db/batches.ts'
import { isUnavailable, retryingDeadlocks } from '../platform/db/database.ts'
import type { IdempotencyKey } from '../platform/http/route.ts'

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

export type ChangeRefusal =
  | { error: 'unauthorized' | 'forbidden' | 'subject_not_found' | 'email_taken' | 'idempotency_mismatch' }
  | { error: 'offer_not_found'; index: number }

/** What happened, or why nothing did. */
export type ChangeOutcome =
  | ChangeRefusal
  | {
      error?: undefined
      /** All offers that are held now. */
      held: string[]
      revoked: string[]
      /** Given in modes grant and replace; the customer is null when there is none. */
      customer_id?: string | null
      customer_created?: boolean
      customer_event_id?: string | null
      offers?: OfferOutcome[]
      /** The key was used before, and this is what its first request answered. */
      replayed?: boolean
    }

/**
 * Grants, revokes or replaces offers, all or nothing. Saying it twice changes nothing the second time. Requests of
 * one caller that wait at the same moment share a transaction; each fares as it would alone. See change_offers.sql
 * for the whole act and grant_offers.sql for its heart.
 */
export const changeOffers: (app: App, change: ChangeOffers) => Promise<ChangeOutcome> = inBatches(
  changeTogether,
  {
    groupOf: ({ caller, subject, mode }) => JSON.stringify([caller, subject.door, mode]),
    keysOf: ({ subject, idempotency }) => [
      `subject ${subject.id}`,
      ...(idempotency ? [`key ${idempotency.route} ${idempotency.key}`] : []),
    ],
    // More makes a request wait longer and hardly anything cheaper.
    size: 64,
    parts: 2,
    isCommon: isUnavailable,
  },
)

const STATEMENT = {
  name: 'change_offers',
  text: 'select change_offers($1, $2, $3, $4, $5) as outcomes',
}

/** Changes of one caller, through one door and of one mode, in one transaction. */
async function changeTogether(app: App, changes: ChangeOffers[]): Promise<ChangeOutcome[]> {
  const { caller, subject, mode } = changes[0]!
  const list = changes.map(({ subject: { id }, offerIds, options, idempotency }) => ({
    subject_id: id,
    offer_ids: withoutRepetitions(offerIds),
    options,
    idempotency,
  }))
  const values = [caller, subject.door, mode, JSON.stringify(list), app.clock.now()]
  const { rows } = await retryingDeadlocks(() =>
    app.pool.query<{ outcomes: FunctionOutcome[] }>({ ...STATEMENT, values }),
  )
  const outcomes = rows[0]!.outcomes.map((outcome, index) => outcomeOf(changes[index]!, outcome))
  app.metrics.grants.inc(countGranted(outcomes))
  app.onEvents()
  return outcomes
}

/** As the database tells it: what was granted, by offer. */
type FunctionOutcome =
  | ChangeRefusal
  | (Extract<ChangeOutcome, { held: string[] }> & {
      granted?: Record<string, { grant_id: string; event_id: string }>
    })

/** Tells of each offer that was to be granted what became of it. */
function outcomeOf({ offerIds }: ChangeOffers, outcome: FunctionOutcome): ChangeOutcome {
  if (outcome.error === 'offer_not_found') {
    const id = withoutRepetitions(offerIds)[outcome.index]!
    return { error: 'offer_not_found', index: offerIds.indexOf(id) }
  }
  if (outcome.error !== undefined || !outcome.granted) return outcome
  const { granted, ...rest } = outcome
  const offers = withoutRepetitions(offerIds).map(
    (id): OfferOutcome => ({ id, status: granted[id] ? 'granted' : 'already_granted', ...granted[id] }),
  )
  return { ...rest, offers }
}

const withoutRepetitions = (ids: string[]) => [...new Set(ids)]

function countGranted(outcomes: ChangeOutcome[]): number {
  return outcomes
    .flatMap((outcome) => (outcome.error === undefined && !outcome.replayed ? (outcome.offers ?? []) : []))
    .filter(({ status }) => status === 'granted').length
}
