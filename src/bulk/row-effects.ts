import type { TSchema } from 'typebox'
import type { App } from '../platform/app.ts'
import type { Tx } from '../platform/db/database.ts'
import type { DispatchedEvent } from '../platform/events/dispatch-events.ts'
import type { EventType } from '../platform/events/events.ts'

/** What a row does not change, although it asks to. */
export interface Unchanged {
  /** The event that is not recorded. */
  effect: EventType
  reason: 'already_granted' | 'not_held' | 'already_tagged' | 'not_tagged'
  contactId: string
  offer_id?: string
  tag_id?: string
}

/** Collects what rows of a job would do. */
export interface RowEffects {
  /** Of some of the rows. @param tx in which they were performed, and which is then rolled back */
  add(tx: Tx, events: DispatchedEvent[], unchanged: Unchanged[]): Promise<void>
  /** Of all of them. */
  list(tx: Tx): Promise<(object & { sentence: string })[]>
}

/** How a dry run describes effects: see src/dry-runs/. */
export interface DescribesRows {
  /** The schema of an effect. */
  effect: TSchema
  begin: (app: App, siteId: string, viewer: { permissions: string[] | null }) => RowEffects
}
