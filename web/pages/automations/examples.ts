/** Automations to begin with: what they name is left for the owner to choose. */
import type { TextKey } from '../../texts/translate.ts'
import { t } from '../../texts/translate.ts'
import { type Draft, EMPTY, newStep } from './draft.ts'

interface Example {
  title: TextKey
  text: TextKey
  draft: () => Omit<Draft, 'name'>
}

export const EXAMPLES: Record<string, Example> = {
  checkIn: {
    title: 'automations.checkIn',
    text: 'automations.checkInText',
    draft: () => ({
      ...EMPTY,
      event: 'offer_granted',
      steps: [newStep('wait', { amount: 2, unit: 'days' }), newStep('send_email')],
    }),
  },
  gift: {
    title: 'automations.giftExample',
    text: 'automations.giftExampleText',
    draft: () => ({
      ...EMPTY,
      event: 'form_submitted',
      filter: { match: 'all', parts: [{ filter: 'subscribed', value: 'true' }] },
      steps: [newStep('grant_offer'), newStep('add_tag')],
    }),
  },
  winBack: {
    title: 'automations.winBack',
    text: 'automations.winBackText',
    draft: () => ({
      ...EMPTY,
      event: 'access_expired',
      steps: [newStep('add_tag'), newStep('wait', { amount: 1, unit: 'weeks' }), newStep('send_email')],
    }),
  },
}

/** The draft of the address of a new automation. */
export function draftOfExample(name: string | undefined): Draft {
  const example = name === undefined ? undefined : EXAMPLES[name]
  return example ? { ...example.draft(), name: t(example.title) } : EMPTY
}
