/** The actions that reach somebody outside: what they write down is sent once the transaction has ended. */
import { queueAutomationEmails, reserveBudget } from '../emails/automation-emails.ts'
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
    eventId,
    contactId,
    templateId: action.template_id,
    runId: id,
    step,
  }))
  const emailIds = await queueAutomationEmails(tx, siteId, emails, now)
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
    hookId: action.hook_id,
    eventId,
    contactId,
    runId: id,
    step,
  }))
  const deliveryIds = await callHooks(tx, siteId, calls, now)
  return runs.map(({ id }) => {
    const delivery_id = deliveryIds.get(id)
    return delivery_id === undefined ? skipped('hook_disabled') : done({ delivery_id })
  })
}
