/** The server on which evenings are told: one database, and its own clock. */
import { advanceRuns } from '../../src/automations/advance-runs.ts'
import { expireGrants } from '../../src/grants/expire-grants.ts'
import { type Harness, startHarness } from '../../src/testing/harness.ts'
import { withoutWaiting } from '../model/server/theatre.ts'

const HOUR_MS = 3_600_000

export interface Server {
  h: Harness
  moveBy: (hours: number) => void
  /** Everything that is due happens; only what would leave the house stays. */
  settle: () => Promise<void>
}

export async function openServer(): Promise<Server> {
  const h = await startHarness({ reach: withoutWaiting })
  for (const table of ['automation_runs', 'automation_run_steps', 'events', 'taggings', 'offer_grants']) {
    await h.app.pool.query(`create index ${table}_of_story on ${table} (site_id)`)
  }
  let now = h.app.clock.now().getTime()
  // No two moments are the same.
  h.app.clock = { now: () => new Date(++now) }
  return {
    h,
    moveBy(hours) {
      now += hours * HOUR_MS
    },
    async settle() {
      for (let done = 1; done > 0; ) {
        done = await expireGrants(h.app)
        done += await h.dispatch()
        done += await advanceRuns(h.app)
      }
    },
  }
}
