import { sql } from 'kysely'
import { readId } from '../../../platform/jsonapi/identifiers.ts'
import type { Column, ContactFilters } from './contact-filter.ts'

/** With double opt-in, a submission is the contact's once it is confirmed. */
const submitted = (formId: string, contact: Column) => sql`
  exists (select from form_submissions f
           where f.site_id = ${contact('site_id')} and f.contact_id = ${contact('id')} and f.form_id = ${readId(formId)})`

export const formFilters: ContactFilters = {
  submitted_form_id: {
    description: 'Submitted this form',
    refersTo: 'forms',
    isSelective: true,
    build: (value, contact) => ({ where: submitted(value, contact) }),
  },
  no_submitted_form_id: {
    description: 'Did not submit this form',
    refersTo: 'forms',
    build: (value, contact) => ({ where: sql`not ${submitted(value, contact)}` }),
  },
}
