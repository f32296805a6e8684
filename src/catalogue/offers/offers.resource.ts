import { sql } from 'kysely'
import { Type } from 'typebox'
import {
  boolean,
  contains,
  derived,
  integer,
  LIST_INDEX,
  nullableText,
  text,
  toMany,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import { absoluteAddress } from '../demo-pictures.ts'

interface Price {
  cents: number
  currency: string
  type: 'free' | 'single' | 'multipay' | 'subscription'
}

export const offers = defineResource({
  type: 'offers',
  singular: 'offer',
  description: 'A bundle of products at a price, which can be granted to contacts.',
  from: sql`offers r`,
  listed: sql`r.archived_at is null and ${LIST_INDEX}`,
  attributes: {
    title: text(),
    description: nullableText(),
    internal_title: nullableText(),
    currency: text(),
    price_in_cents: integer(),
    payment_type: text(),
    token: text(),
    payment_method: text(),
    price_description: derived<Price>(
      {
        schema: Type.String(),
        select: sql`json_build_object('cents', r.price_in_cents, 'currency', r.currency, 'type', r.payment_type)`,
      },
      describePrice,
    ),
    checkout_url: derived<string>(text(sql`r.token`), (token, { baseUrl }) => `${baseUrl}/offers/${token}`),
    recurring_offer: boolean(sql`r.payment_type in ('subscription', 'multipay')`),
    subscription: boolean(sql`r.payment_type = 'subscription'`),
    one_time: boolean(sql`r.payment_type in ('single', 'free')`),
    single: boolean(sql`r.payment_type = 'single'`),
    free: boolean(sql`r.payment_type = 'free'`),
    image_url: derived<string | null>(nullableText(), (address, { baseUrl }) =>
      absoluteAddress(address, baseUrl),
    ),
  },
  relationships: {
    site: toOne('sites', sql`r.site_id`),
    products: toMany(
      'products',
      (offerIds, { siteIds }) => sql`
        select offer_id as owner_id, product_id as id from offer_products
         where site_id = any (${siteIds}::bigint[]) and offer_id = any (${offerIds}::bigint[])
         order by position, product_id`,
      { linkage: 'always', hasEndpoint: true },
    ),
  },
  filters: {
    title_cont: contains(sql`r.title`, 'Title contains'),
    description_cont: contains(sql`r.description`, 'Description contains'),
  },
  filterable: {
    title: 'text',
    description: 'text',
    internal_title: 'text',
    price_in_cents: 'number',
    created_at: 'time',
    updated_at: 'time',
  },
  sorts: {
    title: sql`r.title`,
    price_in_cents: sql`r.price_in_cents`,
    created_at: sql`r.created_at`,
    updated_at: sql`r.updated_at`,
  },
  defaultSort: '-created_at',
})

/** As in "$199.00 USD"; a free offer is "Free". */
export function describePrice({ cents, currency, type }: Price): string {
  if (type === 'free') return 'Free'
  const amount = new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(cents / 100)
  return `${amount} ${currency}${type === 'subscription' ? ' per month' : ''}`
}
