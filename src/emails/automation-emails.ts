/** What automations need of the outbox: to send, and not more in an hour than their site may. */
import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import { idsOfSteps } from '../platform/db/ids-of-steps.ts'
import { addToOutbox } from './add-to-outbox.ts'

export interface AutomationEmail {
  /** What started the run. */
  eventId: string
  contactId: string
  templateId: string
  runId: string
  step: number
}

/** Adds the e-mails of steps to the outbox, each step's once. @returns their ids by run */
export async function queueAutomationEmails(
  tx: Tx,
  siteId: string,
  emails: AutomationEmail[],
  now: Date,
): Promise<Map<string, string>> {
  const added = emails.map(({ eventId, contactId, templateId, runId, step }) => ({
    site_id: siteId,
    kind: 'automation' as const,
    event_id: eventId,
    contact_id: contactId,
    template_id: templateId,
    run_id: runId,
    step,
  }))
  await addToOutbox(tx, added, now)
  return idsOfSteps(tx, sql`emails`, siteId, emails)
}

export interface Reserved {
  /** How many of those that were wanted may be sent now. */
  granted: number
  /** When the others may be asked for again. */
  nextHour: Date
}

const HOUR_MS = 3_600_000

/**
 * Takes from what the automations of a site may send in this hour (`sites.automation_emails_per_hour`). What is taken
 * is given back only when the transaction fails; until it ends, others who take from the same hour wait.
 */
export async function reserveBudget(tx: Tx, siteId: string, wanted: number, now: Date): Promise<Reserved> {
  const hour = new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS)
  // What was used before can exceed the limit by what was last asked for; it counts as the limit, so that the
  // difference to what is used now is known from the result alone.
  const { rows } = await sql<{ granted: number }>`
    insert into email_budgets as b (site_id, hour, used)
    select s.id, ${hour}::timestamptz, ${wanted}::integer from sites s where s.id = ${siteId}
    on conflict (hour, site_id) do update
       set used = least(b.used, (select automation_emails_per_hour from sites where id = excluded.site_id)) + excluded.used
    returning least(${wanted}::integer,
                    (select automation_emails_per_hour from sites where id = b.site_id) - (used - ${wanted}::integer)) as granted`.execute(
    tx,
  )
  return { granted: rows[0]!.granted, nextHour: new Date(hour.getTime() + HOUR_MS) }
}
