import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import type { TransactionState } from '../states.ts'
import { insertParts, lockTransaction, type Part } from './find-transaction.ts'

/** What can be learned later about a transaction. */
export interface TransactionFacts {
  state: TransactionState
  fee?: number | null
  settlement_amount?: number | null
  settlement_fee?: number | null
  settlement_currency?: string | null
  failure?: string | null
  /** When the money moved. */
  occurred_at: Date
  /** Of what was read from a provider: what was read earlier is ignored. */
  ticket?: string
}

export interface NewTransaction extends TransactionFacts {
  customer_id: string
  order_id: string | null
  subscription_id: string | null
  offer_id: string | null
  parent_id?: string | null
  dispute_id?: string | null
  action: string
  payment_type: string | null
  provider: string
  /** Decides that it is recorded once; null: it is a new one in any case. */
  reference: string | null
  provider_account_id: string | null
  is_test: boolean
  amount: number
  tax: number
  currency: string
  period_start?: Date | null
  period_end?: Date | null
}

export interface SavedTransaction {
  id: string
  /** Null: it is new. */
  previousState: TransactionState | null
  state: TransactionState
}

/**
 * Records a transaction with what each purchase has of it; of one that is known by its reference, what is known better
 * now. Amounts never change.
 *
 * @param parts add up to the transaction
 */
export async function saveTransaction(
  tx: Tx,
  siteId: string,
  given: NewTransaction,
  parts: Part[],
  now: Date,
): Promise<SavedTransaction> {
  const { ticket = '0', ...columns } = given
  const times = { created_at: now, updated_at: now }
  const inserted = await tx
    .insertInto('transactions')
    .values({ site_id: siteId, ...columns, ticket, ...times })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (inserted) {
    await insertParts(tx, siteId, inserted.id, parts)
    return { id: inserted.id, previousState: null, state: given.state }
  }
  const known = await lockTransaction(tx, siteId, {
    provider: given.provider,
    reference: given.reference!,
  })
  return changeTransaction(tx, known!, given, now)
}

/** The same for a transaction that is known and locked. */
export async function changeTransaction(
  tx: Tx,
  known: { site_id: string; id: string; state: TransactionState; ticket: string },
  given: TransactionFacts,
  now: Date,
): Promise<SavedTransaction> {
  const { id, state: previousState } = known
  const { state, fee, settlement_amount, settlement_fee, settlement_currency, failure, occurred_at } = given
  const ticket = given.ticket ?? '0'
  if (BigInt(ticket) < BigInt(known.ticket)) return { id, previousState, state: previousState }
  const { rows } = await sql`
    update transactions t
       set state = ${state}, fee = coalesce(${fee ?? null}::bigint, fee),
           settlement_amount = coalesce(${settlement_amount ?? null}::bigint, settlement_amount),
           settlement_fee = coalesce(${settlement_fee ?? null}::bigint, settlement_fee),
           settlement_currency = coalesce(${settlement_currency ?? null}::text, settlement_currency),
           failure = ${failure ?? null}, occurred_at = case when state = ${state} then occurred_at else ${occurred_at} end,
           ticket = ${ticket}, updated_at = ${now}
     where id = ${id} and site_id = ${known.site_id}
    returning id`.execute(tx)
  if (rows.length !== 1) throw new Error(`Transaction ${id} is not there any more.`)
  return { id, previousState, state }
}
