import { type RawBuilder, sql } from 'kysely'
import { containing } from '../platform/jsonapi/field-types.ts'
import { readId } from '../platform/jsonapi/identifiers.ts'
import type { Filter } from '../platform/jsonapi/resource.ts'
import { parseEmailAddress } from '../platform/text/email-address.ts'

type Column = RawBuilder<unknown>

/** What belongs to the customer that a contact is. */
export const ofContact = (customer: Column, what: string): Filter => ({
  description: `${what} of this contact`,
  refersTo: 'contacts',
  extension: true,
  build: (value, { siteIds }) => ({
    where: sql`${customer} = any (array(
      select c.id from customers c
       where c.contact_id = ${readId(value)} and c.site_id = any (${siteIds}::bigint[])))`,
  }),
})

/** What belongs to customers whose name or e-mail contains a text. The index of contacts finds them. */
export const byNameOrEmail = (customer: Column): Filter => ({
  description: 'Name or e-mail of the customer contains',
  build: (value, { siteIds }) => ({
    where: sql`${customer} = any (array(
      select c.id from contacts k join customers c on c.contact_id = k.id and c.site_id = k.site_id
       where k.search_text like lower(${containing(parseEmailAddress(value) ?? value)})
         and k.site_id = any (${siteIds}::bigint[])))`,
  }),
})
