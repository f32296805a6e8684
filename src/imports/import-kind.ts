import type { App } from '../platform/app.ts'
import type { ImportKindName, Permission } from '../platform/auth/permissions.ts'
import type { Tx } from '../platform/db/database.ts'
import type { Origin } from '../platform/events/events.ts'
import type { ColumnFields, ImportField } from './columns.ts'
import type { MissingField } from './custom-columns.ts'
import type { Findings } from './findings.ts'
import type { DateReading } from './reading/read-date.ts'

/** What whoever imports a file chooses. */
export interface ImportSettings {
  /** E-mails, automations and webhooks follow, as from other changes. */
  notify: boolean
  /** Contacts that are created, and of whom the file does not say it, take marketing e-mails. */
  subscribe: boolean
  date_order: DateReading['order']
  /** Of submissions that do not name theirs. */
  form_id: string | null
}

/** What is found out before the first row, by the kind, too. */
export type Plan = Record<string, unknown>

/** What a kind needs to know of an import. */
export interface ImportContext {
  app: App
  id: string
  siteId: string
  subdomain: string
  accountId: string
  /** All sites of the account: an id is used once in it. */
  siteIds: string[]
  isDryRun: boolean
  header: string[]
  fields: ColumnFields
  /** Custom fields that the file has and the site lacks: the import creates them before the first row. */
  missingFields: MissingField[]
  settings: ImportSettings
  dates: DateReading
  source: 'api' | 'cli'
  origin: Origin
  plan: Plan
  findings: Findings
}

/** A row of a file. */
export interface ImportRow {
  id: string
  position: number
  line: number
  /** Not blank, and beyond the header: a separator within a value made two of it, so that no cell can be trusted. */
  hasExtraCells: boolean
  /** By field, as readCell() reads them; those that are blank are left out. */
  values: Record<string, string>
  /** The cells of a field as they are, for texts of several lines. */
  raw: Record<string, string>
}

/** What became of a row. */
export interface RowOutcome {
  status: 'created' | 'changed' | 'unchanged' | 'merged' | 'rejected'
  contactId?: string | null
  /** Why it was rejected. */
  code?: string
  detail?: string
  /** The column of the file that is wrong. */
  column?: string | null
  /** What it changed. */
  result?: object
}

/** What can be imported: one declaration for the route, the command and the worker. */
export interface ImportKind {
  name: ImportKindName
  /** Of the help. */
  summary: string
  fields: readonly ImportField[]
  /** Columns can be custom fields of contacts. */
  hasCustomFields: boolean
  /** What the same takes through the API. */
  needs: readonly Permission[]
  /** Before the first row; of a dry run, too. */
  prepare?: (tx: Tx, context: ImportContext) => Promise<Plan>
  /** Before the first row of an import that is no dry run, after prepare(). */
  begin?: (tx: Tx, context: ImportContext) => Promise<void>
  /**
   * Imports rows, in the transaction that records the outcomes.
   *
   * @param people the rows about each person, in their order; nobody is there twice
   * @returns an outcome for each row, by its id
   */
  perform: (tx: Tx, context: ImportContext, people: ImportRow[][]) => Promise<Map<string, RowOutcome>>
}
