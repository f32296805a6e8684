import {
  blankAttribute,
  invalidAttribute,
  missingAttribute,
  type Values,
} from '../../platform/jsonapi/read-attributes.ts'
import type { Row } from '../../platform/jsonapi/resource.ts'
import type { Writing } from '../../platform/records/records.ts'
import { resolveDays } from '../../platform/records/resolve-days.ts'

export const DURATIONS = ['once', 'repeating', 'forever'] as const

/**
 * Completes the values of a coupon, and checks them together: it takes off either a percentage or an amount of one
 * currency, and only a repeating one has a number of months. What no longer applies is removed, as the currency of a
 * coupon that becomes one of a percentage.
 *
 * @throws ApiError 422 that points at the attribute
 */
export async function completeCoupon(
  given: Values,
  coupon: Row | null,
  { tx }: Writing,
  siteId: string | null,
): Promise<Values> {
  const values = await resolveDays(tx, siteId!, given, { starts_at: 'start', ends_at: 'end' })
  assertPeriod(values, coupon)
  return { ...values, ...discount(values, coupon), ...duration(values, coupon) }
}

/** In the form of the row, so that the current value is no change. */
function discount(given: Values, coupon: Row | null): Values {
  const { percent_off: percent, amount_off_in_cents: amount } = { ...coupon, ...given }
  if (isNone(percent) && isNone(amount)) {
    const removed = ['percent_off', 'amount_off_in_cents'].find((name) => given[name] === null)
    throw removed ? blankAttribute(removed) : missingAttribute('percent_off')
  }
  if (!isNone(percent) && !isNone(amount)) {
    const added = isNone(given.percent_off) ? 'amount_off_in_cents' : 'percent_off'
    const other = added === 'percent_off' ? 'amount_off_in_cents' : 'percent_off'
    throw invalidAttribute(added, 'invalid', `cannot be given together with ${other}; set that to null`)
  }
  return {
    percent_off: isNone(percent) ? null : Number(percent).toFixed(2),
    amount_off_in_cents: isNone(amount) ? null : String(amount),
    currency: currencyOf(given, coupon, !isNone(amount)),
  }
}

function currencyOf(given: Values, coupon: Row | null, isAmount: boolean): unknown {
  if (!isAmount) {
    if (isNone(given.currency)) return null
    throw invalidAttribute('currency', 'invalid', 'is that of amount_off_in_cents, and a percentage has none')
  }
  const currency = given.currency === undefined ? coupon?.currency : given.currency
  if (!isNone(currency)) return currency
  throw given.currency === null ? blankAttribute('currency') : missingAttribute('currency')
}

function duration(given: Values, coupon: Row | null): Values {
  const of = (given.duration ?? coupon?.duration ?? 'once') as (typeof DURATIONS)[number]
  if (of !== 'repeating') {
    if (isNone(given.duration_in_months)) return { duration: of, duration_in_months: null }
    throw invalidAttribute('duration_in_months', 'invalid', 'is that of a coupon whose duration is repeating')
  }
  const { duration_in_months: months = coupon?.duration_in_months } = given
  if (!isNone(months)) return { duration: of, duration_in_months: months }
  throw given.duration_in_months === null
    ? blankAttribute('duration_in_months')
    : invalidAttribute('duration', 'invalid', 'repeating needs duration_in_months')
}

function assertPeriod(given: Values, coupon: Row | null): void {
  const { starts_at: starts, ends_at: ends } = { ...coupon, ...given } as Values
  if (starts instanceof Date && ends instanceof Date && ends <= starts)
    throw invalidAttribute(
      given.ends_at ? 'ends_at' : 'starts_at',
      'invalid',
      'must leave starts_at before ends_at',
    )
}

const isNone = (value: unknown): value is null | undefined => value === null || value === undefined
