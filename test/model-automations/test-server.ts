/** A server on which batches of scenarios run: a database of its own, and a clock that the test moves. */
import { advanceRuns } from '../../src/automations/advance-runs.ts'
import { expireGrants } from '../../src/grants/expire-grants.ts'
import { type Harness, startHarness } from '../../src/testing/harness.ts'
import { withAsynchronousCommit } from '../model/server/test-server.ts'

const HOUR_MS = 3_600_000

export interface TestServer {
  h: Harness
  moveBy: (hours: number) => void
  /** Runs all due work, except sending e-mails and webhooks. */
  settle: () => Promise<void>
}

export async function startTestServer(): Promise<TestServer> {
  const h = await startHarness({ reach: withAsynchronousCommit })
  for (const table of ['automation_runs', 'automation_run_steps', 'events', 'taggings', 'offer_grants']) {
    await h.app.pool.query(`create index ${table}_by_site on ${table} (site_id)`)
  }
  let now = h.app.clock.now().getTime()
  // No two times are equal.
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
