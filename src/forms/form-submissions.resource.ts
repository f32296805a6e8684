import { sql } from 'kysely'
import { customFieldsOf } from '../people/custom-fields/find-fields.ts'
import { customFieldAttributes } from '../people/custom-fields/site-attributes.ts'
import {
  extension,
  LIST_INDEX,
  nullableText,
  nullableTimestamp,
  related,
  text,
  timestamp,
  toOne,
} from '../platform/jsonapi/field-types.ts'
import type { Attribute } from '../platform/jsonapi/resource.ts'
import { defineResource } from '../platform/jsonapi/resource.ts'
import type { SiteAttributes } from '../platform/jsonapi/site-attributes.ts'

const answer = (handle: string): Attribute => nullableText(sql`r.answers ->> ${sql.lit(handle)}`)

/** The custom fields of the site as attributes. */
export const attributesOfSubmissions: SiteAttributes = {
  ...customFieldAttributes(async (db, siteIds) =>
    (await customFieldsOf(db, siteIds)).map(({ handle }) => ({ name: handle, filters: {} })),
  ),
  select: sql`(
    select jsonb_object_agg('custom_' || f.number, r.answers -> ('custom_' || f.number))
      from custom_fields f where f.site_id = r.site_id and f.archived_at is null)`,
}

export const formSubmissions = defineResource({
  type: 'form_submissions',
  singular: 'form submission',
  description:
    'What somebody entered in a form. With double opt-in, `status` is `pending` until the e-mail is confirmed; unconfirmed submissions are deleted after 14 days.',
  from: sql`form_submissions r`,
  listed: LIST_INDEX,
  attributes: {
    name: text(),
    email: text(),
    address_line_1: answer('address_line_1'),
    address_line_2: answer('address_line_2'),
    address_city: answer('address_city'),
    address_country: answer('address_country'),
    address_state: answer('address_state'),
    address_zip: answer('address_zip'),
    phone_number: answer('phone_number'),
    business_number: answer('business_number'),
    mobile_phone_number: answer('mobile_phone_number'),
    status: extension(text(sql`case when r.contact_id is null then 'pending' else 'accepted' end`)),
    contact_id: extension(nullableText(sql`r.contact_id::text`)),
    confirmed_at: extension(nullableTimestamp()),
    created_at: extension(timestamp()),
  },
  siteAttributes: attributesOfSubmissions,
  relationships: {
    site: toOne('sites', sql`r.site_id`),
    form: toOne('forms', sql`r.form_id`),
  },
  filters: {
    form_id: related(sql`r.form_id`, 'forms', 'Of this form'),
    contact_id: { ...related(sql`r.contact_id`, 'contacts', 'Of this contact'), extension: true },
  },
  filterable: { name: 'text', email: 'email' },
  sorts: { name: sql`lower(r.name)`, email: sql`r.email` },
  defaultSort: '-created_at',
  examples: { status: 'accepted' },
})
