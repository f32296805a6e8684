/** Table of contents: everything that happens by itself. */

import { advanceRuns } from './automations/advance-runs.ts'
import { endRest } from './automations/end-runs.ts'
import { emailsEnd, sendEmails } from './emails/send-emails.ts'
import { expireGrants } from './grants/expire-grants.ts'
import { cleanUp } from './operations/clean-up.ts'
import type { App } from './platform/app.ts'
import { dispatchEvents } from './platform/events/dispatch-events.ts'
import { knownEvents, react } from './reactions.ts'
import { lanesEnd, startLanes } from './webhooks/deliver-to-hooks.ts'
import { cancelRest } from './webhooks/disable-hook.ts'

/** Work that is looked for again and again, by every worker. */
export interface Chore {
  name: string
  /** How long to wait when there was nothing to do. */
  everyMs: number
  /** When it has done something, those that follow look at once. */
  leads?: boolean
  follows?: boolean
  /**
   * @param wake has this one look again at once
   * @returns how much was done, or begun; 0 when nothing is left
   */
  run: (app: App, wake: () => void) => Promise<number>
  /** Resolves when what this process has begun is done. */
  settle?: (app: App) => Promise<void>
}

/** Recording an event wakes this one at once in the same process. */
export const dispatching: Chore = {
  name: 'dispatch',
  everyMs: 500,
  leads: true,
  follows: true,
  run: (app) => dispatchEvents(app, { types: knownEvents, react }),
}

export const emailing: Chore = {
  name: 'emails',
  everyMs: 500,
  follows: true,
  run: sendEmails,
  settle: emailsEnd,
}

export const chores: Chore[] = [
  dispatching,
  { name: 'automations', everyMs: 500, leads: true, follows: true, run: advanceRuns },
  emailing,
  { name: 'deliver', everyMs: 250, follows: true, run: startLanes, settle: lanesEnd },
  { name: 'cancel', everyMs: 1_000, run: cancelRest },
  { name: 'end runs', everyMs: 1_000, run: endRest },
  { name: 'expire', everyMs: 1_000, leads: true, run: expireGrants },
  { name: 'clean up', everyMs: 600_000, run: cleanUp },
]
