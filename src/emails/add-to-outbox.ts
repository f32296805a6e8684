import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import type { EmailKind } from './templates/index.ts'

export interface NewEmail {
  site_id: string
  kind: EmailKind
  event_id: string
  /** Null: to the owner of the account, or to whoever submitted a form. */
  contact_id: string | null
  /** The step of an automation that sends it, and what it says then. */
  run_id?: string
  step?: number
  template_id?: string
}

/** Adds e-mails to the outbox, due at once. Those that their cause has sent before are left out. */
export async function addToOutbox(tx: Tx, emails: NewEmail[], now: Date): Promise<void> {
  if (emails.length === 0) return
  await sql`
    insert into emails (site_id, kind, event_id, contact_id, run_id, step, template_id, created_at, due_at)
    select m.*, ${now}::timestamptz, ${now}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(emails)}::jsonb)
           m (site_id bigint, kind text, event_id bigint, contact_id bigint, run_id bigint, step integer, template_id bigint)
    on conflict do nothing`.execute(tx)
}
