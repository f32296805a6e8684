import type { App } from '../app.ts'
import { chores } from '../background.ts'
import { createJobs, runDueJobs } from './jobs.ts'
import type { Jobs } from './queue.ts'

/** Does everything that is due, in this process, and returns when nothing is left. */
export async function drain(app: App, jobs: Jobs): Promise<void> {
  for (let done = 1; done > 0; ) {
    done = 0
    for (const { run, settle } of chores) {
      done += await run(app, jobs)
      await settle?.(app)
    }
    done += await runDueJobs(app, jobs)
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
