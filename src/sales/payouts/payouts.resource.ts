import { sql } from 'kysely'
import { Type } from 'typebox'
import {
  derived,
  extension,
  LIST_INDEX,
  nullableText,
  nullableTimestamp,
  oneOf,
  text,
  timestamp,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import { majorUnits } from '../../platform/text/money.ts'
import { dateRange } from '../date-range.ts'
import { entriesOfPayout, type PayoutEntry, PayoutEntrySchema, shownEntry } from './payout-entries.ts'

const STATUSES = ['pending', 'in_transit', 'paid', 'failed', 'canceled']

/** As in "In Transit". */
const titleOf = (status: string) =>
  status
    .split('_')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join(' ')

export const payouts = defineResource({
  type: 'kajabi_payments_payouts',
  singular: 'payout',
  permittedWith: 'transactions',
  isManaged: false,
  description:
    'Money that a payment provider transferred to the bank account of the site’s owner, with the transactions that it consists of. Amounts are decimal numbers in the currency of the payout.',
  from: sql`payouts r`,
  listed: LIST_INDEX,
  attributes: {
    status: derived<string>(text(), titleOf),
    amount: derived<Money>(
      {
        schema: Type.Number(),
        select: sql`json_build_object('amount', r.amount, 'currency', r.currency)`,
      },
      ({ amount, currency }) => majorUnits(amount, currency),
    ),
    currency: text(),
    initiated_date: timestamp(sql`r.initiated_at`),
    estimated_arrival_date: nullableTimestamp(sql`r.arrival_at`),
    bank_account: nullableText(),
    // When it was recorded here; clients ask for what is new by it, as in every list.
    created_at: extension(timestamp()),
    transactions: derived<PayoutEntry[]>(
      { schema: Type.Array(PayoutEntrySchema), select: entriesOfPayout },
      (entries) => entries.map(shownEntry),
    ),
  },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: {
    status: oneOf(sql`r.status`, STATUSES),
  },
  lookedUpFilters: dateRange(sql`r.initiated_at`, 'Initiated'),
  filterable: { currency: 'text' },
  sorts: { initiated_date: sql`r.initiated_at`, estimated_arrival_date: sql`r.arrival_at` },
  defaultSort: '-initiated_date',
  listNeedsSite: true,
  examples: { status: 'Paid', amount: 1450.5, bank_account: 'Chase Bank - 1234' },
  nearMisses: [[/^\/(?:v1\/)?payouts(\/.*)?$/, 'Payouts are at /v1/kajabi_payments_payouts.']],
})

interface Money {
  amount: number
  currency: string
}
