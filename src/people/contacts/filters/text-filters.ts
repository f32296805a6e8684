import { sql } from 'kysely'
import { containing } from '../../../platform/jsonapi/field-types.ts'
import type { Scope } from '../../../platform/jsonapi/resource.ts'
import { emailFragment, parseEmailAddress } from '../../../platform/text/email-address.ts'
import type { Column, ContactFilter, ContactFilters } from './contact-filter.ts'

/** Whether this is the e-mail of the contact. A value that is not an e-mail address matches no contact. */
const exactEmail = (value: string, contact: Column) =>
  sql`${contact('email')} = ${parseEmailAddress(value) ?? ''}`

/** Whether this is an alias of the contact. An array is known before the rows are looked for. */
const hasAlias = (value: string, contact: Column, { siteIds }: Scope) => sql`
  ${contact('id')} = any (array(
    select a.contact_id from contact_aliases a
     where a.email = ${parseEmailAddress(value) ?? ''} and a.site_id = any (${siteIds}::bigint[])))`

/** No order for a value that is not a whole e-mail address: then an index provides the order. */
const exactFirst = (value: string, contact: Column) =>
  parseEmailAddress(value) ? exactEmail(value, contact) : undefined

/** Name or e-mail contains: the one filter that the search index serves. */
const mentions = (value: string, contact: Column) =>
  sql`${contact('search_text')} like lower(${containing(value)})`

/** Without an index: every contact of the site is read. */
const contains = (column: string, description: string): ContactFilter => ({
  description: `${description} contains`,
  build: (value, contact) => ({ where: sql`${contact(column)} ilike ${containing(value)}` }),
})

const emailIs = (description: string): ContactFilter => ({
  description,
  extension: true,
  essential: true,
  isSelective: true,
  build: (value, contact, scope) => ({
    where: sql`(${exactEmail(value, contact)} or ${hasAlias(value, contact, scope)})`,
  }),
})

/** Filters by the text in a contact's attributes. */
export const textFilters: ContactFilters = {
  search: {
    description: 'Name or e-mail contains, or an alias is; an exact e-mail match comes first',
    isSelective: true,
    build: (value, contact, scope) => {
      const address = parseEmailAddress(value)
      const mentioned = mentions(address ?? value, contact)
      return {
        where: address ? sql`(${mentioned} or ${hasAlias(address, contact, scope)})` : mentioned,
        first: exactFirst(value, contact),
      }
    },
  },
  email: emailIs('E-mail or an alias is (case-insensitive)'),
  email_eq: emailIs('The same as filter[email]'),
  email_contains: {
    description: 'E-mail contains; an exact match comes first',
    isSelective: true,
    build: (value, contact) => {
      const part = emailFragment(value)
      return {
        where: sql`${mentions(part, contact)} and ${contact('email')} ilike ${containing(part)}`,
        first: exactFirst(part, contact),
      }
    },
  },
  name_contains: {
    description: 'Name contains',
    isSelective: true,
    // search_text is the name, a line break and the e-mail.
    build: (value, contact) => ({
      where: sql`${contact('search_text')} like lower(${`${containing(value)}\n%`})`,
    }),
  },
  phone_number_contains: contains('phone_number', 'Phone number'),
  mobile_phone_number_contains: contains('mobile_phone_number', 'Mobile phone number'),
  address_line_1_contains: contains('address_line_1', 'First line of the address'),
  address_line_2_contains: contains('address_line_2', 'Second line of the address'),
  address_city_contains: contains('address_city', 'City'),
  address_state_contains: contains('address_state', 'State'),
  address_country_contains: contains('address_country', 'Country'),
  address_zip_contains: contains('address_zip', 'Postal code'),
}
