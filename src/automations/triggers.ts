/** What can start an automation. */
import type { ReferenceType } from '../platform/references/referable.ts'
import { type HookEvent, NO_FORMS, NO_PURCHASES } from '../webhooks/hook-events.ts'

/** Each with what it can be confined to; null: nothing. Purchases and forms do not exist yet, so those never happen. */
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

/** As what hooks are told of it. To have it start something takes the same permissions as having it told. */
export const TOLD_AS: Record<TriggerEvent, HookEvent> = {
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

/** Those that cannot happen in this version, and why. */
export const NEVER_HAPPENS: Partial<Record<TriggerEvent, string>> = {
  offer_purchased: NO_PURCHASES,
  purchase_deactivated: NO_PURCHASES,
  form_submitted: NO_FORMS,
}

export const TRIGGER_EVENTS = Object.keys(TRIGGERS) as TriggerEvent[]
