/** The actions that reach somebody outside: what they write down is sent once the transaction has ended. */
import { sql } from 'kysely'
import { queueAutomationEmails, reserveBudget } from '../emails/automation-emails.ts'
import type { Tx } from '../platform/db/database.ts'
import { callHooks } from '../webhooks/call-hooks.ts'
import { type ClaimedRun, done, type Outcome, skipped, type Work } from './run.ts'

/** As many as the site may still send in this hour; the others wait for the next. */
export async function sendEmail(
  { tx, now }: Work,
  siteId: string,
  runs: ClaimedRun<'send_email'>[],
): Promise<Outcome[]> {
  const { granted, nextHour } = await reserveBudget(tx, siteId, runs.length, now)
  const sending = runs.slice(0, granted)
  const emails = sending.map(({ eventId, contactId, action, id, step }) => ({
    siteId,
    eventId,
    contactId,
    templateId: action.template_id,
    runId: id,
    step,
  }))
  await queueAutomationEmails(tx, emails, now)
  const emailIds = await madeBySteps(tx, 'emails', siteId, sending)
  return runs.map(({ id }, index) =>
    index < granted
      ? done({ email_id: emailIds.get(id) })
      : { state: 'postponed', until: nextHour, reason: 'email_budget' },
  )
}

/** Calls without a delivery found their hook disabled or deleted. */
export async function callWebhook(
  { tx, now }: Work,
  siteId: string,
  runs: ClaimedRun<'call_webhook'>[],
): Promise<Outcome[]> {
  const calls = runs.map(({ eventId, contactId, action, id, step }) => ({
    siteId,
    hookId: action.hook_id,
    eventId,
    contactId,
    runId: id,
    step,
  }))
  await callHooks(tx, calls, now)
  const deliveryIds = await madeBySteps(tx, 'webhook_deliveries', siteId, runs)
  return runs.map(({ id }) => {
    const delivery_id = deliveryIds.get(id)
    return delivery_id === undefined ? skipped('hook_disabled') : done({ delivery_id })
  })
}

/** The ids of what these runs have made at the step where they stand, by run. */
async function madeBySteps(
  tx: Tx,
  table: 'emails' | 'webhook_deliveries',
  siteId: string,
  runs: ClaimedRun[],
): Promise<Map<string, string>> {
  const runIds = runs.map(({ id }) => id)
  const steps = runs.map(({ step }) => step)
  const { rows } = await sql<{ run_id: string; id: string }>`
    select m.run_id, m.id
      from unnest(${runIds}::bigint[], ${steps}::integer[]) s (run_id, step)
     cross join lateral (
       select m.run_id, m.id from ${sql.table(table)} m
        where m.run_id = s.run_id and m.step = s.step and m.site_id = ${siteId} limit 1) m`.execute(tx)
  return new Map(rows.map(({ run_id, id }) => [run_id, id]))
}
