import { sql } from 'kysely'
import { derived, nullableText, related, text, timestamp, toOne } from '../../platform/jsonapi/field-types.ts'
import { emailAddress, line, writable } from '../../platform/jsonapi/fields.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import { singleSchema } from '../../platform/jsonapi/schemas.ts'
import type { Records } from '../../platform/records/records.ts'
import { roleRecords } from '../roles/roles.resource.ts'
import { endInvitation, prepareInvitation, sendNewInvitation } from './send-invitation.ts'

export const invitations = defineResource({
  type: 'invitations',
  singular: 'invitation',
  permittedWith: 'users',
  description:
    'Somebody who is to become a user of the account, until they accept with the link in the e-mail, or the invitation is revoked.',
  isOfAccount: true,
  from: sql`invitations r`,
  where: sql`r.accepted_at is null and r.revoked_at is null`,
  attributes: {
    email: writable(text(), emailAddress, { required: true, when: 'create' }),
    name: writable(nullableText(), line(), { when: 'create' }),
    status: derived<Date>(text(sql`r.expires_at`), (expiresAt, { now }) =>
      expiresAt > now ? 'pending' : 'expired',
    ),
    expires_at: timestamp(),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: {
    role: toOne('roles', sql`r.role_id`),
    invited_by: toOne('users', sql`r.invited_by`),
  },
  filters: { role_id: related(sql`r.role_id`, 'roles', 'With this role') },
  filterable: { email: 'email' },
  sorts: { email: sql`r.email`, expires_at: sql`r.expires_at` },
  defaultSort: '-created_at',
  examples: { status: 'pending' },
})

export const invitationRecords: Records = {
  resource: invitations,
  table: 'invitations',
  ending: { column: 'revoked_at', verb: 'revoke' },
  parent: { relationship: 'role', column: 'role_id', rows: roleRecords },
  unique: { invitations_open: 'email' },
  complete: prepareInvitation,
  afterCreate: sendNewInvitation,
  afterEnd: endInvitation,
}

/** The document of one whose link is new, and is shown this once. */
export const InvitationWithLink = singleSchema(
  { ...invitations, attributes: { ...invitations.attributes, link: text() } },
  'InvitationWithLink',
)
