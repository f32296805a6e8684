import { sql } from 'kysely'
import { defineQueue } from '../platform/queue/queue.ts'
import { emailsSettled, sendEmails } from './send-emails.ts'

/** The outbox: see sendEmails(). */
export const emailsQueue = defineQueue({
  name: 'emails',
  everyMs: 500,
  wokenByOthers: true,
  run: sendEmails,
  settle: emailsSettled,
  kind: 'email',
  table: 'emails',
  isPending: sql`status = 'pending'`,
  isFailed: sql`status = 'failed'`,
  columns: {
    what: sql`kind || ' to ' || coalesce('contact ' || contact_id, 'the owner')`,
    attempts: sql`attempts`,
    createdAt: sql`created_at`,
    error: sql`response`,
  },
  retry: (condition, now) => sql`
    update emails set status = 'pending', due_at = ${now}, attempts = 0, failed_at = null where ${condition}`,
})
