import { sql } from 'kysely'
import { Type } from 'typebox'
import {
  derived,
  integer,
  LIST_INDEX,
  nullableBigInteger,
  nullableInteger,
  nullableText,
  nullableTimestamp,
  parseChoice,
  related,
  text,
  timestamp,
  toMany,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import {
  choice,
  currencyCode,
  type Field,
  matching,
  timeOrDay,
  wholeNumber,
  writable,
} from '../../platform/jsonapi/fields.ts'
import { readId } from '../../platform/jsonapi/identifiers.ts'
import { defineResource, type Scope } from '../../platform/jsonapi/resource.ts'
import type { Records } from '../../platform/records/records.ts'
import { completeCoupon, DURATIONS } from './complete-coupon.ts'
import { setCouponOffers } from './set-coupon-offers.ts'

const MOST_MONTHS = 120

const code = matching(
  /^[\p{L}\p{N}][\p{L}\p{N}_.%+-]{0,63}$/u,
  'at most 64 letters, digits and characters of ".%+-_", and begin with a letter or digit',
)

const percentage: Field = {
  schema: Type.Number({ exclusiveMinimum: 0, maximum: 100 }),
  form: 'a number above 0 and up to 100, with at most two decimals',
  read: (value) =>
    typeof value === 'number' && value > 0 && value <= 100 && Number(value.toFixed(2)) === value
      ? value
      : undefined,
  fromText: (given) => (/^\d{1,3}(\.\d{1,2})?%?$/.test(given) ? Number(given.replace('%', '')) : given),
}

const STATUSES = ['scheduled', 'active', 'used_up', 'ended', 'archived']

const statusAt = ({ now }: Scope) => sql`case
  when r.archived_at is not null then 'archived'
  when r.ends_at <= ${now} then 'ended'
  when r.uses >= r.max_uses then 'used_up'
  when r.starts_at > ${now} then 'scheduled'
  else 'active' end`

export const coupons = defineResource({
  type: 'coupons',
  singular: 'coupon',
  description:
    'A code that takes a percentage or an amount off the price of an offer. `duration` says which payments of a subscription or payment plan it reduces: `once` the first, `repeating` those of so many months, `forever` all. Without `offers`, it is for every offer of the site.',
  from: sql`coupons r`,
  isArchivable: true,
  listed: LIST_INDEX,
  attributes: {
    code: writable(text(), code, { required: true, when: 'create' }),
    percent_off: writable(
      derived<string | null>(
        { schema: Type.Unsafe<number | null>({ type: ['number', 'null'] }) },
        (percent) => (percent === null ? null : Number(percent)),
      ),
      percentage,
    ),
    amount_off_in_cents: writable(nullableBigInteger(), wholeNumber(1, 999_999_999_999)),
    currency: writable(nullableText(), currencyCode),
    duration: writable(text(), choice(DURATIONS)),
    duration_in_months: writable(nullableInteger(), wholeNumber(1, MOST_MONTHS)),
    starts_at: writable(nullableTimestamp(), timeOrDay),
    ends_at: writable(nullableTimestamp(), timeOrDay),
    max_uses: writable(nullableInteger(), wholeNumber(1, 999_999_999)),
    uses: integer(),
    status: { schema: Type.Unsafe<string>({ type: 'string', enum: STATUSES }), select: statusAt },
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: {
    site: toOne('sites', sql`r.site_id`),
    offers: toMany(
      'offers',
      (couponIds, { siteIds }) => sql`
        select coupon_id as owner_id, offer_id as id from coupon_offers
         where site_id = any (${siteIds}::bigint[]) and coupon_id = any (${couponIds}::bigint[])
         order by position`,
      { linkage: 'always' },
    ),
  },
  filters: {
    code: {
      description: 'This code, in upper or lower case',
      build: (value) => ({ where: sql`lower(r.code) = lower(${value})` }),
    },
    status: {
      description: STATUSES.filter((status) => status !== 'archived').join(', '),
      build: (value, scope) => ({ where: sql`${statusAt(scope)} = ${parseChoice(value, STATUSES)}` }),
    },
    offer_id: {
      ...related(sql`r.id`, 'offers', 'Coupons for this offer, also those for every offer'),
      build: (value) => ({
        where: sql`(
          exists (select from coupon_offers l
                   where l.coupon_id = r.id and l.offer_id = ${readId(value)} and l.site_id = r.site_id)
          or not exists (select from coupon_offers l where l.coupon_id = r.id and l.site_id = r.site_id))`,
      }),
    },
  },
  filterable: { code: 'text', percent_off: 'number', amount_off_in_cents: 'number', uses: 'number' },
  sorts: { code: sql`lower(r.code)`, uses: sql`r.uses`, ends_at: sql`r.ends_at` },
  defaultSort: '-created_at',
  examples: {
    code: 'SPRING20',
    percent_off: 20,
    amount_off_in_cents: null,
    currency: null,
    duration: 'once',
    duration_in_months: null,
    starts_at: '2026-03-01T00:00:00.000Z',
    ends_at: '2026-04-01T00:00:00.000Z',
    max_uses: 100,
    uses: 0,
    status: 'active',
  },
  nearMisses: [
    [/^\/(?:v1\/)?(?:discounts|promotion_codes|coupon)(\/.*)?$/, 'Discount codes are at /v1/coupons.'],
  ],
})

export const couponRecords: Records = {
  resource: coupons,
  table: 'coupons',
  unique: { coupons_code: 'code' },
  complete: completeCoupon,
  relationships: { offers: setCouponOffers },
}
