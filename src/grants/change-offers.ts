import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { inBatches } from '../platform/db/batches.ts'
import { isUnavailable, retryingDeadlocks, type Tx } from '../platform/db/database.ts'
import type { IdempotencyKey } from '../platform/http/route.ts'
import { type OutcomeRow, type Refusal, refusalOf } from './outcome-row.ts'

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
    /** IP address of the caller. */
    address?: string
    send_customer_welcome_email?: boolean
    send_offer_grant_email?: boolean
    gift?: { from_name?: string; message?: string }
    /** What happens to the end of access to offers that are held: see renew_grants.sql. */
    renew?: Renewal
    /** ISO 8601; null: access does not end. */
    expires_at?: string | null
  }
  idempotency: IdempotencyKey | null
}

export const RENEWALS = ['extend', 'restart'] as const

export type Renewal = (typeof RENEWALS)[number]

export interface OfferOutcome {
  id: string
  status: 'granted' | 'renewed' | 'already_granted'
  /** When access ends, ISO 8601; null: it does not. Missing in a response that an earlier version has stored. */
  expires_at?: string | null
  /** Given when granted or renewed. */
  grant_id?: string
  event_id?: string
}

export type ChangeRefusal = Refusal<
  | 'unauthorized'
  | 'forbidden'
  | 'subject_not_found'
  | 'offer_not_found'
  | 'email_taken'
  | 'idempotency_mismatch'
>

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
export async function changeOffers(app: App, change: ChangeOffers): Promise<ChangeOutcome> {
  const outcome = outcomeOf(change, await changeInBatches(app, change))
  app.metrics.grants.inc(countGranted(outcome))
  return outcome
}

const changeInBatches: (app: App, change: ChangeOffers) => Promise<Row> = inBatches(changeTogether, {
  groupOf: ({ caller, subject, mode }) => JSON.stringify([caller, subject.parent, mode]),
  keysOf: ({ subject, idempotency }) => [
    `subject ${subject.id}`,
    ...(idempotency ? [`key ${idempotency.route} ${idempotency.key}`] : []),
  ],
  // A larger batch makes requests wait longer and is hardly cheaper per request.
  size: 64,
  pipelined: true,
  failsWholeBatch: isUnavailable,
})

/** Names what it returns: a prepared statement fails when `*` gets another meaning, as a newer version may give it. */
const STATEMENT = {
  name: 'change_offers',
  text: `select o.error, o.unknown_offer_id, o.customer_id, o.customer_event_id, o.granted, o.renewed, o.revoked, o.held,
                o.ends, o.replayed
           from unnest(change_offers($1, $2, $3, $4, $5)) o order by o.place`,
}

type Row = OutcomeRow<ChangeRefusal['error']>

/** Of changes of one caller, with one kind of parent and one mode. */
function parametersOf(changes: ChangeOffers[], now: Date) {
  const { caller, subject, mode } = changes[0]!
  const requests = changes.map(({ subject: { id }, offerIds, options, idempotency }, index) => ({
    place: index + 1,
    subject_id: id,
    offer_ids: withoutRepetitions(offerIds),
    options,
    idempotency,
  }))
  return [caller, subject.parent, mode, JSON.stringify(requests), now] as const
}

/** A change that was made in a transaction of its caller. */
export interface ChangedOffers {
  outcome: ChangeOutcome
  siteId: string
  /** Null: there is none. */
  customerId: string | null
}

/** changeOffers() in a transaction that the caller ends: for dry runs, which roll it back. */
export async function changeOffersIn(tx: Tx, change: ChangeOffers, now: Date): Promise<ChangedOffers> {
  const [caller, parent, mode, requests] = parametersOf([change], now)
  const { rows } = await sql<Row & { site_id: string }>`
    select o.* from unnest(change_offers(${JSON.stringify(caller)}::jsonb, ${parent}, ${mode}, ${requests}::jsonb, ${now})) o`.execute(
    tx,
  )
  const row = rows[0]!
  return { outcome: outcomeOf(change, row), siteId: row.site_id, customerId: row.customer_id }
}

/** Changes in one transaction. */
async function changeTogether(app: App, changes: ChangeOffers[]): Promise<Row[]> {
  const values = [...parametersOf(changes, app.clock.now())]
  const { rows } = await retryingDeadlocks(() => app.pool.query<Row>({ ...STATEMENT, values }))
  app.onEvents()
  return rows
}

function outcomeOf({ mode, offerIds }: ChangeOffers, row: Row): ChangeOutcome {
  const refusal = refusalOf(row)
  if (refusal) return refusal
  const common = { held: row.held!, revoked: row.revoked ?? [], replayed: row.replayed ?? undefined }
  if (mode === 'revoke') return common
  const { granted, renewed, ends } = row
  return {
    ...common,
    customer_id: row.customer_id,
    customer_created: row.customer_event_id !== null,
    customer_event_id: row.customer_event_id,
    offers: withoutRepetitions(offerIds).map(
      (id): OfferOutcome => ({
        id,
        status: granted?.[id] ? 'granted' : renewed?.[id] ? 'renewed' : 'already_granted',
        expires_at: isoOf(ends?.[id]),
        ...(granted?.[id] ?? renewed?.[id]),
      }),
    ),
  }
}

const isoOf = (time: string | null | undefined) => time && new Date(time).toISOString()

const withoutRepetitions = (ids: string[]) => [...new Set(ids)]

function countGranted(outcome: ChangeOutcome): number {
  if (outcome.error !== undefined || outcome.replayed) return 0
  return (outcome.offers ?? []).filter(({ status }) => status === 'granted').length
}
