import { sql } from 'kysely'
import { LIST_INDEX, related, text, timestamp, toOne } from '../../platform/jsonapi/field-types.ts'
import { paragraphs, writable } from '../../platform/jsonapi/fields.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import { REMOVED } from '../../platform/records/lock-one.ts'
import type { Records } from '../../platform/records/records.ts'
import { contactRows } from '../contacts/contacts.resource.ts'

export const contactNotes = defineResource({
  type: 'contact_notes',
  singular: 'contact note',
  permittedWith: 'contacts',
  description: 'A note about a contact, which the contact does not see.',
  from: sql`contact_notes r`,
  listed: LIST_INDEX,
  attributes: {
    body: writable(text(), paragraphs(), { required: true }),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: { contact: toOne('contacts', sql`r.contact_id`) },
  filters: { contact_id: related(sql`r.contact_id`, 'contacts', 'Notes about this contact') },
  filterable: { body: 'text' },
  sorts: {},
  defaultSort: '-created_at',
  examples: { body: 'Prefers to be called in the morning.' },
  nearMisses: [
    [/^\/(?:v1\/)?notes(\/.*)?$/, 'Notes are at /v1/contact_notes.'],
    [
      /^\/v1\/contacts\/(\w+)(?:\/relationships)?\/notes$/,
      'Notes about a contact: GET /v1/contact_notes?filter[contact_id]=$1.',
    ],
  ],
})

export const contactNoteRecords: Records = {
  resource: contactNotes,
  table: 'contact_notes',
  ending: REMOVED,
  parent: { relationship: 'contact', column: 'contact_id', rows: contactRows },
}
