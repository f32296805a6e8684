import { sql } from 'kysely'
import { containing } from '../../../platform/jsonapi/field-types.ts'
import { emailFragment, parseEmailAddress } from '../../../platform/text/email-address.ts'
import type { Column, ContactPredicate, ContactPredicates } from './predicate.ts'

/** What is not an address is nobody's. */
const exactEmail = (value: string, contact: Column) =>
  sql`${contact('email')} = ${parseEmailAddress(value) ?? ''}`

/** What cannot be a whole address comes first nowhere: then the order is that of an index. */
const exactFirst = (value: string, contact: Column) =>
  parseEmailAddress(value) ? exactEmail(value, contact) : undefined

/** Name or e-mail contains: the one question that the index of searches answers. */
const mentions = (value: string, contact: Column) =>
  sql`${contact('search_text')} like lower(${containing(value)})`

/** Without an index: every contact of the site is looked at. */
const contains = (column: string, description: string): ContactPredicate => ({
  description: `${description} contains`,
  test: (value, contact) => ({ where: sql`${contact(column)} ilike ${containing(value)}` }),
})

const customContains = (column: string): ContactPredicate => ({
  ...contains(column, `The custom field ${column}`),
  extension: true,
})

/** What is written about a contact. */
export const textPredicates: ContactPredicates = {
  search: {
    description: 'Name or e-mail contains; an exact e-mail match comes first',
    test: (value, contact) => ({
      where: mentions(parseEmailAddress(value) ?? value, contact),
      first: exactFirst(value, contact),
    }),
  },
  email: {
    description: 'E-mail is (case-insensitive)',
    extension: true,
    essential: true,
    test: (value, contact) => ({ where: exactEmail(value, contact) }),
  },
  email_eq: {
    description: 'The same as filter[email]',
    extension: true,
    essential: true,
    test: (value, contact) => ({ where: exactEmail(value, contact) }),
  },
  email_contains: {
    description: 'E-mail contains; an exact match comes first',
    test: (value, contact) => {
      const part = emailFragment(value)
      return {
        where: sql`${mentions(part, contact)} and ${contact('email')} ilike ${containing(part)}`,
        first: exactFirst(part, contact),
      }
    },
  },
  name_contains: {
    description: 'Name contains',
    // The name is what stands before the line of the e-mail.
    test: (value, contact) => ({
      where: sql`${contact('search_text')} like lower(${`${containing(value)}\n%`})`,
    }),
  },
  phone_number_contains: contains('phone_number', 'Phone number'),
  address_line_1_contains: contains('address_line_1', 'First line of the address'),
  address_line_2_contains: contains('address_line_2', 'Second line of the address'),
  address_city_contains: contains('address_city', 'City'),
  address_state_contains: contains('address_state', 'State'),
  address_country_contains: contains('address_country', 'Country'),
  address_zip_contains: contains('address_zip', 'Postal code'),
  custom_1_contains: customContains('custom_1'),
  custom_2_contains: customContains('custom_2'),
  custom_3_contains: customContains('custom_3'),
}
