import { money } from '../../parts/money.ts'
import { Card } from '../../parts/page.tsx'
import { t } from '../../texts/translate.ts'
import type { Move } from './order-state.tsx'

/** As orders have it as well. */
interface Prices {
  currency_code: string
  subtotal_in_cents: number
  discount_amount_in_cents: number
  sales_tax_amount_in_cents: number
  total_price_in_cents: number
}

export interface Item extends Prices {
  id: string
  title: string
  quantity: number
}

/** The lines of an order, with totals that they add up to, and what was paid back of them. */
export function OrderItems({ order, items, moves }: { order: Prices; items: Item[]; moves: Move[] }) {
  const currency = order.currency_code
  const back = moves
    .filter(({ action, state }) => action === 'refund' && state === 'succeeded')
    .reduce((sum, { amount_in_cents }) => sum + amount_in_cents, 0)
  const disputed = moves
    .filter(({ action, state }) => action === 'dispute' && state === 'succeeded')
    .reduce((sum, { amount_in_cents }) => sum + amount_in_cents, 0)
  const totals: [string, number, boolean][] = [
    [t('sales.subtotal'), order.subtotal_in_cents, true],
    [t('sales.discount'), -order.discount_amount_in_cents, order.discount_amount_in_cents !== 0],
    [t('sales.tax'), order.sales_tax_amount_in_cents, order.sales_tax_amount_in_cents !== 0],
    [t('sales.total'), order.total_price_in_cents, true],
    [t('orders.refunded'), back, back !== 0],
    [t('orders.disputed'), disputed, disputed !== 0],
    [t('orders.left'), order.total_price_in_cents + back + disputed, back + disputed !== 0],
  ]
  const sums = new Set([t('sales.total'), t('orders.left')])
  return (
    <Card title={t('orders.items')}>
      <table className="table sale-table">
        <caption className="hidden">{t('orders.items')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('record.offer')}</th>
            <th scope="col" data-figure="true">
              {t('sales.quantity')}
            </th>
            <th scope="col" data-figure="true">
              {t('sales.subtotal')}
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ id, title, quantity, subtotal_in_cents }) => (
            <tr key={id}>
              <td>
                <strong>{title}</strong>
              </td>
              <td data-figure="true">{quantity}</td>
              <td data-figure="true">{money(subtotal_in_cents, currency)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          {totals.map(
            ([name, amount, isShown]) =>
              isShown && (
                <tr key={name} data-is-sum={sums.has(name) || undefined}>
                  <th scope="row" colSpan={2}>
                    {name}
                  </th>
                  <td data-figure="true">{money(amount, currency)}</td>
                </tr>
              ),
          )}
        </tfoot>
      </table>
    </Card>
  )
}
