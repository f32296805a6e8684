import { sql } from 'kysely'
import type { Db } from '../../platform/db/database.ts'
import { csvTime } from '../../platform/text/csv.ts'
import { type CsvExport, nextSpan, type Span } from '../csv-export.ts'
import {
  amountCell,
  CUSTOMER,
  customerCells,
  inTitleCase,
  nameOf,
  OFFER,
  offerCells,
  type SaleRow,
} from './sale-cells.ts'

const COLUMNS = [
  ...['Kajabi Subscription ID', ...CUSTOMER, ...OFFER, 'Amount', 'Currency', 'Interval', 'Status'],
  ...['Created At', 'Next Payment Date', 'Canceled On', 'Trial Ends On', 'Coupon Used'],
]

interface SubscriptionRow extends SaleRow {
  amount: string
  currency: string
  interval: string
  interval_count: number
  status: string
  started_at: Date
  period_end: Date | null
  ends_at: Date | null
  trial_ends_at: Date | null
  coupon_code: string | null
}

/** The subscriptions and payment plans of a site that have begun, without tests. */
export const subscriptionsCsv: CsvExport = {
  of: 'purchases',
  columns: async () => COLUMNS,
  async page(db, place) {
    const { siteId } = place
    const span = await nextSpan(
      db,
      sql`select started_at as at from subscriptions where site_id = ${siteId}`,
      place,
    )
    if (span === null) return { rows: [], next: null }
    return { rows: (await readSpan(db, siteId, span)).map(cellsOf), next: span.to }
  },
}

const cellsOf = (row: SubscriptionRow): string[] => [
  row.name,
  ...customerCells(row),
  ...offerCells(row),
  ...[amountCell(row.amount, row.currency), row.currency, intervalCell(row), inTitleCase(row.status)],
  ...[row.started_at, row.period_end, row.ends_at, row.trial_ends_at].map(csvTime),
  row.coupon_code ?? '',
]

const intervalCell = ({ interval, interval_count: count }: SubscriptionRow): string =>
  count === 1 ? inTitleCase(interval) : `Every ${count} ${interval}s`

async function readSpan(db: Db, siteId: string, { from, to }: Span): Promise<SubscriptionRow[]> {
  const { rows } = await sql<SubscriptionRow>`
    select ${nameOf(sql`s`)} as name, c.email, c.name as customer_name, c.id as customer_id, p.offer_id,
           o.title as offer_title, s.amount, s.currency, s.interval, s.interval_count, s.status, s.started_at,
           s.period_end, coalesce(s.ended_at, s.cancel_at) as ends_at, s.trial_ends_at, p.coupon_code
      from subscriptions s
      join purchases p on p.id = s.purchase_id and p.site_id = s.site_id
      join customers c on c.id = s.customer_id and c.site_id = s.site_id and c.deleted_at is null
      join offers o on o.id = p.offer_id and o.site_id = s.site_id
     where s.site_id = ${siteId} and s.started_at >= ${from}::timestamptz and s.started_at < ${to}::timestamptz
       and s.status not in ('incomplete', 'incomplete_expired') and not s.is_test
     order by date_trunc('second', s.started_at), ${nameOf(sql`s`)} collate "C"`.execute(db)
  return rows
}
