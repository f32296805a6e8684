import type { App } from '../platform/app.ts'
import { inBatches } from '../platform/db/batches.ts'
import { isUnavailable, retryingDeadlocks } from '../platform/db/database.ts'
import type { IdempotencyKey } from '../platform/http/route.ts'

/** The contact whose offers are changed, by its own id or by the id of its customer. */
export interface Subject {
  parent: 'contacts' | 'customers'
  id: string
}

/** The caller. Only the command line calls without a token. */
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

/** The result, or why nothing was changed. */
export type ChangeOutcome =
  | ChangeRefusal
  | {
      error?: undefined
      /** All offers that the customer holds afterwards. */
      held: string[]
      revoked: string[]
      /** Given in modes grant and replace; the customer is null when there is none. */
      customer_id?: string | null
      customer_created?: boolean
      customer_event_id?: string | null
      offers?: OfferOutcome[]
      /** The idempotency key was used before; this is the response to its first request. */
      replayed?: boolean
    }

/**
 * Grants, revokes or replaces offers, all or nothing. Idempotent. Requests of one caller that wait at the same moment
 * share a transaction; each has the same result as alone. See change_offers.sql for the whole operation and
 * grant_offers.sql for its core.
 */
export const changeOffers: (app: App, change: ChangeOffers) => Promise<ChangeOutcome> = inBatches(
  changeTogether,
  {
    groupOf: ({ caller, subject, mode }) => JSON.stringify([caller, subject.parent, mode]),
    keysOf: ({ subject, idempotency }) => [
      `subject ${subject.id}`,
      ...(idempotency ? [`key ${idempotency.route} ${idempotency.key}`] : []),
    ],
    // A larger batch makes requests wait longer and is hardly cheaper per request.
    size: 64,
    pipelined: true,
    failsWholeBatch: isUnavailable,
  },
)

const STATEMENT = {
  name: 'change_offers',
  text: 'select change_offers($1, $2, $3, $4, $5) as outcomes',
}

/** Changes of one caller, with one kind of parent and one mode, in one transaction. */
async function changeTogether(app: App, changes: ChangeOffers[]): Promise<ChangeOutcome[]> {
  const { caller, subject, mode } = changes[0]!
  const list = changes.map(({ subject: { id }, offerIds, options, idempotency }) => ({
    subject_id: id,
    offer_ids: withoutRepetitions(offerIds),
    options,
    idempotency,
  }))
  const values = [caller, subject.parent, mode, JSON.stringify(list), app.clock.now()]
  const { rows } = await retryingDeadlocks(() =>
    app.pool.query<{ outcomes: FunctionOutcome[] }>({ ...STATEMENT, values }),
  )
  const outcomes = rows[0]!.outcomes.map((outcome, index) => outcomeOf(changes[index]!, outcome))
  app.metrics.grants.inc(countGranted(outcomes))
  app.onEvents()
  return outcomes
}

/** The result as the database function returns it: grants by offer. */
type FunctionOutcome =
  | ChangeRefusal
  | (Extract<ChangeOutcome, { held: string[] }> & {
      granted?: Record<string, { grant_id: string; event_id: string }>
    })

/** Adds the outcome of each requested offer. */
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
