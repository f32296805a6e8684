import { sql } from 'kysely'
import { integer, text, timestamp } from '../../platform/jsonapi/field-types.ts'
import { line, writable } from '../../platform/jsonapi/fields.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import { REMOVED } from '../../platform/records/lock-one.ts'
import type { Records } from '../../platform/records/records.ts'
import { permissionList, permissionsAttribute } from '../permission-lists.ts'
import { assertRoleIsFree, completeRole } from './save-role.ts'

export const roles = defineResource({
  type: 'roles',
  singular: 'role',
  permittedWith: 'users',
  description:
    'What users of the account may do, themselves and with their API keys; `permissions` null: all. The owner has no role and may do everything.',
  isOfAccount: true,
  from: sql`roles r`,
  attributes: {
    name: writable(text(), line(), { required: true }),
    permissions: writable(permissionsAttribute(), permissionList, { required: true }),
    users_count: integer(sql`(
      select count(*) from users u where u.account_id = r.account_id and u.role_id = r.id and u.left_at is null)::int`),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: {},
  filters: {},
  filterable: { name: 'text' },
  sorts: { name: sql`r.name` },
  defaultSort: 'id',
  examples: { name: 'Editors', permissions: ['view:contacts', 'manage:contacts'], users_count: 2 },
})

export const roleRecords: Records = {
  resource: roles,
  table: 'roles',
  ending: REMOVED,
  // Whoever gets the role meanwhile waits, and finds it gone.
  isExclusive: true,
  unique: { roles_name: 'name' },
  complete: completeRole,
  beforeEnd: assertRoleIsFree,
}
