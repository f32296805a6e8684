import { type Contact, contactRows } from '../people/contacts/contacts.resource.ts'
import {
  type ExplainedCondition,
  explainCondition,
  unmetSentences,
} from '../people/contacts/explain-condition.ts'
import { personOf } from '../people/contacts/person-of.ts'
import type { App } from '../platform/app.ts'
import type { Tx } from '../platform/db/database.ts'
import { recordEvent } from '../platform/events/events.ts'
import { isPermitted } from '../platform/http/authenticate.ts'
import { notFound, unprocessable } from '../platform/jsonapi/errors.ts'
import { findOne } from '../platform/records/lock-one.ts'
import { isThere } from '../platform/references/names-of.ts'
import { type DescribedStep, describeSteps, type Viewer } from './describe-steps.ts'
import type { Definition } from './parse-automation.ts'
import { simulateRuns } from './simulate-runs.ts'
import { TRIGGERS } from './triggers.ts'

/** What is tested: an automation, or one that is not saved. */
export interface Tested {
  siteId: string
  name: string
  isEnabled: boolean
  definition: Definition
}

/** The event that is imagined: of the trigger, to this contact. */
export interface Occasion {
  contactId: string
  /** The offer, tag or form that it is about; left out, the one that the trigger is restricted to. */
  resourceId?: string
}

export interface TestResult {
  would_run: boolean
  reason: 'disabled' | 'other_resource' | 'conditions_not_met' | null
  sentence: string
  /** Null: it has none, or the viewer may not view contacts. */
  conditions: ExplainedCondition | null
  steps: DescribedStep[]
}

/**
 * Finds out what an automation would do, if the event of its trigger occurred to a contact now: whether it would run,
 * each condition with the value found, and each step with its time. The steps are those of a run that goes ahead, also
 * when it would not.
 *
 * @param tx a transaction that is rolled back
 * @throws ApiError 404 for the contact; 422 for a resource that the trigger cannot be about
 */
export async function testAutomation(
  app: App,
  tx: Tx,
  { siteId, name, isEnabled, definition }: Tested,
  occasion: Occasion,
  viewer: Viewer,
): Promise<TestResult> {
  const now = app.clock.now()
  const contact = await findOne<Contact>(tx, contactRows, [siteId], occasion.contactId, CONTACT)
  const resourceId = await resourceOf(tx, siteId, definition, occasion)
  const eventId = await recordOccasion(tx, siteId, definition, contact, resourceId, now)
  const conditions = definition.conditions
    ? await explainCondition(tx, siteId, contact.id, definition.conditions, now)
    : null
  const reason = reasonAgainst(definition, isEnabled, resourceId, conditions)
  const run = {
    siteId,
    // No row has it: nothing is inserted for it.
    id: '0',
    automationId: '0',
    contactId: contact.id,
    eventId,
    definition: { ...definition, conditions: null },
  }
  const [simulated] = await simulateRuns(app, tx, [run], now)
  const shown = isPermitted(viewer.permissions, 'view:contacts') ? conditions : null
  return {
    would_run: reason === null,
    reason,
    sentence: sentenceOf(name, contact.name || contact.email, definition, reason, shown),
    conditions: shown,
    steps: await describeSteps(tx, siteId, definition, simulated!.steps, viewer),
  }
}

const CONTACT = { pointer: '/meta/contact_id' }

async function resourceOf(
  tx: Tx,
  siteId: string,
  { trigger, resource_id }: Definition,
  { resourceId }: Occasion,
): Promise<string | null> {
  if (resourceId === undefined) return resource_id
  const type = TRIGGERS[trigger]
  const pointer = '/meta/resource_id'
  if (!type)
    throw unprocessable('not_supported', `${trigger} is not about a resource; leave it out.`, pointer)
  if (await isThere(tx, siteId, { type, id: resourceId })) return resourceId
  throw notFound(`The site has none of the ${type.replaceAll('_', ' ')} with the id ${resourceId}.`, {
    pointer,
  })
}

/** Records the event that is imagined, which e-mails and deliveries are about. */
async function recordOccasion(
  tx: Tx,
  siteId: string,
  { trigger }: Definition,
  contact: Contact,
  resourceId: string | null,
  now: Date,
): Promise<string> {
  const type = TRIGGERS[trigger]
  const data = {
    ...(type === 'contact_tags' && { tag_id: resourceId }),
    ...(type === 'forms' && { form_id: resourceId }),
  }
  const { contactId, customerId } = await personOf(tx, contact)
  const about = { siteId, contactId, customerId, offerId: type === 'offers' ? resourceId : null }
  const origin = { actor: 'test', requestId: null, now }
  // Its data is that of no event that has happened.
  return recordEvent(tx, trigger as 'contact_created', about, data, origin)
}

function reasonAgainst(
  { resource_id }: Definition,
  isEnabled: boolean,
  resourceId: string | null,
  conditions: ExplainedCondition | null,
): TestResult['reason'] {
  if (!isEnabled) return 'disabled'
  if (resource_id !== null && resource_id !== resourceId) return 'other_resource'
  if (conditions && !conditions.is_met) return 'conditions_not_met'
  return null
}

function sentenceOf(
  automation: string,
  contact: string,
  { trigger }: Definition,
  reason: TestResult['reason'],
  conditions: ExplainedCondition | null,
): string {
  const event = `if ${trigger} occurred to ${contact} now`
  const because = {
    disabled: 'it is disabled',
    other_resource: 'its trigger is restricted to another resource',
    conditions_not_met: [
      'its conditions are not met',
      ...(conditions ? unmetSentences(conditions) : []),
    ].join('. '),
  }
  if (reason === null) return `The automation "${automation}" would run, ${event}.`
  return `The automation "${automation}" would not run, ${event}: ${because[reason].replace(/\.$/, '')}.`
}
