import { randomUUID } from 'node:crypto'
import type { Tx } from '../db/database.ts'
import { enqueue, type Jobs } from '../jobs/queue.ts'
import { emailQueue } from './email-queue.ts'
import type { EmailKind } from './templates/index.ts'

export interface NewEmail {
  site_id: string
  kind: EmailKind
  event_id: string
  contact_id: string
  /** The step of an automation that sends it, and what it says then. */
  run_id?: string
  step?: number
  template_id?: string
}

/** Adds e-mails to the outbox, with their jobs. Those that their cause has sent before are left out. */
export async function addToOutbox(jobs: Jobs, tx: Tx, emails: NewEmail[], now: Date): Promise<void> {
  if (emails.length === 0) return
  const added = await tx
    .insertInto('emails')
    .values(emails.map((email) => ({ ...email, created_at: now, job_id: randomUUID() })))
    .onConflict((conflict) => conflict.doNothing())
    .returning(['site_id', 'id', 'job_id'])
    .execute()
  await enqueue(
    jobs,
    tx,
    emailQueue,
    added.map(({ site_id, id, job_id }) => ({ id: job_id!, data: { siteId: site_id, id } })),
  )
}
