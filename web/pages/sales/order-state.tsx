import { findIncluded, type Identifier } from '../../api/documents.ts'
import { State } from '../../parts/state.tsx'
import { t } from '../../texts/translate.ts'

/** Money that moved because of an order. */
export interface Move {
  id: string
  action: string
  state: string
  amount_in_cents: number
  currency: string
  provider: string
  through_provider_account: boolean
  created_at: string
  failure: string | null
  /** How many purchases it pays for: each has a share of it. */
  purchases: number
}

/** The transactions of an order, as far as they are included. */
export const movesOf = (
  document: { included?: unknown[] } | undefined,
  transactions: Identifier[] | undefined,
): Move[] =>
  (transactions ?? []).flatMap((transaction) => {
    const found = findIncluded(document, transaction)
    if (!found) return []
    const purchases = found.relationships?.purchases?.data as Identifier[] | undefined
    return [{ id: found.id, ...found.attributes, purchases: purchases?.length ?? 0 } as unknown as Move]
  })

/** What is left of the payments of an order, after refunds and disputes: at most that can be paid back. */
export const leftOf = (moves: Move[]): number =>
  Math.max(
    0,
    moves.filter(isCounted).reduce((sum, { amount_in_cents }) => sum + amount_in_cents, 0),
  )

/** A refund that is on its way counts: it cannot be paid back twice. */
const isCounted = ({ state, action }: Move) =>
  state === 'succeeded' || (action === 'refund' && state !== 'failed')

interface OrderStateProps {
  order: { fulfilled_at: string | null; total_price_in_cents: number }
  moves: Move[]
}

/** Whether an order is paid, and what of it was paid back. */
export function OrderState({ order, moves }: OrderStateProps) {
  if (order.fulfilled_at === null) return <State tone="warn">{t('orders.pending')}</State>
  const moved = moves.filter(isCounted)
  if (moved.some(({ action, amount_in_cents }) => action === 'dispute' && amount_in_cents < 0))
    return <State tone="bad">{t('sales.status.disputed')}</State>
  if (moved.some(({ action }) => action === 'refund'))
    return leftOf(moves) === 0 ? (
      <State tone="plain">{t('sales.status.refunded')}</State>
    ) : (
      <State tone="warn">{t('orders.refundedInPart')}</State>
    )
  if (order.total_price_in_cents === 0) return <State tone="plain">{t('sales.free')}</State>
  return <State tone="good">{t('orders.paid')}</State>
}
