import { sql } from 'kysely'
import type { Db } from '../../platform/db/database.ts'
import { csvTime } from '../../platform/text/csv.ts'
import { type CsvExport, nextSpan, type Span } from '../csv-export.ts'
import { amountCell, CUSTOMER, customerCells, nameOf, OFFER, offerCells, type SaleRow } from './sale-cells.ts'

const COLUMNS = [
  ...[
    'ID',
    ...CUSTOMER,
    'Created At',
    'Type',
    'Status',
    'Amount',
    'Currency',
    'Tax Amount',
    'Quantity',
    ...OFFER,
  ],
  'Coupon Used',
]

const STATES: Record<string, string> = {
  initialized: 'Pending',
  succeeded: 'Succeeded',
  failed: 'Failed',
}

interface TransactionRow extends SaleRow {
  occurred_at: Date
  state: string
  is_refund: boolean
  amount: string
  tax: string
  currency: string
  /** Null: of a subscription, whose file has its coupon. */
  quantity: number | null
  coupon_code: string | null
}

/**
 * Payments and refunds of a site, also those that have failed, without tests; a dispute that is lost is a refund. A
 * payment for several offers has a row for each.
 */
export const transactionsCsv: CsvExport = {
  of: 'transactions',
  columns: async () => COLUMNS,
  async page(db, place) {
    const { siteId } = place
    // Each of the two has an index.
    const times = sql`
      select occurred_at as at from transactions where site_id = ${siteId} and is_completed
       union all
      select occurred_at from transactions where site_id = ${siteId} and not is_completed`
    const span = await nextSpan(db, times, place)
    if (span === null) return { rows: [], next: null }
    return { rows: (await readSpan(db, siteId, span)).map(cellsOf), next: span.to }
  },
}

const cellsOf = (row: TransactionRow): string[] => [
  row.name,
  ...customerCells(row),
  csvTime(row.occurred_at),
  ...[row.is_refund ? 'Refund' : 'Charge', STATES[row.state] ?? row.state],
  ...[amountCell(row.amount, row.currency), row.currency],
  // What is paid back of the tax follows from the payment.
  row.is_refund || row.tax === '0' ? '' : amountCell(row.tax, row.currency),
  ...[String(row.quantity ?? ''), ...offerCells(row), row.coupon_code ?? ''],
]

async function readSpan(db: Db, siteId: string, { from, to }: Span): Promise<TransactionRow[]> {
  const { rows } = await sql<TransactionRow>`
    with paid as materialized (
      select ${nameOf(sql`t`)} as name, t.* from transactions t
       where t.site_id = ${siteId} and t.occurred_at >= ${from}::timestamptz and t.occurred_at < ${to}::timestamptz
         and not t.is_test
         and (t.action in ('charge', 'subscribe', 'subscription_charge', 'free_purchase', 'refund')
              or (t.action = 'dispute' and t.amount < 0 and exists (
                    select from disputes d
                     where d.id = t.dispute_id and d.site_id = t.site_id and d.lost_at is not null)))),
    parts as (
      select t.id, p.offer_id, tp.amount, tp.tax, p.payment_type in ('subscription', 'multipay') as is_recurring,
             p.quantity, p.coupon_code
        from paid t
        join transaction_purchases tp on tp.transaction_id = t.id and tp.site_id = t.site_id
        join purchases p on p.id = tp.purchase_id and p.site_id = tp.site_id
       union all
      -- What was not paid gave no access: there are no purchases.
      select t.id, i.offer_id, i.total, i.tax, t.payment_type in ('subscription', 'multipay'), i.quantity, null
        from paid t
        join order_items i on i.order_id = t.order_id and i.site_id = t.site_id
       where not exists (
         select from transaction_purchases tp where tp.transaction_id = t.id and tp.site_id = t.site_id)),
    numbered as (
      select *, count(*) over (partition by id) as parts, row_number() over (partition by id order by offer_id) as part
        from parts)
    select * from (
    select case when n.parts > 1 then t.name || '/' || n.part else t.name end as name, c.email,
           c.name as customer_name, c.id as customer_id, n.offer_id, o.title as offer_title, t.occurred_at, t.state,
           t.action in ('refund', 'dispute') as is_refund, n.amount, n.tax, t.currency,
           case when not coalesce(n.is_recurring, false) and t.action not in ('refund', 'dispute') then n.quantity end
             as quantity,
           case when not coalesce(n.is_recurring, false) and t.action not in ('refund', 'dispute') then n.coupon_code end
             as coupon_code
      from paid t
      join numbered n on n.id = t.id
      join customers c on c.id = t.customer_id and c.site_id = t.site_id and c.deleted_at is null
      join offers o on o.id = n.offer_id and o.site_id = t.site_id) sold
     order by date_trunc('second', occurred_at), name collate "C"`.execute(db)
  return rows
}
