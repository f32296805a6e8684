import { sql } from 'kysely'
import { Type } from 'typebox'
import {
  derived,
  LIST_INDEX,
  nullableText,
  nullableTimestamp,
  personal,
  text,
  timestamp,
  toMany,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import { listFilters } from '../contacts/contact-filters.ts'
import { since } from '../contacts/filters/contact-filter.ts'
import { conditionsOfList } from '../contacts/list-conditions.ts'
import { filtersOfCustomers } from '../custom-fields/site-attributes.ts'
import { externalIds } from '../external-ids/external-ids.ts'

/** As in "0.0", "149.5" and "149.99", the way Ruby writes a decimal. */
const revenueText = (amount: string) => amount.replace(/(?<!\.)0{1,2}$/, '')

const Socials = Type.Object(
  Object.fromEntries(
    ['twitter', 'facebook', 'instagram'].map((name) => [name, Type.Unsafe({ type: ['string', 'null'] })]),
  ),
)

export const customers = defineResource({
  type: 'customers',
  singular: 'customer',
  isManaged: false,
  description: 'A contact who was granted an offer or bought one. Name and e-mail are those of the contact.',
  // Every customer is a contact; a left join can be left out where nothing is asked of it.
  from: sql`customers r left join contacts k on k.id = r.contact_id and k.site_id = r.site_id
    left join contact_external_ids x on x.contact_id = r.contact_id and x.position = 0 and x.site_id = r.site_id`,
  where: sql`r.deleted_at is null`,
  listed: LIST_INDEX,
  total: ({ siteIds }) => sql`select count_customers(${siteIds}::bigint[]) as count`,
  attributes: {
    name: personal(text(), ''),
    email: personal(text()),
    avatar: personal(nullableText()),
    external_user_id: nullableText(sql`x.external_id`),
    external_user_ids: externalIds(sql`r.contact_id`, sql`r.site_id`),
    public_bio: personal(nullableText()),
    public_location: personal(nullableText()),
    public_website: personal(nullableText()),
    socials: personal(
      derived<object>({ schema: Socials }, (given) => ({
        twitter: null,
        facebook: null,
        instagram: null,
        ...given,
      })),
      '{}',
    ),
    net_revenue: derived<string>(nullableText(), revenueText),
    sign_in_count: { schema: Type.Integer() },
    last_request_at: nullableTimestamp(),
    bounced_at: nullableTimestamp(),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  siteAttributes: filtersOfCustomers,
  relationships: {
    contact: toOne('contacts', sql`r.contact_id`),
    site: toOne('sites', sql`r.site_id`),
    offers: toMany(
      'offers',
      (customerIds, { siteIds, now }) => sql`
        select distinct customer_id as owner_id, offer_id as id from holdings
         where site_id = any (${siteIds}::bigint[]) and customer_id = any (${customerIds}::bigint[])
           and (expires_at is null or expires_at > ${now})
         order by id`,
      {
        linkage: 'single',
        hasEndpoint: true,
        searched: [sql`r.title`, sql`r.internal_title`],
      },
    ),
    products: toMany(
      'products',
      (customerIds, { siteIds, now }) => sql`
        select distinct h.customer_id as owner_id, op.product_id as id
          from holdings h join offer_products op on op.site_id = h.site_id and op.offer_id = h.offer_id
         where h.site_id = any (${siteIds}::bigint[]) and h.customer_id = any (${customerIds}::bigint[])
           and h.starts_at <= ${now} and (h.expires_at is null or h.expires_at > ${now})
         order by owner_id, id`,
      { linkage: 'always', searched: [sql`r.title`] },
    ),
  },
  filters: {
    ...listFilters('k'),
    created_in_last: {
      description: 'Became a customer in the last so many days',
      build: (value, scope) => ({ where: sql`r.created_at >= ${since(value, scope)}` }),
    },
    not_created_in_last: {
      description: 'Became a customer before the last so many days',
      build: (value, scope) => ({ where: sql`r.created_at < ${since(value, scope)}` }),
    },
  },
  lookedUpFilters: conditionsOfList('k'),
  filterable: { external_user_id: 'text' },
  sorts: {
    name: sql`lower(r.name)`,
    email: sql`r.email`,
    net_revenue: sql`r.net_revenue`,
    last_request_at: sql`r.last_request_at`,
  },
  defaultSort: '-created_at',
  listNeedsSite: true,
  links: ({ rel_contact: id }) => ({ contact: `/v1/contacts/${id}` }),
})
