import { sql } from 'kysely'
import { LIST_INDEX, nullableText, oneOf, text, timestamp, toOne } from '../platform/jsonapi/field-types.ts'
import { defineResource } from '../platform/jsonapi/resource.ts'
import { templateFields, templateKinds } from './templates/index.ts'

export const emailTemplates = defineResource({
  type: 'email_templates',
  singular: 'e-mail template',
  permittedWith: 'emails',
  description:
    'What an e-mail says, in the words of a site. Of the kinds that the system sends there is one each: a field that is null says what it says by default, and without a template all of them do. Those of the kind `automation` have names, and are sent by automations.',
  from: sql`email_templates r`,
  where: sql`r.archived_at is null`,
  listed: LIST_INDEX,
  attributes: {
    kind: text(),
    name: nullableText(),
    ...Object.fromEntries(templateFields.map((field) => [field, nullableText()])),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: { kind: oneOf(sql`r.kind`, templateKinds) },
  filterable: { name: 'text' },
  sorts: { name: sql`lower(r.name)`, kind: sql`r.kind` },
  defaultSort: '-created_at',
})
