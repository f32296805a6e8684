import { sql } from 'kysely'
import { Type } from 'typebox'
import { boolean, derived, nullableText, text, timestamp } from '../platform/jsonapi/field-types.ts'
import { defineResource } from '../platform/jsonapi/resource.ts'
import { isStandard, standardField, titleOf } from './standard-fields.ts'

/** No operation of its own: it is included with forms. */
export const fields = defineResource({
  type: 'fields',
  singular: 'field',
  permittedWith: 'forms',
  hasAddress: false,
  description: 'What a form asks for. The attribute `inputs` of the form changes it.',
  from: sql`form_fields r left join custom_fields c on c.site_id = r.site_id and 'custom_' || c.number = r.handle`,
  attributes: {
    title: derived<string>(text(sql`coalesce(c.title, r.handle)`), (name) =>
      isStandard(name) ? titleOf(name, 'en') : name,
    ),
    type: derived<string>(text(sql`coalesce(c.type, r.handle)`), (name) =>
      isStandard(name) ? standardField(name).type : name,
    ),
    required: boolean(sql`r.required`),
    handle: text(),
    select_options: nullableText(sql`c.select_options`),
    editable: { schema: Type.Boolean(), select: sql`c.id is not null` },
    created_at: timestamp(sql`r.created_at`),
    updated_at: timestamp(sql`r.updated_at`),
  },
  relationships: {},
  filters: {},
  sorts: {},
  defaultSort: 'id',
})
