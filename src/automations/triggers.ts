/** What can start an automation. */
import type { ReferenceType } from './members.ts'

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

export const TRIGGER_EVENTS = Object.keys(TRIGGERS) as TriggerEvent[]
