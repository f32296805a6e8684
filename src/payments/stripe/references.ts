/** Of what is expanded or not. */
export const idOf = (reference: string | { id: string }): string =>
  typeof reference === 'string' ? reference : reference.id

/** Names in the metadata of everything that a checkout leads to: its token, and of a plan, the number of payments. */
export const CHECKOUT_METADATA = 'bestow_checkout'
export const PAYMENTS_METADATA = 'bestow_payments'
