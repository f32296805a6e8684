import { sql } from 'kysely'
import { derived, related, text, timestamp, toOne } from '../../platform/jsonapi/field-types.ts'
import { line, writable } from '../../platform/jsonapi/fields.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import type { Records } from '../../platform/records/records.ts'
import { roleRecords } from '../roles/roles.resource.ts'
import { initialsOf } from './initials.ts'
import { assertLeaves, completeUser, endAccess } from './save-user.ts'

export const users = defineResource({
  type: 'users',
  singular: 'user',
  description:
    'A person of the account, who signs in to its portal and owns API keys. Never a customer. The owner has the `role_level` `OWNER` and no role; everybody else, as in Kajabi, `ADMINISTRATOR`, whatever the role.',
  isOfAccount: true,
  from: sql`users r`,
  where: sql`r.left_at is null`,
  attributes: {
    name: writable(text(), line()),
    initials: derived<string>(text(sql`r.name`), initialsOf),
    email: text(),
    role_level: text(),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: { role: toOne('roles', sql`r.role_id`) },
  filters: { role_id: related(sql`r.role_id`, 'roles', 'With this role') },
  filterable: { name: 'text', email: 'email' },
  sorts: { name: sql`r.name`, email: sql`r.email` },
  defaultSort: 'created_at',
})

export const userRecords: Records = {
  resource: users,
  table: 'users',
  ending: { column: 'left_at', verb: 'remove' },
  parent: {
    relationship: 'role',
    column: 'role_id',
    rows: { ...roleRecords, ending: null },
    isChangeable: true,
  },
  complete: completeUser,
  beforeEnd: assertLeaves,
  afterEnd: endAccess,
}
