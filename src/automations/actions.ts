/** What an automation can do. */
import { type TSchema, Type } from 'typebox'
import { component, pascalCase } from '../platform/jsonapi/documented.ts'
import { choice, flag, wholeNumber } from '../platform/jsonapi/fields.ts'
import { describeEvent } from '../webhooks/hook-events.ts'
import { type Member, optional, reference, schemaOf } from './fields.ts'

export const WAIT_UNITS = ['minutes', 'hours', 'days', 'weeks', 'months'] as const

export interface Wait {
  amount: number
  unit: (typeof WAIT_UNITS)[number]
}

/** What each action takes. */
interface ActionMembers {
  grant_offer: {
    offer_id: string
    send_customer_welcome_email?: boolean
    send_offer_grant_email?: boolean
  }
  revoke_offer: { offer_id: string }
  deactivate_offer: { offer_id: string }
  add_tag: { tag_id: string }
  remove_tag: { tag_id: string }
  send_email: { template_id: string }
  call_webhook: { hook_id: string }
  wait: Wait
  stop: object
}

export type ActionName = keyof ActionMembers

export type Action<Name extends ActionName = ActionName> = {
  [Each in Name]: { action: Each } & ActionMembers[Each]
}[Name]

export const ACTIONS: { [Name in ActionName]: Record<keyof ActionMembers[Name], Member> } = {
  grant_offer: {
    offer_id: reference('offers'),
    send_customer_welcome_email: optional(flag),
    send_offer_grant_email: optional(flag),
  },
  revoke_offer: { offer_id: reference('offers') },
  // Access and payments; there are no payments yet.
  deactivate_offer: { offer_id: reference('offers') },
  add_tag: { tag_id: reference('contact_tags') },
  remove_tag: { tag_id: reference('contact_tags') },
  send_email: { template_id: reference('email_templates') },
  call_webhook: { hook_id: reference('hooks') },
  wait: { amount: wholeNumber(1, 1_000), unit: choice(WAIT_UNITS) },
  stop: {},
}

/** What a key must be allowed, to have it done: what doing it by hand takes. */
export const ACTION_NEEDS: Record<ActionName, string[]> = {
  grant_offer: ['manage:grants'],
  revoke_offer: ['manage:grants'],
  deactivate_offer: ['manage:grants'],
  add_tag: ['manage:contacts'],
  remove_tag: ['manage:contacts'],
  send_email: ['manage:emails'],
  call_webhook: ['manage:hooks', ...describeEvent('automation').needs],
  wait: [],
  stop: [],
}

export const ACTION_NAMES = Object.keys(ACTIONS) as ActionName[]

export const isActionName = (name: unknown): name is ActionName => ACTION_NAMES.includes(name as ActionName)

export const ActionSchema: TSchema = component(
  'AutomationAction',
  Type.Union(
    ACTION_NAMES.map((name) =>
      component(
        `${pascalCase(name)}Action`,
        Type.Object({ action: Type.Literal(name), ...schemaOf(ACTIONS[name]) }),
      ),
    ),
  ),
)
