import { sql } from 'kysely'
import { containing } from '../../../platform/jsonapi/field-types.ts'
import { emailFragment, parseEmailAddress } from '../../../platform/text/email-address.ts'
import type { Column, ContactFilter, ContactFilters } from './contact-filter.ts'

/** A value that is not an e-mail address matches no contact. */
const exactEmail = (value: string, contact: Column) =>
  sql`${contact('email')} = ${parseEmailAddress(value) ?? ''}`

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
  build: (value, contact) => ({ where: exactEmail(value, contact) }),
})

/** Filters by the text in a contact's attributes. */
export const textFilters: ContactFilters = {
  search: {
    description: 'Name or e-mail contains; an exact e-mail match comes first',
    build: (value, contact) => ({
      where: mentions(parseEmailAddress(value) ?? value, contact),
      first: exactFirst(value, contact),
    }),
  },
  email: emailIs('E-mail is (case-insensitive)'),
  email_eq: emailIs('The same as filter[email]'),
  email_contains: {
    description: 'E-mail contains; an exact match comes first',
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
