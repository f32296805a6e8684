/**
 * Leases are set and compared by the clock of the database, which all workers share: the clock of a worker may be
 * wrong, and moving the application's clock makes nobody else faster.
 */
import { type RawBuilder, sql } from 'kysely'

/** The end of a lease of this length that begins now. */
export const leaseEnd = (ms: number): RawBuilder<Date> =>
  sql`clock_timestamp() + make_interval(secs => ${ms / 1_000})`

/** Whether nobody holds a lease that ends at the time in this column. */
export const isFree = (column: string): RawBuilder<boolean> =>
  sql`(${sql.ref(column)} is null or ${sql.ref(column)} < clock_timestamp())`
