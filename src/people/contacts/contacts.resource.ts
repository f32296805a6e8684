import { type Selectable, sql } from 'kysely'
import type { Contacts } from '../../platform/db/types.ts'
import {
  boolean,
  extension,
  LIST_INDEX,
  nullableText,
  personal,
  text,
  timestamp,
  toMany,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import { DELETED, type Rows } from '../../platform/records/lock-one.ts'
import { attributesOfContacts } from '../custom-fields/site-attributes.ts'
import { externalIds } from '../external-ids/external-ids.ts'
import { listFilters } from './contact-filters.ts'
import { conditionsOfList } from './list-conditions.ts'

export const contacts = defineResource({
  type: 'contacts',
  singular: 'contact',
  description: 'A person known to a site.',
  from: sql`contacts r left join customers c on c.contact_id = r.id and c.site_id = r.site_id and c.deleted_at is null
    left join contact_external_ids x on x.contact_id = r.id and x.position = 0 and x.site_id = r.site_id`,
  where: sql`r.deleted_at is null`,
  listed: LIST_INDEX,
  total: ({ siteIds }) =>
    sql`select coalesce(sum(change), 0) as count from contact_counts where site_id = any (${siteIds}::bigint[])`,
  attributes: {
    name: personal(text(), ''),
    email: personal(text()),
    phone_number: personal(nullableText()),
    business_number: personal(nullableText()),
    mobile_phone_number: personal(extension(nullableText())),
    subscribed: personal(boolean(), false),
    address_line_1: personal(nullableText()),
    address_line_2: personal(nullableText()),
    address_city: personal(nullableText()),
    address_state: personal(nullableText()),
    address_country: personal(nullableText()),
    address_zip: personal(nullableText()),
    external_user_id: nullableText(sql`x.external_id`),
    external_user_ids: externalIds(sql`r.id`, sql`r.site_id`),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  siteAttributes: attributesOfContacts,
  relationships: {
    customer: toOne('customers', sql`c.id`),
    offers: toMany(
      'offers',
      (contactIds, { siteIds, now }) => sql`
        select distinct c.contact_id as owner_id, h.offer_id as id
          from customers c
          -- Looked up for each customer: no index serves a join with grants and purchases together.
          cross join lateral (select offer_id, expires_at from holdings
                               where site_id = c.site_id and customer_id = c.id offset 0) h
         where c.site_id = any (${siteIds}::bigint[]) and c.contact_id = any (${contactIds}::bigint[])
           and (h.expires_at is null or h.expires_at > ${now})
         order by id`,
      { linkage: 'single', hasEndpoint: true },
    ),
    site: toOne('sites', sql`r.site_id`),
    tags: toMany(
      'contact_tags',
      (contactIds, { siteIds }) => sql`
        select t.contact_id as owner_id, t.tag_id as id
          from taggings t join contact_tags ct on ct.site_id = t.site_id and ct.id = t.tag_id
         where t.site_id = any (${siteIds}::bigint[]) and t.contact_id = any (${contactIds}::bigint[])
           and ct.archived_at is null
         order by t.tag_id`,
      { linkage: 'always', hasEndpoint: true },
    ),
  },
  filters: listFilters('r'),
  lookedUpFilters: conditionsOfList('r'),
  filterable: { external_user_id: 'text' },
  sorts: { name: sql`lower(r.name)`, email: sql`r.email` },
  defaultSort: '-created_at',
  listNeedsSite: true,
  nearMisses: [
    [
      /^\/(?:v1\/)?members(\/.*)?$/,
      'Members are called contacts and customers: /v1/contacts, /v1/customers.',
    ],
    [
      /^\/(?:v1\/)?(?:people|persons?|users?|subscribers?|leads?)(\/.*)?$/,
      'People are called contacts: /v1/contacts.',
    ],
  ],
  links: ({ rel_customer: id }): Record<string, string> => (id ? { customer: `/v1/customers/${id}` } : {}),
})

/** The row of a contact that is not deleted. */
export type Contact = Omit<Selectable<Contacts>, 'email' | 'custom'> & {
  email: string
  /** By handle, without fields that have no value. */
  custom: Record<string, string>
}

/**
 * Locked, a contact waits for grants that are being made, and they, who share the row, wait for it: none is made to
 * somebody who is deleted, and a new customer gets the new name.
 */
export const contactRows: Rows = {
  resource: contacts,
  table: 'contacts',
  ending: DELETED,
  isExclusive: true,
}
