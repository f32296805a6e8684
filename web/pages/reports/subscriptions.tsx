import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { dayIn } from '../../../src/platform/text/zone.ts'
import { now } from '../../api/clock.ts'
import {
  type GetSubscriptionReport200DataAttributesRowsItem,
  getSubscriptionReport,
} from '../../api/generated.ts'
import { Chart } from '../../parts/chart.tsx'
import { monthName } from '../../parts/chart-labels.ts'
import { useZone } from '../../parts/dates.tsx'
import { Loading } from '../../parts/loading.tsx'
import { money } from '../../parts/money.ts'
import { Card, Empty } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { language, t } from '../../texts/translate.ts'
import { everyMonth } from './add-up.ts'
import { Definitions, Figures, percent, Range, useCurrency } from './parts.tsx'

const RANGES = ['6', '12', '24', '60']
const USUAL = '12'
const DEFINED = ['active', 'mrr', 'started', 'churned', 'churnRate', 'mrrChurnRate']

type Row = GetSubscriptionReport200DataAttributesRowsItem

/** Active subscriptions, recurring revenue and churn by month. */
export function SubscriptionsReport() {
  const { id } = useCurrentSite()
  const { search, change } = useAddress()
  const zone = useZone()
  const months = RANGES.includes(search.months ?? '') ? search.months! : USUAL
  const params = {
    'filter[site_id]': id,
    'filter[start_date]': `${monthBefore(dayIn(zone, new Date(now())), Number(months) - 1)}-01`,
  }
  const { data, error, refetch } = useQuery({
    queryKey: ['reports', 'subscriptions', params],
    queryFn: ({ signal }) => getSubscriptionReport(params, { signal }),
    placeholderData: keepPreviousData,
  })
  const report = data?.data.attributes
  const { currency, choice } = useCurrency((report?.rows ?? []).map(({ currency }) => currency))
  return (
    <>
      <div className="toolbar">
        <Range
          label={t('home.range')}
          ranges={Object.fromEntries(RANGES.map((n) => [n, t('reports.months', { n })]))}
          value={months}
          onChange={(chosen) => change({ months: chosen === USUAL ? undefined : chosen })}
        />
        {choice}
      </div>
      {error && <Problem error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {report && <Shown rows={everyMonth(report, currency)} currency={currency} />}
    </>
  )
}

/** @param day as in 2026-03-31 @returns as in 2026-01 */
function monthBefore(day: string, months: number): string {
  const [year, month] = day.split('-').map(Number) as [number, number]
  return new Date(Date.UTC(year, month - 1 - months, 1)).toISOString().slice(0, 7)
}

function Shown({ rows, currency }: { rows: Row[]; currency: string }) {
  const last = rows.at(-1)!
  if (
    rows.every(
      ({ active_at_start, active_at_end, started }) => active_at_start + active_at_end + started === 0,
    )
  )
    return <Empty text={t('reports.noSubscriptions')} />
  const amount = (cents: number) => money(cents, currency)
  return (
    <>
      <Figures
        figures={[
          [t('reports.active'), last.active_at_end.toLocaleString(language)],
          [t('reports.mrr'), amount(last.mrr_at_end)],
          [t('reports.started'), last.started.toLocaleString(language)],
          [t('reports.churned'), last.churned.toLocaleString(language)],
          [t('reports.churnRate'), percent(last.churn_rate)],
        ]}
      />
      <div className="report-charts">
        <Chart
          title={t('reports.active')}
          kind="line"
          unit="month"
          points={rows.map(({ month, active_at_end }) => ({ day: month, value: active_at_end }))}
        />
        <Chart
          title={t('reports.mrr')}
          kind="line"
          unit="month"
          format={amount}
          points={rows.map(({ month, mrr_at_end }) => ({ day: month, value: mrr_at_end }))}
        />
        <Chart
          title={t('reports.churnRate')}
          kind="bars"
          unit="month"
          format={percent}
          points={rows.map(({ month, churn_rate }) => ({ day: month, value: churn_rate ?? 0 }))}
        />
      </div>
      <ByMonth rows={rows} amount={amount} />
      <Definitions names={DEFINED} />
    </>
  )
}

function ByMonth({ rows, amount }: { rows: Row[]; amount: (cents: number) => string }) {
  const count = (n: number) => n.toLocaleString(language)
  const columns: [name: string, cell: (row: Row) => string][] = [
    [t('reports.activeAtStart'), (row) => count(row.active_at_start)],
    [t('reports.started'), (row) => count(row.started)],
    [t('reports.churned'), (row) => count(row.churned)],
    [t('reports.activeAtEnd'), (row) => count(row.active_at_end)],
    [t('reports.mrr'), (row) => amount(row.mrr_at_end)],
    [t('reports.churnRate'), (row) => percent(row.churn_rate)],
    [t('reports.mrrChurnRate'), (row) => percent(row.mrr_churn_rate)],
  ]
  return (
    <Card title={t('reports.byMonth')}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls. */}
      <section className="table-scroll" tabIndex={0} aria-label={t('reports.byMonth')}>
        <table className="table sale-table report-table">
          <thead>
            <tr>
              <th scope="col">{t('chart.month')}</th>
              {columns.map(([name]) => (
                <th key={name} scope="col" data-figure="true">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.toReversed().map((row) => (
              <tr key={row.month}>
                <td>{monthName(row.month)}</td>
                {columns.map(([name, cell]) => (
                  <td key={name} data-figure="true">
                    {cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  )
}
