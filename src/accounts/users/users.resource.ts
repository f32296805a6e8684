import { sql } from 'kysely'
import { derived, text, timestamp } from '../../platform/jsonapi/field-types.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import { initialsOf } from './initials.ts'

export const users = defineResource({
  type: 'users',
  singular: 'user',
  description: 'A person of the account, who signs in to its portal and owns API keys. Never a customer.',
  isOfAccount: true,
  isManaged: false,
  from: sql`users r`,
  attributes: {
    name: text(),
    initials: derived<string>(text(sql`r.name`), initialsOf),
    email: text(),
    role_level: text(),
    created_at: timestamp(),
  },
  relationships: {},
  filters: {},
  filterable: { name: 'text', email: 'email' },
  sorts: { name: sql`r.name`, email: sql`r.email` },
  defaultSort: 'created_at',
})
