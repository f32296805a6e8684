import { sql } from 'kysely'
import type { Db } from '../../platform/db/database.ts'

/** Days of the site, both included. */
export interface Days {
  /** 2026-01-31 */
  first: string
  last: string
}

/** Amounts in the smallest unit of the currency. Refunds and disputes are negative; a dispute that was won is positive. */
interface Revenue {
  currency: string
  payments: number
  gross: number
  refunds: number
  disputes: number
  net: number
  /** In the net revenue. */
  tax: number
}

export interface RevenueOfDay extends Revenue {
  day: string
  /** Null: what belongs to no purchase. */
  offer_id: string | null
  offer_title: string | null
}

export interface RevenueReport {
  rows: RevenueOfDay[]
  /** By currency. */
  totals: Revenue[]
}

/** What each purchase has of the transactions in which money moved in that time; they add up to them. */
const sharesOf = (siteId: string, { first, last }: Days) => sql`
  select to_char(t.occurred_at at time zone s.time_zone, 'YYYY-MM-DD') as day, t.id, t.action, t.currency, p.offer_id,
         coalesce(tp.amount, t.amount) as amount, coalesce(tp.tax, t.tax) as tax
    from sites s
    join transactions t on t.site_id = s.id and t.is_completed
     and t.occurred_at >= day_start(${first}::date, s.time_zone) and t.occurred_at < day_end(${last}::date, s.time_zone)
    left join transaction_purchases tp on tp.transaction_id = t.id and tp.site_id = t.site_id
    left join purchases p on p.id = tp.purchase_id and p.site_id = tp.site_id
   where s.id = ${siteId}`

const FIGURES = sql`
  count(distinct id) filter (where action not in ('refund', 'dispute')) as payments,
  coalesce(sum(amount) filter (where action not in ('refund', 'dispute')), 0) as gross,
  coalesce(sum(amount) filter (where action = 'refund'), 0) as refunds,
  coalesce(sum(amount) filter (where action = 'dispute'), 0) as disputes,
  sum(amount) as net, sum(tax) as tax`

/** The revenue of a site by day, offer and currency, on the days on which money moved, without tests. */
export async function readRevenue(db: Db, siteId: string, days: Days): Promise<RevenueReport> {
  const { rows } = await sql<Stored<RevenueOfDay>>`
    select f.*, o.title as offer_title
      from (select day, offer_id, currency, ${FIGURES} from (${sharesOf(siteId, days)}) shares
             group by day, offer_id, currency) f
      left join offers o on o.id = f.offer_id and o.site_id = ${siteId}
     order by f.day, f.currency, f.offer_id`.execute(db)
  const { rows: totals } = await sql<Stored<Revenue>>`
    select currency, ${FIGURES} from (${sharesOf(siteId, days)}) shares
     group by currency order by currency`.execute(db)
  return { rows: rows.map(asNumbers), totals: totals.map(asNumbers) }
}

const NUMBERS = ['payments', 'gross', 'refunds', 'disputes', 'net', 'tax'] as const

/** Sums arrive as texts. */
type Stored<Row> = Omit<Row, (typeof NUMBERS)[number]> & Record<(typeof NUMBERS)[number], string>

const asNumbers = <Row extends Revenue>(row: Stored<Row>): Row =>
  ({ ...row, ...Object.fromEntries(NUMBERS.map((name) => [name, Number(row[name])])) }) as unknown as Row
