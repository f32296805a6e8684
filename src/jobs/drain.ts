import type { App } from '../app.ts'
import { dispatchEvents } from '../events/dispatch-events.ts'
import { expireGrants } from '../grants/expire-grants.ts'
import { reactions } from '../reactions.ts'
import { createJobs, type Jobs, runDueJobs } from './jobs.ts'

/** Does everything that is due, in this process, and returns when nothing is left. */
export async function drain(app: App, jobs: Jobs): Promise<void> {
  for (;;) {
    const done = [
      await expireGrants(app),
      await dispatchEvents(app, jobs, reactions),
      await runDueJobs(app, jobs),
    ]
    if (done.every((count) => count === 0)) return
  }
}

/** The queues without workers, for a command or a test that calls drain(). */
export async function openJobs(app: App): Promise<Jobs> {
  const jobs = createJobs(app.pool, {
    supervise: false,
    onError: (error) => app.log.warn({ err: error }, 'jobs'),
  })
  return jobs.start()
}
