import { Link } from '@tanstack/react-router'
import { Moment } from '../../parts/dates.tsx'
import { money } from '../../parts/money.ts'
import { Card } from '../../parts/page.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { plural, t } from '../../texts/translate.ts'
import type { Move } from './order-state.tsx'
import { providerName } from './parts.tsx'
import { actionName, SaleStatus } from './words.tsx'

/** Money that moved, newest first; what was paid back is negative. */
export function Payments({ moves }: { moves: Move[] }) {
  const { subdomain: site } = useCurrentSite()
  const newest = moves.toSorted((a, b) => b.created_at.localeCompare(a.created_at))
  return (
    <Card title={t('orders.payments')}>
      {moves.length === 0 ? (
        <p className="meta">{t('orders.noPayments')}</p>
      ) : (
        <table className="table sale-table">
          <caption className="hidden">{t('orders.payments')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('transactions.kind')}</th>
              <th scope="col">{t('sales.state')}</th>
              <th scope="col" data-minor="true">
                {t('sales.date')}
              </th>
              <th scope="col" data-figure="true">
                {t('sales.amount')}
              </th>
            </tr>
          </thead>
          <tbody>
            {newest.map((move) => (
              <tr key={move.id}>
                <td>
                  <Link to="/s/$site/transactions/$id" params={{ site, id: move.id }}>
                    {actionName(move.action)}
                  </Link>
                  <div className="meta">
                    {providerName(move.provider)}
                    {move.purchases > 1 && `, ${plural('transactions.forPurchases', move.purchases)}`}
                  </div>
                </td>
                <td>
                  <SaleStatus status={move.state} />
                  {move.failure && <div className="meta">{move.failure}</div>}
                </td>
                <td data-minor="true">
                  <Moment at={move.created_at} as="day" />
                </td>
                <td data-figure="true">{money(move.amount_in_cents, move.currency)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  )
}
