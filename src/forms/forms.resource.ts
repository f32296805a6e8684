import { sql } from 'kysely'
import { Type } from 'typebox'
import {
  boolean,
  contains,
  derived,
  extension,
  LIST_INDEX,
  nullableText,
  text,
  timestamp,
  toMany,
  toOne,
} from '../platform/jsonapi/field-types.ts'
import { flag, line, paragraphs, writable } from '../platform/jsonapi/fields.ts'
import { defineResource } from '../platform/jsonapi/resource.ts'
import { singleSchema } from '../platform/jsonapi/schemas.ts'
import type { Records } from '../platform/records/records.ts'
import { type FormAddress, formUrl } from './form-address.ts'
import { originsField, webAddress } from './form-attributes.ts'
import { InputsSchema, inputsField } from './inputs.ts'
import { addParts, completeForm, endWebhook, prepareRestoring } from './save-form.ts'
import { setOffers, setTags } from './set-linked.ts'

/** A custom field that is archived is not asked for any more. @param fields alias of form_fields */
const isAsked = (fields: string) => sql`not exists (
  select from custom_fields c
   where c.site_id = ${sql.ref(`${fields}.site_id`)} and 'custom_' || c.number = ${sql.ref(`${fields}.handle`)}
     and c.archived_at is not null)`

/** The ids in a table of links, in their order. @param column of the linked ids */
const linkedBy = (table: 'form_offers' | 'form_tags', column: 'offer_id' | 'tag_id') =>
  toMany(
    table === 'form_offers' ? 'offers' : 'contact_tags',
    (formIds, { siteIds }) => sql`
      select form_id as owner_id, ${sql.ref(column)} as id from ${sql.table(table)}
       where site_id = any (${siteIds}::bigint[]) and form_id = any (${formIds}::bigint[])
       order by position`,
    { linkage: 'always' },
  )

export const forms = defineResource({
  type: 'forms',
  singular: 'form',
  description:
    'A form that people fill in, on its own page or on another website. A submission creates or updates a contact, adds tags and grants offers.',
  from: sql`forms r`,
  isArchivable: true,
  listed: LIST_INDEX,
  namedIds: { default: sql`r.is_default and r.archived_at is null` },
  attributes: {
    title: writable(text(), line(), { required: true }),
    default: writable(boolean(sql`r.is_default`), flag),
    // Of the hook that notifies it: see save-form.ts.
    webhook_url: writable(
      nullableText(sql`(
        select h.target_url from hooks h
         where h.id = r.hook_id and h.site_id = r.site_id and h.deleted_at is null)`),
      webAddress,
    ),
    url: derived<FormAddress>(
      text(sql`(
        select json_build_object('id', r.id::text, 'subdomain', s.subdomain, 'custom_domain', s.custom_domain)
          from sites s where s.id = r.site_id)`),
      (address, { baseUrl }) => formUrl(address, baseUrl),
    ),
    description: writable(extension(nullableText()), paragraphs(5_000)),
    inputs: writable(
      extension({
        schema: InputsSchema,
        select: sql`(
          select json_agg(json_build_object('handle', f.handle, 'required', f.required) order by f.position)
            from form_fields f where f.form_id = r.id and f.site_id = r.site_id and ${isAsked('f')})`,
      }),
      inputsField,
    ),
    subscribes: writable(extension(boolean()), flag),
    double_opt_in: writable(extension(boolean()), flag),
    send_customer_welcome_email: writable(extension(boolean()), flag),
    redirect_url: writable(extension(nullableText()), webAddress),
    success_message: writable(extension(nullableText()), paragraphs(2_000)),
    allowed_origins: writable(
      extension({
        schema: Type.Unsafe<string[] | null>({ type: ['array', 'null'], items: { type: 'string' } }),
      }),
      originsField,
    ),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: {
    site: toOne('sites', sql`r.site_id`),
    fields: toMany(
      'fields',
      (formIds, { siteIds }) => sql`
        select f.form_id as owner_id, f.id from form_fields f
         where f.site_id = any (${siteIds}::bigint[]) and f.form_id = any (${formIds}::bigint[]) and ${isAsked('f')}
         order by f.position`,
      { linkage: 'always' },
    ),
    // The first of its offers: Kajabi's forms grant one.
    offer: toOne(
      'offers',
      sql`(select fo.offer_id from form_offers fo where fo.form_id = r.id and fo.site_id = r.site_id
            order by fo.position limit 1)`,
    ),
    offers: linkedBy('form_offers', 'offer_id'),
    contact_tags: linkedBy('form_tags', 'tag_id'),
  },
  filters: { title_cont: contains(sql`r.title`, 'Title contains') },
  filterable: { title: 'text' },
  sorts: { title: sql`lower(r.title)` },
  defaultSort: '-created_at',
  examples: {
    title: 'Newsletter',
    inputs: [
      { handle: 'name', required: true },
      { handle: 'email', required: true },
      { handle: 'phone_number', required: false },
    ],
    redirect_url: 'https://example.com/thank-you',
    webhook_url: 'https://example.com/webhooks',
    allowed_origins: ['https://www.example.com'],
  },
})

/** The document of one whose `webhook_url` may be new: what signs its requests is shown this once. */
export const FormWithSecret = singleSchema(
  { ...forms, attributes: { ...forms.attributes, webhook_secret: extension(text()) } },
  'FormWithSecret',
)

export const formRecords: Records = {
  resource: forms,
  table: 'forms',
  isExclusive: true,
  unique: { forms_title: 'title', forms_default: 'default' },
  complete: completeForm,
  afterCreate: addParts,
  relationships: { offers: setOffers, contact_tags: setTags },
  beforeEnd: endWebhook,
  beforeRestore: prepareRestoring,
  referredToAs: 'forms',
}
