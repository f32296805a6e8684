/** What can start an automation. */
import { Type } from 'typebox'
import { component } from '../platform/jsonapi/documented.ts'
import type { ReferenceType } from '../platform/references/referable.ts'
import { type HookEvent, NO_FORMS, NO_PURCHASES } from '../webhooks/hook-events.ts'

/** Each with the type of resource that it can be restricted to, or null. Purchases and forms do not exist yet. */
export const TRIGGERS = {
  offer_granted: 'offers',
  offer_revoked: 'offers',
  access_expired: 'offers',
  gift_redeemed: 'offers',
  tag_added: 'contact_tags',
  tag_removed: 'contact_tags',
  contact_created: null,
  customer_created: null,
  offer_purchased: 'offers',
  purchase_deactivated: 'offers',
  form_submitted: null,
} as const satisfies Record<string, ReferenceType | null>

export type TriggerEvent = keyof typeof TRIGGERS

/** The hook event of each trigger. An automation needs the same permissions for a trigger as a hook for its event. */
export const HOOK_EVENT_BY_TRIGGER: Record<TriggerEvent, HookEvent> = {
  offer_granted: 'offer_granted',
  offer_revoked: 'offer_revoked',
  access_expired: 'access_expired',
  gift_redeemed: 'gift_granted',
  tag_added: 'tag_added',
  tag_removed: 'tag_removed',
  contact_created: 'contact_created',
  customer_created: 'customer_created',
  offer_purchased: 'purchase',
  purchase_deactivated: 'purchase',
  form_submitted: 'form_submission',
}

/** Triggers that cannot occur in this version, and why. */
export const NEVER_HAPPENS: Partial<Record<TriggerEvent, string>> = {
  offer_purchased: NO_PURCHASES,
  purchase_deactivated: NO_PURCHASES,
  form_submitted: NO_FORMS,
}

export const TRIGGER_EVENTS = Object.keys(TRIGGERS) as TriggerEvent[]

export const TriggerSchema = component(
  'AutomationTrigger',
  Type.Object({
    event: Type.Union(TRIGGER_EVENTS.map((event) => Type.Literal(event))),
    resource_id: Type.Optional(
      Type.String({ description: 'The offer or tag that the trigger is confined to' }),
    ),
  }),
)
