import { useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { getKajabiPaymentsPayout } from '../../api/generated.ts'
import { oneOf } from '../../api/queries.ts'
import { Moment } from '../../parts/dates.tsx'
import { moneyOf } from '../../parts/money.ts'
import { Card, Facts, Heading } from '../../parts/page.tsx'
import { t, textOr } from '../../texts/translate.ts'
import { BackTo } from './parts.tsx'
import { PayoutState } from './payout-state.tsx'
import './sales.css'

/** A payout, with the payments and refunds that it consists of. */
export function PayoutPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { data: document } = useSuspenseQuery(oneOf('kajabi_payments_payouts', getKajabiPaymentsPayout, id))
  const { attributes: payout } = document.data
  const { currency, transactions: entries } = payout
  const sum = (of: (entry: (typeof entries)[number]) => number) =>
    moneyOf(
      entries.reduce((total, entry) => total + of(entry), 0),
      currency,
    )
  return (
    <>
      <Heading
        back={<BackTo to="/s/$site/payouts" text="payouts.title" />}
        title={t('payouts.one', { amount: moneyOf(payout.amount, currency) })}
        state={<PayoutState status={payout.status} />}
      />
      <div className="columns">
        <Card title={t('payouts.entries')}>
          <div className="table-scroll">
            <table className="table sale-table">
              <caption className="hidden">{t('payouts.entries')}</caption>
              <thead>
                <tr>
                  <th scope="col">{t('transactions.kind')}</th>
                  <th scope="col" data-minor="true">
                    {t('sales.date')}
                  </th>
                  <th scope="col" data-figure="true" data-minor="true">
                    {t('sales.amount')}
                  </th>
                  <th scope="col" data-figure="true" data-minor="true">
                    {t('transactions.fee')}
                  </th>
                  <th scope="col" data-figure="true">
                    {t('payouts.net')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {entries.map((entry, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: entries have no id, and do not move.
                  <tr key={index}>
                    <td>
                      <strong>
                        {textOr(`payouts.type.${entry.transaction_type}`, entry.transaction_type)}
                      </strong>
                      <div className="meta">
                        {[entry.customer_name || entry.customer_email, entry.offer_titles.join(', ')]
                          .filter(Boolean)
                          .join(' · ')}
                      </div>
                    </td>
                    <td data-minor="true">
                      <Moment at={entry.created_at} as="day" />
                    </td>
                    <td data-figure="true" data-minor="true">
                      {moneyOf(entry.amount, currency)}
                    </td>
                    <td data-figure="true" data-minor="true">
                      {moneyOf(-entry.fee, currency)}
                    </td>
                    <td data-figure="true">{moneyOf(entry.net, currency)}</td>
                  </tr>
                ))}
              </tbody>
              <tfoot>
                <tr data-is-sum>
                  <th scope="row">{t('sales.total')}</th>
                  <td data-minor="true" />
                  <td data-figure="true" data-minor="true">
                    {sum(({ amount }) => amount)}
                  </td>
                  <td data-figure="true" data-minor="true">
                    {sum(({ fee }) => -fee)}
                  </td>
                  <td data-figure="true">{sum(({ net }) => net)}</td>
                </tr>
              </tfoot>
            </table>
          </div>
        </Card>
        <Card title={t('payouts.facts')}>
          <Facts
            facts={{
              [t('contact.id')]: <code>{id}</code>,
              [t('sales.date')]: <Moment at={payout.initiated_date} as="day" />,
              [t('payouts.arrival')]: <Moment at={payout.estimated_arrival_date} as="day" />,
              [t('payouts.bank')]: payout.bank_account,
            }}
          />
        </Card>
      </div>
    </>
  )
}
