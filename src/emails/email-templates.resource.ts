import { sql } from 'kysely'
import { LIST_INDEX, nullableText, oneOf, text, timestamp, toOne } from '../platform/jsonapi/field-types.ts'
import { choice, line, writable } from '../platform/jsonapi/fields.ts'
import { defineResource } from '../platform/jsonapi/resource.ts'
import type { Records } from '../platform/records/records.ts'
import { completeTemplate, removeTemplate } from './save-template.ts'
import { liquidField } from './template-attributes.ts'
import { templateFields, templateKinds } from './templates/index.ts'

export const emailTemplates = defineResource({
  type: 'email_templates',
  singular: 'e-mail template',
  permittedWith: 'emails',
  description:
    'A site’s own text for an e-mail. There is at most one template for each kind of e-mail that the system sends; a field that is null has the default text. Templates of the kind `automation` have a name and are sent by automations.',
  from: sql`email_templates r`,
  where: sql`r.archived_at is null`,
  listed: LIST_INDEX,
  attributes: {
    kind: writable(text(), choice(templateKinds), { required: true, when: 'create' }),
    // Of the kind `automation` only.
    name: writable(nullableText(), line(200)),
    ...Object.fromEntries(templateFields.map((field) => [field, writable(nullableText(), liquidField)])),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: { kind: oneOf(sql`r.kind`, templateKinds) },
  filterable: { name: 'text' },
  sorts: { name: sql`lower(r.name)`, kind: sql`r.kind` },
  defaultSort: '-created_at',
  examples: { kind: 'automation', name: 'Welcome' },
})

export const emailTemplateRecords: Records = {
  resource: emailTemplates,
  table: 'email_templates',
  ending: { column: 'archived_at', verb: 'delete' },
  isExclusive: true,
  unique: { email_templates_kind: 'kind' },
  complete: completeTemplate,
  referredToAs: 'email_templates',
  afterEnd: removeTemplate,
}
