import { type TObject, Type } from 'typebox'
import type { Permission } from '../../platform/auth/permissions.ts'
import type { Db } from '../../platform/db/database.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { SiteQuery, siteInQuery } from '../../platform/http/site-of.ts'
import { NullableText } from '../../platform/jsonapi/nullable.ts'
import type { QueryParameters } from '../../platform/jsonapi/query.ts'
import { readRevenue } from './read-revenue.ts'
import { readSubscriptions } from './read-subscriptions.ts'
import { MOST_DAYS, MOST_MONTHS, readDays, readMonths, todayAt } from './report-periods.ts'

interface Report {
  name: string
  access: Permission
  summary: string
  description: string
  /** Of `filter[start_date]` and `filter[end_date]`. */
  period: { start: string; end: string }
  attributes: TObject
  read: (asked: {
    db: Db
    siteId: string
    query: QueryParameters
    today: string
    now: Date
  }) => Promise<object>
}

/** `GET /v1/reports/<name>` */
const reportRoute = ({ name, access, summary, description, period, attributes, read }: Report): Route =>
  route({
    kind: 'read',
    method: 'GET',
    url: `/v1/reports/${name}`,
    access,
    summary,
    description,
    tag: 'reports',
    query: Type.Object({
      ...SiteQuery.properties,
      'filter[start_date]': Type.Optional(Type.String({ description: period.start })),
      'filter[end_date]': Type.Optional(Type.String({ description: period.end })),
    }),
    responses: {
      200: Type.Object({
        data: Type.Object({
          type: Type.Literal('reports'),
          id: Type.Literal(name),
          attributes: Type.Object({
            time_zone: Type.String({
              description: 'Of the site; its days and months',
              examples: ['Europe/Madrid'],
            }),
            ...attributes.properties,
          }),
        }),
        links: Type.Object({ self: Type.String() }),
      }),
    },
    errors: [400, 404],
    async handler({ db, query, caller, scope }) {
      const siteId = siteInQuery(caller.siteIds, query)
      const { now, baseUrl } = scope
      const { time_zone, today } = await todayAt(db, siteId, now)
      const figures = await read({ db, siteId, query, today, now })
      const asked = new URLSearchParams({ 'filter[site_id]': siteId })
      for (const edge of ['filter[start_date]', 'filter[end_date]'])
        if (query[edge] !== undefined) asked.set(edge, String(query[edge]))
      const self = `${baseUrl}/v1/reports/${name}?${asked}`
      return {
        body: { data: { type: 'reports', id: name, attributes: { time_zone, ...figures } }, links: { self } },
      }
    },
  })

const Amount = (description: string, example: number) => Type.Integer({ description, examples: [example] })

const CURRENCY = Type.String({ examples: ['USD'] })

const Revenue = {
  currency: CURRENCY,
  payments: Type.Integer({ description: 'Number of payments that succeeded' }),
  gross: Amount('What was paid, in the smallest unit of the currency', 4900),
  refunds: Amount('What was paid back: negative', 0),
  disputes: Amount('What disputes took: negative, and positive where they were won', 0),
  net: Amount('The sum of the three; fees are not taken off', 4900),
  tax: Amount('Sales tax in the net revenue', 0),
}

const Day = Type.String({ examples: ['2026-01-31'] })
const Month = Type.String({ examples: ['2026-01'] })

const revenue = reportRoute({
  name: 'revenue',
  access: 'view:transactions',
  summary: 'Report revenue by day, offer and currency',
  description:
    'What was paid, refunded and disputed, on the day on which the money moved in the time zone of the site. A payment for several purchases counts for the offer of each with its share. Days without any are left out, and so are test payments.',
  period: {
    start: `First day; by default the 30th before the end. A report has at most ${MOST_DAYS} days`,
    end: 'Last day; by default today',
  },
  attributes: Type.Object({
    first_day: Day,
    last_day: Day,
    rows: Type.Array(
      Type.Object({
        day: Day,
        offer_id: NullableText({ examples: ['42'] }),
        offer_title: NullableText({ examples: ['Watercolor Basics'] }),
        ...Revenue,
      }),
    ),
    totals: Type.Array(Type.Object(Revenue), { description: 'By currency' }),
  }),
  async read({ db, siteId, query, today }) {
    const days = readDays(query, today)
    return { first_day: days.first, last_day: days.last, ...(await readRevenue(db, siteId, days)) }
  },
})

const Rate = (description: string) =>
  Type.Unsafe<number | null>({ type: ['number', 'null'], description, examples: [0.05] })

const subscriptions = reportRoute({
  name: 'subscriptions',
  access: 'view:purchases',
  summary: 'Report active subscriptions, recurring revenue and churn by month',
  description:
    'A subscription is active while it is paid for, and while a failed payment is within the grace period of the site; trials, payment plans, test subscriptions and those that cost nothing are not counted. Monthly recurring revenue (MRR) is what the next payments will be, without tax, per month. Months without any active subscription are left out; the current one ends now.',
  period: {
    start: `A day of the first month; by default eleven months before the last. A report has at most ${MOST_MONTHS} months`,
    end: 'A day of the last month; by default of this one',
  },
  attributes: Type.Object({
    first_month: Month,
    last_month: Month,
    rows: Type.Array(
      Type.Object({
        month: Month,
        currency: CURRENCY,
        active_at_start: Type.Integer(),
        started: Type.Integer({ description: 'Active at the end of the month and not at its start' }),
        churned: Type.Integer({ description: 'Active at the start of the month and not at its end' }),
        active_at_end: Type.Integer(),
        mrr_at_start: Amount('In the smallest unit of the currency', 4900),
        started_mrr: Amount('Of those that started', 4900),
        churned_mrr: Amount('Of those that churned, as it was at the start', 0),
        mrr_at_end: Amount('In the smallest unit of the currency', 9800),
        churn_rate: Rate('churned / active_at_start; null without any active at the start'),
        mrr_churn_rate: Rate('churned_mrr / mrr_at_start'),
      }),
    ),
  }),
  async read({ db, siteId, query, today, now }) {
    const months = readMonths(query, today)
    const rows = (await readSubscriptions(db, siteId, months, now)).map((row) => ({
      ...row,
      churn_rate: rate(row.churned, row.active_at_start),
      mrr_churn_rate: rate(row.churned_mrr, row.mrr_at_start),
    }))
    return { first_month: months.first, last_month: months.last, rows }
  },
})

/** To four decimals. */
const rate = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000

export const reportRoutes: Route[] = [revenue, subscriptions]
