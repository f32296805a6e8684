/** A purchase or a transaction, of which an event is recorded. */
interface OfCustomer {
  site_id: string
  contact_id: string
  customer_id: string
  offer_id: string | null
}

/** What events of a purchase or a transaction refer to. */
export const eventReferences = ({ site_id, contact_id, customer_id, offer_id }: OfCustomer) => ({
  siteId: site_id,
  contactId: contact_id,
  customerId: customer_id,
  offerId: offer_id,
})
