import type { CountedEffect } from '../../api/generated.ts'
import { automationValues, eventName, webhookValues } from '../../parts/effect-values.ts'
import { plural, textOr } from '../../texts/translate.ts'

export interface CountedNames {
  offer: (id: string) => string
  tag: (id: string) => string
}

/** What would happen so often or would not, in the language of the page. */
export function countedSentence(effect: CountedEffect, names: CountedNames): string {
  if (effect.effect === 'email') return emailSentence(effect)
  if (effect.effect === 'webhook') return webhookSentence(effect)
  if (effect.effect === 'automation') return automationSentence(effect)
  const values = {
    offer: effect.offer_id === undefined ? '' : names.offer(effect.offer_id),
    tag: effect.tag_id === undefined ? '' : names.tag(effect.tag_id),
    event: eventName(effect.effect),
  }
  const name = effect.happens ? effect.effect : `not.${effect.reason}`
  return plural(
    WORDED.has(name) ? `counted.${name}` : 'counted.event',
    effect.contacts ?? effect.count,
    values,
  )
}

/** What bulk jobs do; any other event is named. */
const WORDED = new Set([
  'contact_created',
  'customer_created',
  'offer_granted',
  'access_extended',
  'access_changed',
  'offer_revoked',
  'access_expired',
  'tag_added',
  'tag_removed',
  'not.already_granted',
  'not.not_held',
  'not.already_tagged',
  'not.not_tagged',
])

function emailSentence({ happens, kind = '', status, reason, count }: CountedEffect): string {
  const name = happens ? `email.${status}` : `noEmail.${reason}`
  return plural(`counted.${name}`, count, { kind: textOr(`email.${kind}`, kind) })
}

const webhookSentence = (effect: CountedEffect): string =>
  plural(effect.happens ? 'counted.webhook' : 'counted.noWebhook', effect.count, webhookValues(effect))

const automationSentence = (effect: CountedEffect): string =>
  plural(
    effect.happens ? 'counted.automation' : 'counted.noAutomation',
    effect.count,
    automationValues(effect),
  )
