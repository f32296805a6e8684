/** Why an automation ran for a contact or did not: event by event. */
import { sql } from 'kysely'
import { zoneOf } from '../accounts/sites/zone-of.ts'
import {
  type ExplainedCondition,
  explainCondition,
  unmetSentences,
} from '../people/contacts/explain-condition.ts'
import type { Db } from '../platform/db/database.ts'
import { confinedIdOf, type Event } from '../platform/events/events.ts'
import { isPermitted } from '../platform/http/authenticate.ts'
import { type Name, namesOf } from '../platform/references/names-of.ts'
import { durationInWords, timeInWords } from '../platform/text/times.ts'
import type { Viewer } from './describe-steps.ts'
import type { Definition } from './parse-automation.ts'
import { TRIGGERS, type TriggerEvent } from './triggers.ts'

/** The newest so many events are explained. */
const MOST = 20

export const OUTCOMES = ['ran', 'runs', 'stopped', 'failed', 'did_not_start'] as const

/** Why it did not run; a run that has stopped has the reasons of runs. */
export const REASONS = [
  'not_processed',
  'other_resource',
  'created_later',
  'other_version',
  'enabled_later',
  'disabled',
  'unknown',
] as const

export interface Occurrence {
  event_id: string
  occurred_at: string
  outcome: (typeof OUTCOMES)[number]
  reason: string | null
  run_id: string | null
  /** The offer, tag or form that the event is about. */
  about: Named | null
  /** When the automation was created, enabled or disabled, if that is the reason. */
  since: string | null
  /** Why the run or the processing of the event failed. */
  error: string | null
  sentence: string
}

interface Named extends Name {
  name: string
}

export interface Explanation {
  /** The type of the event of the trigger. */
  event: TriggerEvent
  /** Null: it is enabled. */
  disabled_at: string | null
  sentence: string
  /** The events of the trigger that have occurred to the contact, the newest first. */
  occurrences: Occurrence[]
  /** As they are now; null: there are none, or the viewer may not view contacts. */
  conditions: ExplainedCondition | null
}

export interface Explained {
  site_id: string
  id: string
  name: string
  version: number
  created_at: Date
  disabled_at: Date | null
  enabled_at: Date | null
}

/** @param contactId a contact of the site */
export async function explainOccurrences(
  db: Db,
  automation: Explained,
  contactId: string,
  viewer: Viewer,
  now: Date,
): Promise<Explanation> {
  const versions = await readVersions(db, automation)
  const zone = await zoneOf(db, automation.site_id)
  const { definition } = versions.at(-1)!
  const mayViewContacts = isPermitted(viewer.permissions, 'view:contacts')
  const conditions =
    definition.conditions && mayViewContacts
      ? await explainCondition(db, automation.site_id, contactId, definition.conditions, now)
      : null
  const events = await readEvents(db, automation, contactId, definition.trigger)
  const nameOf = await namesOf(
    db,
    automation.site_id,
    events.flatMap((event) => resourceOf(event) ?? []),
  )
  const occurrences = events.map((event): Occurrence => {
    const resource = resourceOf(event)
    const about = resource && { ...resource, name: nameOf(resource) }
    return {
      event_id: event.id,
      occurred_at: event.occurred_at.toISOString(),
      run_id: event.started?.id ?? null,
      about,
      since: null,
      error: event.started ? event.started.error : event.dispatched_at ? null : event.dispatch_error,
      ...findingOf(event, about, automation, versions, conditions, zone),
    }
  })
  return {
    event: definition.trigger,
    disabled_at: automation.disabled_at?.toISOString() ?? null,
    sentence: summaryOf(automation, definition.trigger, occurrences, zone),
    occurrences,
    conditions,
  }
}

interface Version {
  created_at: Date
  definition: Definition
}

async function readVersions(db: Db, { site_id, id }: Explained): Promise<Version[]> {
  const rows = await db
    .selectFrom('automation_versions')
    .select(['created_at', 'definition'])
    .where('automation_id', '=', id)
    .where('site_id', '=', site_id)
    .orderBy('version')
    .execute()
  return rows as unknown as Version[]
}

/** An event, and the run that it has started. */
type Occasion = Event & {
  dispatched_at: Date | null
  dispatch_error: string | null
  started: { id: string; status: string; reason: string | null; error: string | null } | null
}

async function readEvents(
  db: Db,
  { site_id, id }: Explained,
  contactId: string,
  trigger: TriggerEvent,
): Promise<Occasion[]> {
  const { rows } = await sql<Occasion>`
    select e.*, case when r.id is not null
                     then json_build_object('id', r.id::text, 'status', r.status, 'reason', r.reason, 'error', r.error)
                end as started
      from events e
      left join automation_runs r on r.event_id = e.id and r.automation_id = ${id} and r.site_id = e.site_id
     where e.contact_id = ${contactId} and e.site_id = ${site_id} and e.type = ${trigger}
     order by e.id desc limit ${MOST}`.execute(db)
  return rows
}

function resourceOf(event: Occasion) {
  const type = TRIGGERS[event.type as TriggerEvent]
  const id = confinedIdOf(event)
  return type && id ? { type, id } : null
}

type Finding = Pick<Occurrence, 'outcome' | 'reason' | 'sentence'> & Partial<Pick<Occurrence, 'since'>>

function findingOf(
  event: Occasion,
  about: Named | null,
  automation: Explained,
  versions: Version[],
  conditions: ExplainedCondition | null,
  zone: string,
): Finding {
  if (event.started) return ofRun(event.started, conditions)
  const refusal = (reason: (typeof REASONS)[number], sentence: string, since?: Date): Finding => ({
    outcome: 'did_not_start',
    reason,
    sentence,
    ...(since && { since: since.toISOString() }),
  })
  const { created_at, disabled_at, enabled_at } = automation
  const at = event.dispatched_at
  if (at === null) {
    const problem = event.dispatch_error ? ` The last attempt failed: ${event.dispatch_error}` : ''
    return refusal('not_processed', `The event is not processed yet.${problem}`)
  }
  if (created_at > at)
    return refusal(
      'created_later',
      `The automation was created ${durationInWords(event.occurred_at, created_at)} after the event.`,
      created_at,
    )
  const version = versions.findLast((each) => each.created_at <= at) ?? versions[0]!
  if (!isFor(event, version.definition))
    return isFor(event, versions.at(-1)!.definition)
      ? refusal('other_version', 'At the time, the automation had another trigger.')
      : refusal(
          'other_resource',
          `The event is about ${about ? `"${about.name}"` : 'another resource'}, and the trigger is restricted to another resource.`,
        )
  if (enabled_at && enabled_at > at)
    return refusal(
      'enabled_later',
      `The automation was enabled ${durationInWords(event.occurred_at, enabled_at)} after the event.`,
      enabled_at,
    )
  if (disabled_at && disabled_at <= at)
    return refusal(
      'disabled',
      `The automation has been disabled since ${timeInWords(disabled_at, zone)}.`,
      disabled_at,
    )
  return refusal(
    'unknown',
    'The automation did not start. It was probably disabled when the event was processed.',
  )
}

const isFor = (event: Occasion, { trigger, resource_id }: Definition) =>
  trigger === event.type && (resource_id === null || resource_id === confinedIdOf(event))

function ofRun(
  { id, status, reason, error }: NonNullable<Occasion['started']>,
  conditions: ExplainedCondition | null,
): Finding {
  switch (status) {
    case 'completed':
      return { outcome: 'ran', reason: null, sentence: `Run ${id} has completed.` }
    case 'active':
      return { outcome: 'runs', reason, sentence: `Run ${id} is in progress.` }
    case 'failed':
      return {
        outcome: 'failed',
        reason,
        sentence: `Run ${id} has failed: ${error ?? 'its error was erased'}.`,
      }
  }
  if (reason === 'stop')
    return { outcome: 'ran', reason, sentence: `Run ${id} has ended with the action stop.` }
  return { outcome: 'stopped', reason, sentence: `Run ${id} has stopped: ${whyStopped(reason, conditions)}.` }
}

function whyStopped(reason: string | null, conditions: ExplainedCondition | null): string {
  if (reason !== 'conditions_not_met') return STOPPED[reason!] ?? String(reason)
  if (!conditions) return 'its conditions were not met'
  if (conditions.is_met) return 'its conditions were not met then; they are met now'
  const now = unmetSentences(conditions).join(' ').replace(/\.$/, '')
  return `its conditions were not met. Now: ${now}`
}

const STOPPED: Record<string, string> = {
  repeated: 'the automation had already run in the chain of events that led to this one',
  depth_limit: 'too many automations had started each other',
  automation_deleted: 'the automation was deleted',
  automation_disabled: 'the automation was disabled',
  contact_deleted: 'the contact was deleted',
  cancelled: 'it was cancelled by a request',
}

function summaryOf(
  { name, disabled_at }: Explained,
  trigger: TriggerEvent,
  occurrences: Occurrence[],
  zone: string,
): string {
  const state = disabled_at ? ` It has been disabled since ${timeInWords(disabled_at, zone)}.` : ''
  const [latest] = occurrences
  if (!latest)
    return `The automation "${name}" has not run: no event ${trigger} of the contact is in the event log.${state}`
  const at = timeInWords(new Date(latest.occurred_at), zone)
  const rest = latest.reason === 'disabled' ? '' : state
  return `The automation "${name}", at the last event ${trigger}, of ${at}: ${latest.sentence}${rest}`
}
