import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import { type Origin, recordEvent } from '../../platform/events/events.ts'
import { divide } from '../divide.ts'
import { eventReferences } from '../event-references.ts'
import { settlePurchases } from '../settle/settle-purchases.ts'
import { type FoundTransaction, inheritedFrom, type Part, partsOf } from './find-transaction.ts'
import { type SavedTransaction, saveTransaction, type TransactionFacts } from './save-transaction.ts'

export interface Refund extends TransactionFacts {
  /** Of the refund at the provider; null: it is a new one in any case. */
  reference: string | null
  /** What is paid back, positive, in the currency of the charge. */
  amount: number
  /** What is paid back for each purchase; left out: in the proportion of what is left of each. */
  parts?: { purchase_id: string; amount: number }[]
}

/** What is left of a charge after refunds that have not failed and disputes that are open or lost. */
export interface Refundable {
  /** Less than 0 when a provider has paid back more than it took. */
  amount: number
  /** Of each purchase that it pays for, without disputes. */
  parts: Part[]
}

/** @param charge locked */
export async function readRefundable(tx: Tx, charge: FoundTransaction): Promise<Refundable> {
  const { site_id: siteId, id } = charge
  const { rows } = await sql<{ purchase_id: string; amount: string; tax: string }>`
    select tp.purchase_id, sum(tp.amount) as amount, sum(tp.tax) as tax
      from transaction_purchases tp
     where tp.site_id = ${siteId} and tp.transaction_id in (
       select ${id}::bigint union
       select r.id from transactions r
        where r.parent_id = ${id} and r.site_id = ${siteId} and r.action = 'refund' and r.state <> 'failed')
     group by tp.purchase_id order by tp.purchase_id`.execute(tx)
  const disputed = await sql<{ amount: string }>`
    select coalesce(sum(d.amount), 0) as amount from disputes d
     where d.transaction_id = ${id} and d.site_id = ${siteId}
       and d.status not like 'warning%' and d.status not in ('won', 'prevented')`.execute(tx)
  const parts = rows.map((row) => ({
    purchase_id: row.purchase_id,
    amount: Number(row.amount),
    tax: Number(row.tax),
  }))
  const left = parts.reduce((sum, { amount }) => sum + amount, 0)
  return { amount: left - Number(disputed.rows[0]!.amount), parts }
}

/**
 * Records a refund of a charge. Idempotent by provider and reference: one that is known changes its state alone. A full
 * refund ends access, unless the site says otherwise; a partial one leaves it.
 *
 * @param charge locked
 */
export async function recordRefund(
  tx: Tx,
  charge: FoundTransaction,
  refund: Refund,
  origin: Origin,
): Promise<SavedTransaction> {
  const { site_id: siteId } = charge
  const { amount, parts: wanted, ...facts } = refund
  const parts = divideRefund(await readRefundable(tx, charge), amount, wanted)
  const saved = await saveTransaction(
    tx,
    siteId,
    {
      ...facts,
      ...inheritedFrom(charge),
      action: 'refund',
      amount: -amount,
      tax: parts.reduce((sum, part) => sum + part.tax, 0),
    },
    parts,
    origin.now,
  )
  if (saved.state === saved.previousState) return saved
  const purchaseIds = (await partsOf(tx, siteId, charge.id)).map(({ purchase_id }) => purchase_id)
  if (saved.state === 'succeeded')
    await recordEvent(
      tx,
      'payment_refunded',
      eventReferences(charge),
      {
        transaction_id: saved.id,
        charge_id: charge.id,
        order_id: charge.order_id,
        purchase_ids: purchaseIds,
      },
      origin,
    )
  await settlePurchases(tx, siteId, purchaseIds, origin)
  return saved
}

/** The parts of a refund, negative, each with its share of the tax: all of the tax once all is paid back. */
function divideRefund(
  refundable: Refundable,
  amount: number,
  wanted: { purchase_id: string; amount: number }[] | undefined,
): Part[] {
  const weights = refundable.parts.map((part) => Math.max(part.amount, 0))
  const shares = divide(amount, weights)
  return refundable.parts
    .map((part, index) => {
      const own = wanted
        ? (wanted.find(({ purchase_id }) => purchase_id === part.purchase_id)?.amount ?? 0)
        : shares[index]!
      const tax = part.amount <= 0 ? 0 : divide(part.tax, [own, Math.max(part.amount - own, 0)])[0]!
      return { purchase_id: part.purchase_id, amount: 0 - own, tax: 0 - tax }
    })
    .filter((part) => part.amount !== 0)
}
