import { Link } from '@tanstack/react-router'
import type { GetRevenueReport200DataAttributes } from '../api/generated.ts'
import { ChevronIcon } from '../parts/icons.tsx'
import { money } from '../parts/money.ts'
import { useSite } from '../shell/use-site.ts'
import { t } from '../texts/translate.ts'

/** Net revenue of today and of the last 30 days, by currency; that of the site comes first. */
export function HomeRevenue({ report }: { report: GetRevenueReport200DataAttributes }) {
  const { site } = useSite()
  const { subdomain, currency: own } = site!.attributes
  const totals = report.totals.toSorted(
    (a, b) => Number(b.currency === own) - Number(a.currency === own) || b.payments - a.payments,
  )
  const today = (currency: string) =>
    report.rows
      .filter((row) => row.day === report.last_day && row.currency === currency)
      .reduce((sum, { net }) => sum + net, 0)
  const figures: [string, (total: (typeof totals)[number]) => number][] = [
    [t('home.revenueToday'), ({ currency }) => today(currency)],
    [t('home.revenue30Days'), ({ net }) => net],
  ]
  return (
    <ul className="figures">
      {figures.map(([name, amountOf]) => (
        <li key={name} className="card">
          <span className="figure-name">{name}</span>
          {totals.map((total, index) => (
            <span key={total.currency} className={index === 0 ? 'figure' : 'meta'}>
              {money(amountOf(total), total.currency)}
            </span>
          ))}
          <Link to="/s/$site/reports" params={{ site: subdomain }} className="figure-link">
            {t('home.report')}
            <ChevronIcon size={14} />
          </Link>
        </li>
      ))}
    </ul>
  )
}
