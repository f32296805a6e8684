/** Pending and failed items of queues: finding, counting and retrying them. */
import { type RawBuilder, sql } from 'kysely'
import type { App } from '../app.ts'
import type { Db } from '../db/database.ts'
import type { Queue } from './queue.ts'

/** An item of a queue that is pending or has failed. */
export interface Job {
  kind: string
  id: string
  /** A short description, such as "welcome to contact 7". */
  what: string
  isFailed: boolean
  attempts: number
  /** When it is attempted next; null when it is not, until it is retried. */
  due_at: Date | null
  created_at: Date
  error: string | null
}

/** The newest pending or failed items, so many of each queue. */
export async function findJobs(
  db: Db,
  queues: Queue[],
  { onlyFailed, most }: { onlyFailed: boolean; most: number },
): Promise<Job[]> {
  const found: Job[] = []
  for (const { kind, table, isPending, isFailed, columns } of queues) {
    const { what, attempts, dueAt, createdAt, error } = columns
    const { rows } = await sql<Omit<Job, 'kind'>>`
      select id::text, ${what} as what, ${isFailed} as "isFailed", ${attempts} as attempts, ${dueAt} as due_at,
             ${createdAt} as created_at, ${error} as error
        from ${sql.table(table)}
       where ${onlyFailed ? isFailed : sql`(${isPending} or ${isFailed})`}
       order by ${createdAt} desc limit ${most}`.execute(db)
    found.push(...rows.map((row) => ({ kind, ...row })))
  }
  return found
}

/** Numbers of items, by the kinds of their queues. */
export interface JobCounts {
  pending: Record<string, number>
  failed: Record<string, number>
}

/** Counts pending and failed items of each queue, by partial indexes. */
export async function countJobs(db: Db, queues: Queue[]): Promise<JobCounts> {
  const count = (condition: (queue: Queue) => RawBuilder<unknown>) =>
    sql`json_build_object(${sql.join(
      queues.flatMap((queue) => [
        sql`${queue.kind}::text`,
        sql`(select count(*) from ${sql.table(queue.table)} where ${condition(queue)})`,
      ]),
    )})`
  const { rows } = await sql<JobCounts>`
    select ${count(({ isPending }) => isPending)} as pending,
           ${count(({ isFailed }) => isFailed)} as failed`.execute(db)
  return rows[0]!
}

/**
 * Retries failed items of a queue at once.
 *
 * @param id null: all of them
 * @returns number of items; those that cannot be retried, such as deliveries to disabled hooks, are left out
 */
export async function retryJobs(
  app: App,
  { table, isFailed, retry }: Queue,
  id: string | null,
): Promise<number> {
  const condition = id === null ? isFailed : sql`${isFailed} and ${sql.ref(`${table}.id`)}::text = ${id}`
  const { numAffectedRows } = await retry(condition, app.clock.now()).execute(app.db)
  return Number(numAffectedRows ?? 0)
}
