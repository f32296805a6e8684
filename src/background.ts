/** Table of contents: every background task. */

import { advanceRuns } from './automations/advance-runs.ts'
import { endRest } from './automations/end-runs.ts'
import { emailsSettled, sendEmails } from './emails/send-emails.ts'
import { expireGrants } from './grants/expire-grants.ts'
import { cleanUp } from './operations/clean-up.ts'
import type { App } from './platform/app.ts'
import { dispatchEvents } from './platform/events/dispatch-events.ts'
import { knownEvents, react } from './reactions.ts'
import { deliveriesSettled, deliverToHooks } from './webhooks/deliver-to-hooks.ts'
import { cancelRest } from './webhooks/disable-hook.ts'

/** Work that every worker polls for. */
export interface BackgroundTask {
  name: string
  /** Pause after a run that found nothing to do. */
  everyMs: number
  /** When it has processed something, the tasks with `wokenByOthers` run at once. */
  wakesOthers?: boolean
  wokenByOthers?: boolean
  /**
   * @param wake runs this task again at once
   * @returns number of items processed or started; 0 when nothing is left
   */
  run: (app: App, wake: () => void) => Promise<number>
  /** Resolves when everything that this process has started is finished. */
  settle?: (app: App) => Promise<void>
}

/** Woken at once when an event is recorded in the same process. */
export const dispatching: BackgroundTask = {
  name: 'dispatch',
  everyMs: 500,
  wakesOthers: true,
  wokenByOthers: true,
  run: (app) => dispatchEvents(app, { types: knownEvents, react }),
}

export const emailing: BackgroundTask = {
  name: 'emails',
  everyMs: 500,
  wokenByOthers: true,
  run: sendEmails,
  settle: emailsSettled,
}

export const backgroundTasks: BackgroundTask[] = [
  dispatching,
  { name: 'automations', everyMs: 500, wakesOthers: true, wokenByOthers: true, run: advanceRuns },
  emailing,
  { name: 'deliver', everyMs: 250, wokenByOthers: true, run: deliverToHooks, settle: deliveriesSettled },
  { name: 'cancel', everyMs: 1_000, run: cancelRest },
  { name: 'end runs', everyMs: 1_000, run: endRest },
  { name: 'expire', everyMs: 1_000, wakesOthers: true, run: expireGrants },
  { name: 'clean up', everyMs: 600_000, run: cleanUp },
]
