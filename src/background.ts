/** Table of contents: every background task. */

import { endRest } from './automations/end-runs.ts'
import { runsQueue } from './automations/runs-queue.ts'
import { bulkTask } from './bulk/process-jobs.ts'
import { cleanUploads } from './catalogue/uploads/clean-uploads.ts'
import { emailsQueue } from './emails/emails-queue.ts'
import { announceAccessEnds, endingSchedule } from './grants/announce-access-ends.ts'
import { expireGrants, expirySchedule } from './grants/expire-grants.ts'
import { importTask } from './imports/process-imports.ts'
import { cleanEvents } from './operations/clean-events.ts'
import { cleanUp } from './operations/clean-up.ts'
import { countChanges } from './operations/figures/count-changes.ts'
import { expireCheckoutsTask } from './payments/checkouts/expire-checkouts.ts'
import { inboxQueue } from './payments/inbox/inbox-queue.ts'
import { reconcileTask } from './payments/inbox/reconcile.ts'
import { eventTypes } from './platform/events/events.ts'
import { eventsQueue } from './platform/events/events-queue.ts'
import type { BackgroundTask, Queue } from './platform/queue/queue.ts'
import { react } from './reactions.ts'
import { settleDue, settleSchedule } from './sales/settle/settle-due.ts'
import { deliveriesQueue } from './webhooks/deliveries-queue.ts'
import { cancelRest } from './webhooks/disable-hook.ts'

/** Woken at once when an event is recorded in the same process. */
export const dispatching: Queue = eventsQueue({ types: eventTypes, react }, cleanEvents)

export const queues: Queue[] = [dispatching, runsQueue, emailsQueue, deliveriesQueue, inboxQueue]

export const backgroundTasks: BackgroundTask[] = [
  ...queues,
  bulkTask,
  importTask,
  reconcileTask,
  expireCheckoutsTask,
  { name: 'cancel', everyMs: 1_000, run: cancelRest },
  { name: 'end runs', everyMs: 1_000, run: endRest },
  { name: 'expire', everyMs: 1_000, wakesOthers: true, run: expireGrants, schedule: expirySchedule },
  {
    name: 'announce ends',
    everyMs: 1_000,
    wakesOthers: true,
    run: announceAccessEnds,
    schedule: endingSchedule,
  },
  { name: 'settle', everyMs: 1_000, wakesOthers: true, run: settleDue, schedule: settleSchedule },
  { name: 'count changes', everyMs: 60_000, run: (app) => countChanges(app) },
  { name: 'clean uploads', everyMs: 600_000, run: cleanUploads },
  { name: 'clean up', everyMs: 600_000, run: (app) => cleanUp(app, queues) },
]
