import type { Static } from 'typebox'
import { grants } from '../../grants/grants.resource.ts'
import type { Db } from '../../platform/db/database.ts'
import { loadOne } from '../../platform/jsonapi/load.ts'
import type { LoadScope } from '../../platform/jsonapi/resources.ts'
import {
  type DeliveryRow,
  type EmailRow,
  type EventRow,
  MOST,
  type RemovedRow,
  type RunRow,
  readCauses,
  readDeliveries,
  readEmails,
  readEvents,
  readRemovedDeliveries,
  readRuns,
  readSteps,
  type StepRow,
} from './timeline-rows.ts'
import type { Cause, Run, Timeline, TimelineEntry } from './timeline-schema.ts'

/**
 * Reads the causes of a grant and all its effects, as far as they are still kept.
 *
 * @throws ApiError 404
 */
export async function readTimeline(db: Db, id: string, scope: LoadScope): Promise<Static<typeof Timeline>> {
  const { primary } = await loadOne(db, grants, id, { fields: { grants: [] }, include: {} }, scope)
  const { site_id: siteId, rel_customer: customerId } = primary.rows[0]!
  const contactId = await contactOf(db, siteId, customerId as string)
  const causes = await readCauses(db, siteId, id, contactId)
  const all = { events: await readEvents(db, siteId, id, contactId) } as Rows
  const eventIds = all.events.map((event) => event.id)
  all.runs = await readRuns(db, siteId, eventIds)
  const runIds = all.runs.map((run) => run.id)
  all.steps = await readSteps(db, siteId, runIds)
  all.emails = await readEmails(db, siteId, eventIds, runIds)
  all.deliveries = await readDeliveries(db, siteId, eventIds, runIds)
  const removed = await readRemovedDeliveries(db, siteId, eventIds)
  const truncated = (Object.keys(all) as (keyof Rows)[]).filter((kind) => all[kind].length > MOST)
  const shown = Object.fromEntries(Object.entries(all).map(([kind, rows]) => [kind, rows.slice(0, MOST)]))
  return {
    causes: causes.map(causeOf),
    entries: entriesOf(shown as unknown as Rows, removed),
    truncated: truncated,
  }
}

interface Rows {
  events: EventRow[]
  runs: RunRow[]
  steps: StepRow[]
  emails: EmailRow[]
  deliveries: DeliveryRow[]
}

async function contactOf(db: Db, siteId: string, customerId: string): Promise<string> {
  const { contact_id } = await db
    .selectFrom('customers')
    .select('contact_id')
    .where('site_id', '=', siteId)
    .where('id', '=', customerId)
    .executeTakeFirstOrThrow()
  return contact_id
}

function entriesOf(
  { events, runs, steps, emails, deliveries }: Rows,
  removed: RemovedRow[],
): Static<typeof TimelineEntry>[] {
  const directly = <Row extends { run_id: string | null }>(rows: Row[]) =>
    Map.groupBy(
      rows.filter(({ run_id }) => run_id === null) as (Row & { event_id: string })[],
      ({ event_id }) => event_id,
    )
  const byRun = <Row extends { run_id: string | null }>(rows: Row[]) =>
    Map.groupBy(rows, ({ run_id }) => run_id)
  const [emailsOf, deliveriesOf] = [directly(emails), directly(deliveries)]
  const [stepsIn, emailsIn, deliveriesIn] = [byRun(steps), byRun(emails), byRun(deliveries)]
  const runsOf = Map.groupBy(runs, ({ event_id }) => event_id)
  const removedOf = (eventId: string, runId: string | null) =>
    removedBy(removed.find(({ event_id, run_id }) => event_id === eventId && run_id === runId))
  const runWithEffects = (run: RunRow) => ({
    ...runOf(run, stepsIn.get(run.id) ?? [], emailsIn.get(run.id) ?? [], deliveriesIn.get(run.id) ?? []),
    removed_webhook_deliveries: removedOf(run.event_id, run.id),
  })
  return events.map((event) => ({
    ...causeOf(event),
    caused_by: event.caused_by,
    offer_id: event.offer_id,
    grant_id: event.grant_id,
    emails: (emailsOf.get(event.id) ?? []).map(emailOf),
    webhook_deliveries: (deliveriesOf.get(event.id) ?? []).map(deliveryOf),
    removed_webhook_deliveries: removedOf(event.id, null),
    automation_runs: (runsOf.get(event.id) ?? []).map(runWithEffects),
  }))
}

const removedBy = (row: RemovedRow | undefined) =>
  row ? { count: row.count, at: row.removed_at.toISOString() } : null

function causeOf(event: EventRow): Static<typeof Cause> {
  const [type, id = null] = event.actor.split(':') as [string, string?]
  return {
    event_id: event.id,
    type: event.type,
    at: event.occurred_at.toISOString(),
    actor: { type, id, name: type === 'automation' ? event.automation_name : event.actor_name },
    request_id: event.request_id,
    automation_run: event.run_id && { id: event.run_id, automation_id: event.automation_id },
  } as Static<typeof Cause>
}

function runOf(
  run: RunRow,
  steps: StepRow[],
  emails: EmailRow[],
  deliveries: DeliveryRow[],
): Omit<Static<typeof Run>, 'removed_webhook_deliveries'> {
  return {
    id: run.id,
    automation: { id: run.automation_id, name: run.automation_name },
    status: run.status,
    reason: run.reason,
    error: run.error,
    created_at: run.created_at.toISOString(),
    due_at: isoOf(run.due_at),
    ended_at: isoOf(run.ended_at),
    steps: steps.map(({ position, action, state, detail, done_at }) => ({
      position,
      action,
      state,
      detail: detail as Record<string, unknown>,
      done_at: done_at.toISOString(),
      emails: emails.filter(({ step }) => step === position).map(emailOf),
      webhook_deliveries: deliveries.filter(({ step }) => step === position).map(deliveryOf),
    })),
  }
}

const emailOf = ({ id, kind, status, attempts, created_at, sent_at, failed_at }: EmailRow) => ({
  id,
  kind,
  status,
  attempts,
  created_at: created_at.toISOString(),
  sent_at: isoOf(sent_at),
  failed_at: isoOf(failed_at),
})

const deliveryOf = (delivery: DeliveryRow) => ({
  id: delivery.id,
  hook_id: delivery.hook_id,
  event: delivery.event,
  status: delivery.status,
  attempts: delivery.attempts,
  created_at: delivery.created_at.toISOString(),
  due_at: isoOf(delivery.due_at),
  delivered_at: isoOf(delivery.delivered_at),
  failed_at: isoOf(delivery.failed_at),
})

const isoOf = (time: Date | null) => time?.toISOString() ?? null
