import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { inBatches } from '../platform/db/batches.ts'
import { isUnavailable, retryingDeadlocks, whenAvailable } from '../platform/db/database.ts'
import type { Attempted } from './attempts.ts'
import type { Leased } from './lease.ts'

/** How long an outcome waits for a database that is away: forgotten, the e-mail would go out again. */
const PATIENCE_MS = 120_000

type Made = Leased & Attempted

/**
 * Records the outcome of sending an e-mail, and releases it. One that was cancelled in the meantime stays cancelled; a failure
 * does not count any more when another worker has taken the e-mail over.
 */
export async function recordAttempt(
  app: App,
  { siteId, id, lease, since }: Leased,
  attempted: Attempted,
): Promise<void> {
  await whenAvailable(() => recordInBatches(app, { siteId, id, lease, since, ...attempted }), PATIENCE_MS)
}

const recordInBatches = inBatches(recordTogether, {
  groupOf: () => 'all',
  keysOf: ({ siteId, id }: Made) => [`${siteId} ${id}`],
  size: 50,
  pipelined: false,
  failsWholeBatch: isUnavailable,
})

/** The ids are given twice, as in prepare-emails.ts. */
async function recordTogether(app: App, made: Made[]): Promise<null[]> {
  const inOrder = made.toSorted((a, b) => Number(a.id) - Number(b.id))
  await retryingDeadlocks(() =>
    sql`
      update emails e
         set status = m.status, response = m.response, due_at = m.due_at, sent_at = m.sent_at, failed_at = m.failed_at,
             sending_until = null, attempts = attempts + 1
        from jsonb_to_recordset(${JSON.stringify(inOrder)}::jsonb)
             m ("siteId" bigint, id bigint, lease timestamptz, status text, response text, due_at timestamptz, sent_at timestamptz,
                failed_at timestamptz)
       where e.site_id = m."siteId" and e.id = m.id and e.id = any(${made.map(({ id }) => id)}::bigint[])
         and e.status = 'pending' and (m.status = 'sent' or e.sending_until = m.lease)`.execute(app.db),
  )
  return made.map(() => null)
}
