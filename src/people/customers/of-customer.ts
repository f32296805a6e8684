import { type RawBuilder, sql } from 'kysely'
import { readId } from '../../platform/jsonapi/identifiers.ts'
import type { Filter } from '../../platform/jsonapi/resource.ts'

/** A filter by the customer that the contact in this column is, also one that was deleted. */
export const ofCustomer = (contactId: RawBuilder<unknown>, description: string): Filter => ({
  description,
  refersTo: 'customers',
  // An array is known before the rows are looked for, so that an index that begins with the contact can be used.
  build: (value, { siteIds }) => ({
    where: sql`${contactId} = any (array(
      select c.contact_id from customers c
       where c.id = ${readId(value)} and c.site_id = any (${siteIds}::bigint[])))`,
  }),
})
