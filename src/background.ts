/** Table of contents: everything that happens by itself. */
import type { App } from './app.ts'
import { advanceRuns } from './automations/advance-runs.ts'
import { emailQueue } from './emails/email-queue.ts'
import { requeueEmails } from './emails/requeue-emails.ts'
import { dispatchEvents } from './events/dispatch-events.ts'
import { expireGrants } from './grants/expire-grants.ts'
import { cleanUp } from './jobs/clean-up.ts'
import type { Jobs, Queue } from './jobs/queue.ts'
import { knownEvents, react } from './reactions.ts'
import { cancelRest } from './webhooks/disable-hook.ts'
import { lanesEnd, startLanes } from './webhooks/lanes.ts'

export const queues: Queue<never>[] = [emailQueue]

/** Work that is looked for again and again, by every worker. */
export interface Chore {
  name: string
  /** How long to wait when there was nothing to do. */
  everyMs: number
  /** Does what follows from something else that was done, and looks at once when there was any. */
  follows?: boolean
  /** @returns how much was done, or begun; 0 when nothing is left */
  run: (app: App, jobs: Jobs) => Promise<number>
  /** Resolves when what this process has begun is done. */
  settle?: (app: App) => Promise<void>
}

/** Recording an event wakes this one at once in the same process. */
export const dispatching: Chore = {
  name: 'dispatch',
  everyMs: 500,
  follows: true,
  run: (app, jobs) =>
    dispatchEvents(app, {
      types: knownEvents,
      react: (tx, events, now) => react(jobs, tx, events, now),
    }),
}

export const requeueing: Chore = { name: 'requeue', everyMs: 5_000, run: requeueEmails }

export const chores: Chore[] = [
  dispatching,
  { name: 'automations', everyMs: 500, follows: true, run: advanceRuns },
  { name: 'deliver', everyMs: 250, follows: true, run: startLanes, settle: lanesEnd },
  { name: 'cancel', everyMs: 1_000, run: cancelRest },
  { name: 'expire', everyMs: 1_000, run: expireGrants },
  requeueing,
  { name: 'clean up', everyMs: 600_000, run: cleanUp },
]
