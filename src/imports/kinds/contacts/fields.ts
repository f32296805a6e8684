import type { ImportField } from '../../columns.ts'

/** What a file of contacts can have, besides custom fields. The first label is Kajabi's. */
export const contactFields: readonly ImportField[] = [
  { name: 'name', labels: ['Name', 'Full name'], description: 'Whole name' },
  {
    name: 'first_name',
    labels: ['First Name', 'Given name'],
    description: 'Part of the name, where the row has no whole name',
  },
  {
    name: 'last_name',
    labels: ['Last Name', 'Family name', 'Surname'],
    description: 'Part of the name, where the row has no whole name',
  },
  {
    name: 'email',
    labels: ['Email', 'E-mail', 'Email address', 'E-mail address'],
    description: 'By which the contact is found',
    isRequired: true,
  },
  {
    name: 'id',
    labels: ['ID', 'Contact ID'],
    description: 'Id of a contact that is created, where it is free',
  },
  {
    name: 'customer_id',
    labels: ['Member ID', 'Customer ID'],
    description: 'The contact is a customer; the id of a customer that is created, where it is free',
  },
  {
    name: 'products',
    labels: ['Products'],
    description: 'Titles of products, separated by a comma and a space, to which the contact gets access',
  },
  { name: 'tags', labels: ['Tags'], description: 'Names of tags, separated by a comma and a space' },
  { name: 'created_at', labels: ['Created At', 'Created'], description: 'Of a contact that is created' },
  {
    name: 'customer_created_at',
    labels: ['Member Created At', 'Customer Created At'],
    description: 'The contact is a customer, since then',
  },
  { name: 'last_activity', labels: ['Last Activity'], description: 'Of a customer that is created' },
  { name: 'phone_number', labels: ['Phone Number', 'Phone'], description: 'Phone number' },
  {
    name: 'mobile_phone_number',
    labels: ['Mobile Phone Number', 'Mobile', 'Mobile phone'],
    description: 'Mobile phone number',
  },
  { name: 'business_number', labels: ['Business Number', 'VAT number'], description: 'Business number' },
  { name: 'address_line_1', labels: ['Address', 'Address Line 1', 'Street'], description: 'Address' },
  { name: 'address_line_2', labels: ['Address Line 2'], description: 'Second line of the address' },
  { name: 'address_city', labels: ['City'], description: 'City' },
  { name: 'address_state', labels: ['State', 'Region', 'Province'], description: 'State' },
  { name: 'address_country', labels: ['Country'], description: 'Country' },
  { name: 'address_zip', labels: ['Zip Code', 'Zip', 'Postal code', 'Postcode'], description: 'Zip code' },
  {
    name: 'subscribed',
    labels: ['Subscribed', 'Marketing', 'Email marketing'],
    description:
      'Whether a contact that is created takes marketing e-mails; false unsubscribes an existing one',
  },
]
