import { sql } from 'kysely'
import { LIST_INDEX, oneOf, related, text, timestamp, toOne } from '../../platform/jsonapi/field-types.ts'
import { defineResource, type Filter } from '../../platform/jsonapi/resource.ts'
import { REMOVED } from '../../platform/records/lock-one.ts'
import type { Records } from '../../platform/records/records.ts'
import { parseEmailAddress } from '../../platform/text/email-address.ts'

const REASONS = ['changed', 'merged'] as const

const emailIs: Filter = {
  description: 'This address',
  build: (value) => ({ where: sql`r.email = ${parseEmailAddress(value) ?? ''}` }),
}

export const contactAliases = defineResource({
  type: 'contact_aliases',
  singular: 'contact alias',
  permittedWith: 'contacts',
  description:
    'A former address of a contact, or one of a contact that was merged into it. It still finds the contact, and no other contact can get it until it is released.',
  from: sql`contact_aliases r`,
  listed: LIST_INDEX,
  attributes: {
    email: text(),
    reason: { schema: text().schema, select: sql`r.reason` },
    created_at: timestamp(),
  },
  relationships: { contact: toOne('contacts', sql`r.contact_id`) },
  filters: {
    contact_id: related(sql`r.contact_id`, 'contacts', 'Aliases of this contact'),
    email: emailIs,
    reason: oneOf(sql`r.reason`, REASONS),
  },
  sorts: { email: sql`r.email` },
  defaultSort: '-created_at',
  examples: { reason: 'changed' },
  nearMisses: [
    [/^\/(?:v1\/)?aliases(\/.*)?$/, 'Aliases are at /v1/contact_aliases.'],
    [
      /^\/v1\/contacts\/(\w+)(?:\/relationships)?\/aliases(\/.*)?$/,
      'Aliases of a contact: GET /v1/contact_aliases?filter[contact_id]=$1.',
    ],
  ],
  insteadOf: {
    POST: 'An alias is created when the e-mail of a contact changes, or when contacts are merged.',
    PATCH: 'An alias cannot be changed. Release it: DELETE /v1/contact_aliases/{id}.',
  },
})

export const contactAliasRecords: Records = {
  resource: contactAliases,
  table: 'contact_aliases',
  ending: REMOVED,
}
