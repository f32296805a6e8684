import type { Counted } from './count-effects.ts'
import { nameOf, OMITTED } from './describe-emails.ts'

/** What would be recorded about so many contacts, or would not. @param named the name of its offer or its tag */
export function sentenceOfChange(effect: Counted, contacts: number, named: string | null): string {
  const people = contacts === 1 ? '1 contact' : `${inDigits(contacts)} contacts`
  return effect.happens
    ? ofChange(effect, contacts, people, `"${named}"`)
    : ofUnchanged(effect, people, `"${named}"`)
}

/** What would follow so many times. */
export function sentenceOfReaction(effect: Counted, count: number): string {
  if (effect.effect === 'email') return ofEmails(effect, count)
  const times = count === 1 ? 'once' : `${inDigits(count)} times`
  return effect.effect === 'webhook' ? ofHook(effect, times) : ofAutomation(effect, times)
}

const inDigits = (count: number) => count.toLocaleString('en')

function ofChange({ effect }: Counted, contacts: number, people: string, named: string): string {
  switch (effect) {
    case 'contact_created':
      return `${people} would be created.`
    case 'customer_created':
      return contacts === 1 ? `${people} would become a customer.` : `${people} would become customers.`
    case 'offer_granted':
      return `The offer ${named} would be granted to ${people}.`
    case 'access_extended':
    case 'access_changed':
      return `The end of access to the offer ${named} would change for ${people}.`
    case 'offer_revoked':
      return `The offer ${named} would be revoked from ${people}.`
    case 'access_expired':
      return `The expired grant of the offer ${named} would be closed for ${people}.`
    case 'tag_added':
      return `The tag ${named} would be added to ${people}.`
    case 'tag_removed':
      return `The tag ${named} would be removed from ${people}.`
    default:
      return `The event ${effect} would be recorded for ${people}.`
  }
}

function ofUnchanged({ reason }: Counted, people: string, named: string): string {
  switch (reason) {
    case 'already_granted':
      return `The offer ${named} would not be granted to ${people}: it is held already.`
    case 'not_held':
      return `The offer ${named} would not be revoked from ${people}: it is not held.`
    case 'already_tagged':
      return `The tag ${named} would not be added to ${people}: it is there already.`
    default:
      return `The tag ${named} would not be removed from ${people}: it is not there.`
  }
}

function ofEmails({ kind = '', happens, reason, status }: Counted, count: number): string {
  const emails = `${inDigits(count)} ${nameOf(kind)} ${count === 1 ? 'e-mail' : 'e-mails'}`
  if (!happens) return `${emails} would not be sent: ${OMITTED[reason as keyof typeof OMITTED]}.`
  return status === 'sent'
    ? `${emails} would be sent.`
    : `${emails} would be kept in the outbox: no mail server is configured.`
}

function ofHook({ hook_id, target_url, event, happens }: Counted, times: string): string {
  const hook = `The hook ${hook_id}${target_url ? ` at ${target_url}` : ''}`
  const what = `be notified of ${event} ${times}`
  return happens ? `${hook} would ${what}.` : `${hook} would not ${what}: it is disabled.`
}

function ofAutomation({ automation_name, event, happens, reason }: Counted, times: string): string {
  const start = `The automation "${automation_name}" would`
  if (happens) return `${start} run ${times} after ${event}.`
  const why =
    reason === 'conditions_not_met'
      ? 'its conditions are not met'
      : reason === 'disabled'
        ? 'it is disabled'
        : reason!.replaceAll('_', ' ')
  return `${start} not run ${times} after ${event}: ${why}.`
}
