import { sql } from 'kysely'
import { defineQueue, type Queue } from '../queue/queue.ts'
import { dispatchEvents, type Listener } from './dispatch-events.ts'

/** Undispatched events: see dispatchEvents(). One that fails stays pending. */
export const eventsQueue = (listener: Listener, clean: Queue['clean']): Queue =>
  defineQueue({
    name: 'dispatch',
    everyMs: 500,
    wakesOthers: true,
    wokenByOthers: true,
    run: (app) => dispatchEvents(app, listener),
    kind: 'event',
    table: 'events',
    isPending: sql`dispatched_at is null`,
    isFailed: sql`dispatched_at is null and dispatch_attempts > 0`,
    dueAt: 'dispatch_after',
    columns: {
      what: sql`type`,
      attempts: sql`dispatch_attempts`,
      createdAt: sql`occurred_at`,
      error: sql`dispatch_error`,
    },
    retry: (condition) => sql`update events set dispatch_after = null where ${condition}`,
    clean,
  })
