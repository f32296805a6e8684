import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { dayIn } from '../../../src/platform/text/zone.ts'
import { now } from '../../api/clock.ts'
import { type GetRevenueReport200DataAttributes, getRevenueReport } from '../../api/generated.ts'
import { useMay } from '../../api/session.ts'
import { Chart } from '../../parts/chart.tsx'
import { useZone } from '../../parts/dates.tsx'
import { DaysFilter } from '../../parts/list-filters.tsx'
import { Loading } from '../../parts/loading.tsx'
import { money } from '../../parts/money.ts'
import { Card, Empty } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { language, t } from '../../texts/translate.ts'
import { byDay, byOffer } from './add-up.ts'
import { Definitions, Figures, Range, useCurrency } from './parts.tsx'

const START = 'filter[start_date]'
const END = 'filter[end_date]'
const RANGES = ['7', '30', '90', '365']
const USUAL = '30'
const DAY_MS = 86_400_000
const DEFINED = ['gross', 'refunds', 'disputes', 'net', 'tax', 'payments']

/** What was paid and paid back, by day and by offer. */
export function RevenueReport() {
  const { id } = useCurrentSite()
  const { search, change } = useAddress()
  const zone = useZone()
  const params = { 'filter[site_id]': id, [START]: search[START], [END]: search[END] }
  const { data, error, refetch } = useQuery({
    queryKey: ['reports', 'revenue', params],
    queryFn: ({ signal }) => getRevenueReport(params, { signal }),
    placeholderData: keepPreviousData,
  })
  const firstDay = (days: string) => dayIn(zone, new Date(now() - (Number(days) - 1) * DAY_MS))
  const chosen = search[END]
    ? ''
    : (RANGES.find((days) => search[START] === firstDay(days)) ?? (search[START] ? '' : USUAL))
  const report = data?.data.attributes
  const { currency, choice } = useCurrency((report?.totals ?? []).map(({ currency }) => currency))
  return (
    <>
      <div className="toolbar">
        <Range
          label={t('home.range')}
          ranges={Object.fromEntries(RANGES.map((days) => [days, t('home.days', { n: days })]))}
          value={chosen}
          onChange={(days) =>
            change({ [START]: days === USUAL ? undefined : firstDay(days), [END]: undefined })
          }
        />
        <DaysFilter />
        {choice}
      </div>
      {error && <Problem error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {report && <Shown report={report} currency={currency} />}
    </>
  )
}

interface ShownProps {
  report: GetRevenueReport200DataAttributes
  currency: string
}

function Shown({ report, currency }: ShownProps) {
  const total = report.totals.find((one) => one.currency === currency)
  const amount = (cents: number) => money(cents, currency)
  if (!total) return <Empty text={t('reports.noRevenue')} />
  return (
    <>
      <Figures
        figures={[
          [t('reports.net'), amount(total.net)],
          [t('reports.gross'), amount(total.gross)],
          [t('reports.refunds'), amount(total.refunds)],
          [t('reports.disputes'), amount(total.disputes)],
          [t('reports.tax'), amount(total.tax)],
          [t('reports.payments'), total.payments.toLocaleString(language)],
        ]}
      />
      <Chart
        title={t('reports.netByDay')}
        kind="bars"
        format={amount}
        points={byDay(report, currency).map(({ day, net }) => ({ day, value: net }))}
      />
      <ByOffer report={report} currency={currency} />
      <Definitions names={DEFINED} />
    </>
  )
}

const COLUMNS = ['gross', 'refunds', 'disputes', 'net', 'tax'] as const

function ByOffer({ report, currency }: ShownProps) {
  const { subdomain: site } = useCurrentSite()
  const may = useMay()
  const total = report.totals.find((one) => one.currency === currency)!
  return (
    <Card title={t('reports.byOffer')}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls. */}
      <section className="table-scroll" tabIndex={0} aria-label={t('reports.byOffer')}>
        <table className="table sale-table report-table">
          <thead>
            <tr>
              <th scope="col">{t('record.offer')}</th>
              <th scope="col" data-figure="true">
                {t('reports.payments')}
              </th>
              {COLUMNS.map((name) => (
                <th key={name} scope="col" data-figure="true">
                  {t(`reports.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {byOffer(report, currency).map((row) => (
              <tr key={row.offer_id}>
                <td>
                  {row.offer_id !== null && may('view:offers') ? (
                    <Link to="/s/$site/offers/$id" params={{ site, id: row.offer_id }}>
                      {row.offer_title}
                    </Link>
                  ) : (
                    (row.offer_title ?? t('reports.noOffer'))
                  )}
                </td>
                <td data-figure="true">{row.payments.toLocaleString(language)}</td>
                {COLUMNS.map((name) => (
                  <td key={name} data-figure="true">
                    {money(row[name], currency)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr data-is-sum>
              <th scope="row">{t('sales.total')}</th>
              <td data-figure="true">{total.payments.toLocaleString(language)}</td>
              {COLUMNS.map((name) => (
                <td key={name} data-figure="true">
                  {money(total[name], currency)}
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      </section>
    </Card>
  )
}
