import { sql } from 'kysely'
import type { App } from '../app.ts'
import { drain, openJobs } from '../jobs/drain.ts'
import { MovableClock } from './clock.ts'

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
  await drain(app, jobs)
  await jobs.stop({ close: false, graceful: false })
}
