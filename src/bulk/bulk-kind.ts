import type { BulkKindName, Permission } from '../platform/auth/permissions.ts'
import type { Tx } from '../platform/db/database.ts'
import type { EventType, Origin } from '../platform/events/events.ts'
import type { Field } from '../platform/jsonapi/fields.ts'
import type { Unchanged } from './row-effects.ts'

/** What is done to the contact of a row, or for all rows: the values of the members of its kind. */
export type Settings = Record<string, unknown>

/** A row whose contact is known. */
export interface BulkRow<Of extends Settings = Settings> {
  contactId: string
  settings: Of
}

/** What a kind needs to know of the job. */
export interface BulkContext {
  siteId: string
  source: 'api' | 'cli'
  origin: Origin
}

/** What became of a row. */
export interface RowOutcome {
  status: string
  /** Why it failed: code and detail of the API's error. */
  code?: string
  detail?: string
  /** What was changed. */
  result?: object
}

/** What can be done for many contacts in a job: one declaration for the route, the command and the worker. */
export interface BulkKind<Of extends Settings = Settings> {
  name: BulkKindName
  /** Of the operation. */
  summary: string
  description: string
  /** The types of events that its rows can record. */
  records: readonly EventType[]
  /** What doing it for one contact takes. */
  needs: readonly Permission[]
  /** Rows can name people who are no contacts yet. */
  createsContacts: boolean
  /** What a row says besides whom it is about, and `meta` for all rows. */
  members: Record<string, Field>
  /** Members that examples leave out. */
  notInExample: readonly string[]
  /** The statuses of rows that have not failed. */
  outcomes: readonly string[]
  /** The problem with the whole of what a row says, completing "The row …"; null: there is none. */
  problemWith(settings: Of, now: Date): string | null
  /** Ids that must exist, by the member that names them. */
  named(settings: Of): Record<string, readonly string[]>
  /** Of these ids those that cannot be used on the site. */
  findUnknown(tx: Tx, siteId: string, ids: string[]): Promise<Set<string>>
  /** Completes "There is no …". */
  unknown(id: string): string
  /** Does it, in the transaction that records the outcomes; no contact is in two rows. */
  perform(tx: Tx, context: BulkContext, rows: BulkRow<Of>[]): Promise<RowOutcome[]>
  /** What of the settings an outcome of perform() has left as it was. */
  unchanged(settings: Of, outcome: RowOutcome): Omit<Unchanged, 'contactId'>[]
  /** The outcome of a row for an error of the database; undefined: it is not known. */
  explain?(error: unknown): unknown
}
