/** Steps of runs to come in words, and as responses have them. */

import { type Static, Type } from 'typebox'
import { zoneOf } from '../accounts/sites/zone-of.ts'
import type { Db, Tx } from '../platform/db/database.ts'
import { isPermitted } from '../platform/http/authenticate.ts'
import { component } from '../platform/jsonapi/documented.ts'
import { NullableText } from '../platform/jsonapi/nullable.ts'
import { type Name, namesOf } from '../platform/references/names-of.ts'
import { timeInWords } from '../platform/text/times.ts'
import { ACTION_NAMES } from './actions.ts'
import type { Definition } from './parse-automation.ts'
import { namedBy } from './references.ts'
import type { StepToCome } from './simulate-runs.ts'

export const StepToComeSchema = component(
  'StepToCome',
  Type.Object({
    position: Type.Integer(),
    action: Type.Unsafe<string>({ type: 'string', enum: ACTION_NAMES }),
    state: Type.Unsafe<string>({
      type: 'string',
      enum: ['done', 'skipped', 'failed'],
      description: 'What would become of the step',
    }),
    reason: NullableText({ description: 'Why it would be skipped, or why it would fail' }),
    at: Type.String({ format: 'date-time', description: 'When it would be taken' }),
    detail: Type.Record(Type.String(), Type.Unknown(), { description: 'The parameters of the action' }),
    to_email: Type.Optional(NullableText()),
    subject: Type.Optional(NullableText()),
    sentence: Type.String(),
  }),
)

export type DescribedStep = Static<typeof StepToComeSchema>

/** Who reads the description; e-mails and addresses of hooks are for those who may view them. */
export interface Viewer {
  /** Null: all. */
  permissions: string[] | null
}

/** Describes the steps of a run, in their order. */
export async function describeSteps(
  db: Db | Tx,
  siteId: string,
  definition: Pick<Definition, 'actions'>,
  steps: StepToCome[],
  viewer: Viewer,
): Promise<DescribedStep[]> {
  const words = { nameOf: await namesOf(db, siteId, namedBy(definition)), zone: await zoneOf(db, siteId) }
  return steps.map((step) => describe(step, words, viewer))
}

/** What sentences about a site need. */
interface Words {
  nameOf: (name: Name) => string
  zone: string
}

function describe(step: StepToCome, words: Words, { permissions }: Viewer): DescribedStep {
  const { position, action, state, reason, at } = step
  const { action: name, ...detail } = action
  const mayReadEmails = isPermitted(permissions, 'view:emails')
  const { email: written, targetUrl, ...bare } = step
  const shown: StepToCome = {
    ...bare,
    ...(mayReadEmails && written && { email: written }),
    ...(isPermitted(permissions, 'view:hooks') && targetUrl !== undefined && { targetUrl }),
  }
  return {
    position,
    action: name,
    state,
    reason,
    at: at.toISOString(),
    detail,
    ...(name === 'send_email' && {
      to_email: shown.email?.to ?? null,
      subject: shown.email?.subject ?? null,
    }),
    sentence: sentenceOf(shown, words),
  }
}

function sentenceOf(step: StepToCome, words: Words): string {
  const what = deedOf(step, words)
  switch (step.state) {
    case 'done':
      return `Would ${what}.`
    case 'skipped':
      return `Would not ${what}: ${SKIPPED[step.reason!]?.(step) ?? step.reason}.`
    case 'failed':
      return `Would fail to ${what}: ${step.reason}.`
  }
}

/** Completes "Would …". */
function deedOf({ action, nextAt, email, targetUrl }: StepToCome, { nameOf, zone }: Words): string {
  switch (action.action) {
    case 'grant_offer':
      return `grant the offer "${nameOf({ type: 'offers', id: action.offer_id })}"`
    case 'revoke_offer':
    case 'deactivate_offer':
      return `revoke the offer "${nameOf({ type: 'offers', id: action.offer_id })}"`
    case 'add_tag':
      return `add the tag "${nameOf({ type: 'contact_tags', id: action.tag_id })}"`
    case 'remove_tag':
      return `remove the tag "${nameOf({ type: 'contact_tags', id: action.tag_id })}"`
    case 'send_email': {
      const template = nameOf({ type: 'email_templates', id: action.template_id })
      return email
        ? `send the e-mail "${email.subject}" to ${email.to}`
        : `send an e-mail with the template "${template}"`
    }
    case 'call_webhook':
      return targetUrl ? `call the hook ${action.hook_id} at ${targetUrl}` : `call the hook ${action.hook_id}`
    case 'wait': {
      const { amount, unit } = action
      return `wait ${amount} ${amount === 1 ? unit.replace(/s$/, '') : unit}, until ${timeInWords(nextAt, zone)}`
    }
    case 'stop':
      return 'stop'
  }
}

const UNCHANGED: Record<string, string> = {
  grant_offer: 'the customer already holds it',
  revoke_offer: 'the customer does not hold it',
  deactivate_offer: 'the customer does not hold it',
  add_tag: 'the contact already has it, or it is archived',
  remove_tag: 'the contact does not have it, or it is archived',
}

const SKIPPED: Record<string, (step: StepToCome) => string | undefined> = {
  unchanged: ({ action }) => UNCHANGED[action.action],
  offer_archived: () => 'the offer is archived',
  email_taken: () => 'the customer of another contact has the e-mail',
  hook_disabled: () => 'the hook is disabled or deleted',
}
