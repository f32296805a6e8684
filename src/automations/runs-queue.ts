import { sql } from 'kysely'
import { defineQueue } from '../platform/queue/queue.ts'
import { advanceRuns } from './advance-runs.ts'

/** Runs that have not ended: see advanceRuns(). They are removed together with the events that started them. */
export const runsQueue = defineQueue({
  name: 'automations',
  everyMs: 500,
  wakesOthers: true,
  wokenByOthers: true,
  run: advanceRuns,
  kind: 'run',
  table: 'automation_runs',
  isPending: sql`status = 'active'`,
  isFailed: sql`status = 'failed'`,
  columns: {
    what: sql`'automation ' || automation_id || ', step ' || step`,
    attempts: sql`attempts`,
    createdAt: sql`created_at`,
    error: sql`coalesce(error, reason)`,
  },
  retry: (condition, now) => sql`
    update automation_runs
       set status = 'active', due_at = ${now}, attempts = 0, error = null, reason = null, ended_at = null
     where ${condition}`,
})
