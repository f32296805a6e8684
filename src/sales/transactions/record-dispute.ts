import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import { type Origin, recordEvent } from '../../platform/events/events.ts'
import { divide } from '../divide.ts'
import { eventReferences } from '../event-references.ts'
import { settlePurchases } from '../settle/settle-purchases.ts'
import { type FoundTransaction, inheritedFrom, type Part, partsOf } from './find-transaction.ts'
import { saveTransaction } from './save-transaction.ts'

export interface Dispute {
  reference: string
  /** What is disputed, positive, in the currency of the charge. */
  amount: number
  /** As the provider says: warning_needs_response, needs_response, under_review, won, lost, … */
  status: string
  reason: string | null
  opened_at: Date
  movements: Movement[]
  ticket?: string
}

/** Money that was taken back (negative) or returned (positive), with the provider's name of the movement. */
interface Movement {
  reference: string
  amount: number
  fee?: number | null
  occurred_at: Date
}

/**
 * Records a dispute of a charge as it is now. Idempotent by provider and reference. A lost one ends access, and a won one
 * restores it; an inquiry, and one that is open, change nothing.
 *
 * @param charge locked
 * @returns whether it has been lost now: then the subscription is to be canceled
 */
export async function recordDispute(
  tx: Tx,
  charge: FoundTransaction,
  dispute: Dispute,
  origin: Origin,
): Promise<{ isLost: boolean }> {
  const { site_id: siteId } = charge
  const { reference, amount, status, reason, opened_at, movements, ticket = '0' } = dispute
  const lostAt = status === 'lost' ? origin.now : null
  const before = await sql<{ status: string }>`
    select status from disputes
     where reference = ${reference} and provider = ${charge.provider} and site_id = ${siteId} for update`.execute(
    tx,
  )
  const { rows } = await sql<{ id: string }>`
    insert into disputes as d (site_id, transaction_id, provider, reference, amount, currency, status, reason, opened_at,
                               lost_at, ticket, created_at, updated_at)
    values (${siteId}, ${charge.id}, ${charge.provider}, ${reference}, ${amount}, ${charge.currency}, ${status}, ${reason},
            ${opened_at}, ${lostAt}, ${ticket}, ${origin.now}, ${origin.now})
    on conflict (reference, provider, site_id) do update
       set amount = excluded.amount, status = excluded.status, reason = excluded.reason,
           lost_at = case when excluded.lost_at is not null then coalesce(d.lost_at, excluded.lost_at) end,
           ticket = excluded.ticket, updated_at = excluded.updated_at
     where d.ticket <= excluded.ticket
    returning id`.execute(tx)
  const [saved] = rows
  // What was read later is there already.
  if (!saved) return { isLost: false }
  const parts = await partsOf(tx, siteId, charge.id)
  for (const movement of movements)
    await recordMovement(tx, charge, saved.id, movement, parts, ticket, origin)
  const purchaseIds = parts.map(({ purchase_id }) => purchase_id)
  const about = eventReferences(charge)
  const data = { dispute_id: saved.id, charge_id: charge.id, purchase_ids: purchaseIds, status }
  const previous = before.rows[0]?.status
  if (!isDisputed(previous) && isDisputed(status))
    await recordEvent(tx, 'dispute_opened', about, data, origin)
  if (isClosed(status) && status !== previous) await recordEvent(tx, 'dispute_closed', about, data, origin)
  await settlePurchases(tx, siteId, purchaseIds, origin)
  return { isLost: status === 'lost' && previous !== 'lost' }
}

async function recordMovement(
  tx: Tx,
  charge: FoundTransaction,
  disputeId: string,
  { amount, ...movement }: Movement,
  parts: Part[],
  ticket: string,
  { now }: Origin,
): Promise<void> {
  const shares = divide(
    amount,
    parts.map((part) => part.amount),
  )
  await saveTransaction(
    tx,
    charge.site_id,
    {
      ...movement,
      ...inheritedFrom(charge),
      dispute_id: disputeId,
      action: 'dispute',
      state: 'succeeded',
      amount,
      tax: 0,
      ticket,
    },
    parts.map(({ purchase_id }, index) => ({ purchase_id, amount: shares[index]!, tax: 0 })),
    now,
  )
}

/** An inquiry is none. */
const isDisputed = (status: string | undefined) => status !== undefined && !status.startsWith('warning')

const isClosed = (status: string) => status === 'won' || status === 'lost'
