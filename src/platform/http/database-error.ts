import type { App } from '../app.ts'
import { isDiskFull } from '../db/database.ts'
import { ApiError } from '../jsonapi/errors.ts'

/** So long after it reported a full disk, a database that is away is away for that reason: PostgreSQL ends and recovers. */
const RECOVERY_MS = 60_000

const fullSince = new WeakMap<App, number>()

/** How a database that is unavailable is reported: full, or away. */
export function databaseError(app: App, cause: unknown): ApiError {
  const now = performance.now()
  if (isDiskFull(cause)) fullSince.set(app, now)
  const isFull = now - (fullSince.get(app) ?? Number.NEGATIVE_INFINITY) < RECOVERY_MS
  return isFull
    ? new ApiError(
        503,
        'database_full',
        'The database has no disk space left. Nothing was changed. Free space on the disk of the database, then try again.',
        { headers: { 'retry-after': '30' }, cause },
      )
    : new ApiError(
        503,
        'database_unavailable',
        'The database is unreachable or did not respond in time. Try again.',
        { headers: { 'retry-after': '2' }, cause },
      )
}
