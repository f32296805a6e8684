/** Which events send which e-mail. The rules: docs/semantics. */
import type { Reaction } from '../events/dispatch-events.ts'

/** Somebody became a customer, unless the request said that no welcome is wanted. */
export const welcomeEmail: Reaction<'customer_created'> = ({ data }) =>
  data.send_welcome_email ? { email: 'welcome' } : null

/** A gift offer was granted, also to somebody who is a customer already, whatever was said about the welcome. */
export const giftEmail: Reaction<'offer_granted'> = ({ data }) => (data.is_gift ? { email: 'gift' } : null)

/** The request asked for a confirmation or, unless it declined one, the site always sends it. */
export const grantEmail: Reaction<'offer_granted'> = ({ data, site }) =>
  (data.send_offer_grant_email ?? site.send_offer_grant_email) ? { email: 'offer_grant' } : null
