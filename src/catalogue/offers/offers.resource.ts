import { sql } from 'kysely'
import { Type } from 'typebox'
import { type SiteAddress, siteUrl } from '../../links/member-links.ts'
import {
  bigInteger,
  boolean,
  contains,
  derived,
  extension,
  integer,
  LIST_INDEX,
  MOST_DAYS,
  nullableInteger,
  nullableText,
  nullableTimestamp,
  text,
  toMany,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import {
  choice,
  currencyCode,
  flag,
  line,
  paragraphs,
  timeOrDay,
  wholeNumber,
  writable,
} from '../../platform/jsonapi/fields.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import type { Records } from '../../platform/records/records.ts'
import { pictureAddress } from '../own-files.ts'
import { completeOffer } from './complete-offer.ts'
import { describePrice, INTERVALS, PAYMENT_TYPES, type Price } from './price-terms.ts'
import { offerPath } from './read-for-sale.ts'
import { assertProductsActive, setProducts } from './set-products.ts'

export const offers = defineResource({
  type: 'offers',
  singular: 'offer',
  description: 'A bundle of products at a price, which can be granted to contacts.',
  from: sql`offers r`,
  isArchivable: true,
  listed: LIST_INDEX,
  attributes: {
    title: writable(text(), line(), { required: true }),
    description: writable(nullableText(), paragraphs()),
    internal_title: writable(nullableText(), line()),
    currency: writable(text(), currencyCode),
    price_in_cents: writable(bigInteger(), wholeNumber(0, 999_999_999_999)),
    payment_type: writable(text(), choice(PAYMENT_TYPES)),
    token: text(),
    payment_method: text(),
    price_description: derived<Price>(
      {
        schema: Type.String(),
        select: sql`json_build_object(
          'cents', r.price_in_cents, 'currency', r.currency, 'type', r.payment_type, 'interval', r.interval,
          'count', r.interval_count, 'payments', r.payments_total, 'trialDays', r.trial_days)`,
      },
      describePrice,
    ),
    checkout_url: derived<SiteAddress & { token: string }>(
      text(sql`(
        select json_build_object('token', r.token, 'subdomain', s.subdomain, 'custom_domain', s.custom_domain)
          from sites s where s.id = r.site_id)`),
      ({ token, ...site }, { baseUrl }) => siteUrl({ publicUrl: baseUrl }, site) + offerPath(token),
    ),
    recurring_offer: boolean(sql`r.payment_type in ('subscription', 'multipay')`),
    subscription: boolean(sql`r.payment_type = 'subscription'`),
    one_time: boolean(sql`r.payment_type in ('single', 'free')`),
    single: boolean(sql`r.payment_type = 'single'`),
    free: boolean(sql`r.payment_type = 'free'`),
    image_url: pictureAddress(),
    // Of subscriptions and payment plans: the price is paid every so many intervals; a payment plan ends after so many payments.
    interval: writable(extension(nullableText()), choice(INTERVALS)),
    interval_count: writable(extension(integer()), wholeNumber(1, 365)),
    payments_total: writable(extension(nullableInteger()), wholeNumber(2, 999)),
    trial_days: writable(extension(nullableInteger()), wholeNumber(1, 730)),
    is_gift: writable(extension(boolean()), flag),
    // Access begins then, or at once; it lasts so many days in the time zone of the site, or without end.
    access_begins_at: writable(extension(nullableTimestamp()), timeOrDay),
    access_days: writable(extension(nullableInteger()), wholeNumber(1, MOST_DAYS)),
    // The event access_ending occurs so many days before access ends.
    access_ending_days: writable(extension(nullableInteger()), wholeNumber(1, 365)),
    previous_activation_urls_valid_until: derived<Date | null>(
      extension(
        nullableTimestamp(sql`(
          select max(f.valid_until) from former_activation_tokens f where f.offer_id = r.id and f.site_id = r.site_id)`),
      ),
      (until, { now }) => (until !== null && until > now ? until.toISOString() : null),
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
  examples: { interval: null, interval_count: 1, payments_total: null, trial_days: null },
  nearMisses: [
    [
      /^\/v1\/offers\/(\w+)\/relationships\/contacts$/,
      'Offers are granted from the other side: POST /v1/contacts/{id}/relationships/offers. Who holds one: GET /v1/contacts?filter[has_offer_id]=$1.',
    ],
  ],
})

export const offerRecords: Records = {
  resource: offers,
  table: 'offers',
  complete: completeOffer,
  relationships: { products: setProducts },
  beforeRestore: assertProductsActive,
  referredToAs: 'offers',
}
