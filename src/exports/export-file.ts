import { Readable } from 'node:stream'
import type { Db } from '../platform/db/database.ts'
import type { LoadScope } from '../platform/jsonapi/resources.ts'
import { contactsCsv } from './csv/contacts.ts'
import { formSubmissionsCsv } from './csv/form-submissions.ts'
import { subscriptionsCsv } from './csv/subscriptions.ts'
import { transactionsCsv } from './csv/transactions.ts'
import { type CsvExport, writeCsv } from './csv-export.ts'
import { writeJsonLines } from './json-lines.ts'

/** What there is in Kajabi's format, for one site. */
export const CSV_EXPORTS = {
  contacts: contactsCsv,
  subscriptions: subscriptionsCsv,
  transactions: transactionsCsv,
  form_submissions: formSubmissionsCsv,
} as const satisfies Record<string, CsvExport>

export type CsvKind = keyof typeof CSV_EXPORTS

export const CSV_KINDS = Object.keys(CSV_EXPORTS) as CsvKind[]

/** Types of resources that are exported as JSON Lines. */
export const JSON_KINDS = [
  'sites',
  'products',
  'offers',
  'contact_tags',
  'custom_fields',
  'segments',
  'contacts',
  'contact_aliases',
  'contact_notes',
  'customers',
  'grants',
  'forms',
  'form_submissions',
  'orders',
  'order_items',
  'purchases',
  'transactions',
  'kajabi_payments_payouts',
  'coupons',
  'courses',
  'modules',
  'lessons',
  'media',
  'course_progress',
  'uploads',
  'podcasts',
  'blog_posts',
  'landing_pages',
  'website_pages',
  'automations',
  'email_templates',
  'hooks',
] as const

export type JsonKind = (typeof JSON_KINDS)[number]

export type ExportFile =
  | { format: 'csv'; kind: CsvKind; siteId: string }
  | { format: 'jsonl'; kind: JsonKind }

/** The type of the resources in a file. */
export const resourceOf = (
  file: { format: 'csv'; kind: CsvKind } | { format: 'jsonl'; kind: JsonKind },
): string => (file.format === 'csv' ? CSV_EXPORTS[file.kind].of : file.kind)

/**
 * The content of a file, a page of rows at a time.
 *
 * @param scope the sites of JSON Lines, and what time it is
 */
export function exportFile(db: Db, file: ExportFile, scope: LoadScope): Readable {
  const text =
    file.format === 'csv'
      ? writeCsv(db, CSV_EXPORTS[file.kind], { siteId: file.siteId, now: scope.now })
      : writeJsonLines(db, scope.resources.get(file.kind), scope)
  return Readable.from(text)
}
