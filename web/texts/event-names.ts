/** The events of the log, in the order in which they are offered as a filter. */
export const EVENT_NAMES = [
  'contact_created',
  'contact_updated',
  'contact_deleted',
  'customer_created',
  'offer_granted',
  'offer_revoked',
  'access_extended',
  'access_changed',
  'access_ending',
  'access_expired',
  'gift_redeemed',
  'tag_added',
  'tag_removed',
  'form_submitted',
  'hook_disabled',
]
