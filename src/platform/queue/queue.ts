import { type RawBuilder, sql } from 'kysely'
import type { App } from '../app.ts'

/** Work that every worker polls for. */
export interface BackgroundTask {
  name: string
  /** Pause after a run that found nothing to do. */
  everyMs: number
  /** When it has processed something, the tasks with `wokenByOthers` run at once. */
  wakesOthers?: boolean
  wokenByOthers?: boolean
  /**
   * @param wake runs this task again at once
   * @returns number of items processed or started; 0 when nothing is left
   */
  run: (app: App, wake: () => void) => Promise<number>
  /** Resolves when everything that this process has started is finished. */
  settle?: (app: App) => Promise<void>
  /** Rows that become due at a time; moving the clock stops there. */
  schedule?: Schedule
}

/** Where to find what becomes due at a time. */
export interface Schedule {
  table: string
  /** Condition on the rows that become due at all. */
  isOpen: RawBuilder<unknown>
  /** Name of the column with that time, by the application's clock; null in a row: at once. */
  dueAt: string
  /** Condition on the rows that a process is working on. Default: those that are due. */
  isInProgress?: RawBuilder<unknown>
}

/** A task whose items are rows: they are pending until they are done or have failed. */
export interface Queue extends BackgroundTask {
  /** In the singular, as in `bestow jobs retry email:42`. */
  kind: string
  table: string
  /** Conditions on rows of the table. An item that has failed may be pending as well. */
  isPending: RawBuilder<unknown>
  isFailed: RawBuilder<unknown>
  /** What the list of jobs shows of a row. */
  columns: JobColumns
  schedule: Schedule
  /** Makes failed rows that also meet a condition due at once, as an `update` of the table. */
  retry: (condition: RawBuilder<unknown>, now: Date) => RawBuilder<unknown>
  /** Removes what is older than its retention period. @returns number of rows; there may be more */
  clean?: (app: App) => Promise<number>
}

/** SQL expressions on the columns of the table. */
export interface JobColumns {
  /** A short description, such as "welcome to contact 7". */
  what: RawBuilder<unknown>
  attempts: RawBuilder<unknown>
  dueAt: RawBuilder<unknown>
  createdAt: RawBuilder<unknown>
  error: RawBuilder<unknown>
}

/**
 * Describes a queue. Listed in src/background.ts, it is processed by workers, taken into account when the clock is
 * moved, counted in metrics, listed and retried by `bestow jobs`, and cleaned up.
 */
export function defineQueue({
  dueAt = 'due_at',
  schedule,
  ...queue
}: Omit<Queue, 'schedule' | 'columns'> & {
  columns: Omit<JobColumns, 'dueAt'>
  /** Column of the table with the time at which a row is due. */
  dueAt?: string
  /** Default: pending rows of the table. */
  schedule?: Schedule
}): Queue {
  return {
    ...queue,
    columns: { ...queue.columns, dueAt: sql.ref(dueAt) },
    schedule: schedule ?? { table: queue.table, isOpen: queue.isPending, dueAt },
  }
}
