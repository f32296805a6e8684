/** The rows of the report of revenue, added up by day and by offer; and the months of that of subscriptions. */
import type {
  GetSubscriptionReport200DataAttributes,
  GetRevenueReport200DataAttributes as Report,
  GetRevenueReport200DataAttributesRowsItem as Row,
} from '../../api/generated.ts'

const FIGURES = ['payments', 'gross', 'refunds', 'disputes', 'net', 'tax'] as const

type Figures = Pick<Row, (typeof FIGURES)[number]>

const NOTHING: Figures = { payments: 0, gross: 0, refunds: 0, disputes: 0, net: 0, tax: 0 }

const plus = (sum: Figures, row: Figures): Figures =>
  Object.fromEntries(FIGURES.map((name) => [name, sum[name] + row[name]])) as unknown as Figures

/** Every day of the report, also those without revenue, which the report leaves out. */
export function byDay(
  { rows, first_day, last_day }: Report,
  currency: string,
): (Figures & { day: string })[] {
  const sums = new Map<string, Figures>()
  for (const row of rows)
    if (row.currency === currency) sums.set(row.day, plus(sums.get(row.day) ?? NOTHING, row))
  return daysFrom(first_day, last_day).map((day) => ({ day, ...(sums.get(day) ?? NOTHING) }))
}

/** The offers that had revenue, the one with the most first. */
export function byOffer(
  { rows }: Report,
  currency: string,
): (Figures & Pick<Row, 'offer_id' | 'offer_title'>)[] {
  const sums = new Map<string | null, Figures & Pick<Row, 'offer_id' | 'offer_title'>>()
  for (const row of rows)
    if (row.currency === currency) {
      const { offer_id, offer_title } = row
      sums.set(offer_id, { offer_id, offer_title, ...plus(sums.get(offer_id) ?? NOTHING, row) })
    }
  return [...sums.values()].sort((a, b) => b.net - a.net)
}

type Months = GetSubscriptionReport200DataAttributes
type Month = Months['rows'][number]

const NO_SUBSCRIPTIONS: Omit<Month, 'month' | 'currency'> = {
  active_at_start: 0,
  started: 0,
  churned: 0,
  active_at_end: 0,
  mrr_at_start: 0,
  started_mrr: 0,
  churned_mrr: 0,
  mrr_at_end: 0,
  churn_rate: null,
  mrr_churn_rate: null,
}

/** Every month of the report of subscriptions, also those that it leaves out. */
export function everyMonth({ rows, first_month, last_month }: Months, currency: string): Month[] {
  const months = [...new Set(daysFrom(`${first_month}-01`, `${last_month}-01`).map((day) => day.slice(0, 7)))]
  return months.map(
    (month) =>
      rows.find((row) => row.month === month && row.currency === currency) ?? {
        month,
        currency,
        ...NO_SUBSCRIPTIONS,
      },
  )
}

function daysFrom(first: string, last: string): string[] {
  const days: string[] = []
  // Days of a calendar, in no zone.
  for (const day = new Date(`${first}T00:00:00Z`); day.toISOString().slice(0, 10) <= last; ) {
    days.push(day.toISOString().slice(0, 10))
    day.setUTCDate(day.getUTCDate() + 1)
  }
  return days
}
