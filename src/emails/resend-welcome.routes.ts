import { Type } from 'typebox'
import { type Contact, contactRows } from '../people/contacts/contacts.resource.ts'
import { originOf } from '../people/contacts/origin-of.ts'
import { personOf } from '../people/contacts/person-of.ts'
import { customers } from '../people/customers/customers.resource.ts'
import type { Tx } from '../platform/db/database.ts'
import { type Route, route } from '../platform/http/route.ts'
import type { Row } from '../platform/jsonapi/resource.ts'
import { lockOne } from '../platform/records/lock-one.ts'
import { resendWelcome, type WelcomedCustomer } from './resend-welcome.ts'

const Requested = Type.Object({
  meta: Type.Object({
    customer_id: Type.String(),
    event_id: Type.String({
      description: 'The e-mail is in `GET /v1/emails?filter[event_id]=…` as soon as it is written',
    }),
  }),
})

const customerRows = { resource: customers, table: 'customers', ending: null } as const

interface Customer extends Row {
  site_id: string
  contact_id: string
}

const FIND: Record<
  'contacts' | 'customers',
  (tx: Tx, siteIds: string[], id: string) => Promise<WelcomedCustomer>
> = {
  async contacts(tx, siteIds, id) {
    return personOf(tx, await lockOne<Contact>(tx, { ...contactRows, isExclusive: false }, siteIds, id))
  },
  async customers(tx, siteIds, id) {
    const { site_id, contact_id } = await lockOne<Customer>(tx, customerRows, siteIds, id)
    return { siteId: site_id, contactId: contact_id, customerId: id }
  },
}

const resendRoute = (parent: keyof typeof FIND, singular: string): Route =>
  route({
    kind: 'write',
    method: 'POST',
    url: `/v1/${parent}/{id}/resend_welcome_email`,
    records: ['welcome_email_requested'],
    access: 'manage:emails',
    refusesUnknown: true,
    summary: `Send the welcome e-mail of a ${singular} again`,
    description:
      'With a new link, which is valid for seven days, and the offers that the customer holds now. Earlier links stay valid until they expire. Send an `Idempotency-Key`, or a repeated request sends another e-mail. Returns 422 for a contact who is not a customer.',
    tag: 'emails',
    responses: { 200: Requested },
    async handler(context) {
      const { tx, caller, params } = context
      const customer = await FIND[parent](tx, caller.siteIds, params.id!)
      const { customerId, eventId } = await resendWelcome(tx, customer, originOf(context))
      return { body: { meta: { customer_id: customerId, event_id: eventId } } }
    },
  })

export const resendWelcomeRoutes: Route[] = [
  resendRoute('contacts', 'contact'),
  resendRoute('customers', 'customer'),
]
