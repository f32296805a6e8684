import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { App } from '../app.ts'
import { drain, openJobs } from '../jobs/drain.ts'
import { MovableClock } from './clock.ts'

/** What a killed server had in hand stays so for a while; that is not waited for. */
const PATIENCE_MS = 10_000
const POLL_MS = 50

/**
 * Moves the clock of a development server ahead, and does everything that is due by then: access ends,
 * e-mails that wait for another attempt are tried.
 *
 * @throws Error in production
 */
export async function advanceClock(app: App, milliseconds: number): Promise<void> {
  if (!(app.clock instanceof MovableClock)) throw new Error('The clock can be moved in development only.')
  await app.clock.advance(app.db, milliseconds)
  // The queues go by the real time; for what waits in them, time passes too.
  await sql`
    update pgboss.job set start_after = start_after - make_interval(secs => ${milliseconds / 1000})
     where state in ('created', 'retry')`.execute(app.db)
  const jobs = await openJobs(app)
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    await drain(app, jobs)
    if (waitedMs > PATIENCE_MS || !(await isUnderWay(app))) break
    await sleep(POLL_MS)
  }
  await jobs.stop({ close: false, graceful: false })
}

/** Whether a server that runs meanwhile has taken something in hand that is not done yet. What failed waits for its time. */
async function isUnderWay({ db }: App): Promise<boolean> {
  const { rows } = await sql<{ open: boolean }>`
    select exists (select from events where dispatched_at is null and dispatch_after is null)
        or exists (select from pgboss.job where state = 'active') as open`.execute(db)
  return rows[0]!.open
}
