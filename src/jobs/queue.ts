import { fromKysely, type PgBoss, type QueueOptions } from 'pg-boss'
import type { App } from '../app.ts'
import type { Tx } from '../db/database.ts'

export type Jobs = PgBoss

/** A kind of work that is done in the background, a job each, and tried again when it throws. */
export interface Queue<Data extends object> {
  name: string
  options: QueueOptions
  /** Most jobs that a process runs at once. */
  atOnce: (app: App) => number
  /** @param isLastAttempt after a failure it is not tried again */
  run: (app: App, data: Data, isLastAttempt: boolean) => Promise<void>
}

/** A job to be added; its id is chosen beforehand, so that what it is about can name it. */
export interface NewJob<Data extends object> {
  id: string
  data: Data
}

/** Adds jobs in the transaction that wrote what they are about: both are there, or neither. */
export async function enqueue<Data extends object>(
  jobs: Jobs,
  tx: Tx,
  queue: Queue<Data>,
  list: NewJob<Data>[],
): Promise<void> {
  if (list.length === 0) return
  await jobs.insert(queue.name, list, { db: fromKysely(tx) })
}
