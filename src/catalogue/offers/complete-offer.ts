import { randomBytes } from 'node:crypto'
import { invalidAttribute, type Values } from '../../platform/jsonapi/read-attributes.ts'
import type { Row } from '../../platform/jsonapi/resource.ts'
import type { Writing } from '../../platform/records/records.ts'
import { resolveDays } from '../../platform/records/resolve-days.ts'

/**
 * Completes the values of an offer. The payment type follows from the price unless it is given: an offer with a price
 * is not free, and one without is. A new offer is published and gets the token of its checkout address.
 *
 * @throws ApiError 422 for a price and a payment type that contradict each other, and access that ends after the year
 *   9999
 */
export async function completeOffer(
  given: Values,
  offer: Row | null,
  { tx, now }: Writing,
  siteId: string | null,
): Promise<Values> {
  const values = await resolveDays(tx, siteId!, given, { access_begins_at: 'start' })
  assertPeriod(values, offer)
  if (offer && values.price_in_cents === undefined && values.payment_type === undefined) return values
  const price = Number(values.price_in_cents ?? offer?.price_in_cents ?? 0)
  const payment_type = values.payment_type ?? paymentTypeFor(price, offer)
  if (payment_type === 'free' && price !== 0) throw contradiction('cannot be free for an offer with a price')
  if (payment_type !== 'free' && price === 0) throw contradiction('must be free for an offer without a price')
  return {
    ...values,
    payment_type,
    ...(offer === null && { token: randomBytes(9).toString('base64url'), published_at: now }),
  }
}

/** Access to what is granted then ends at a time that can be shown. */
function assertPeriod(values: Values, offer: Row | null): void {
  const { access_begins_at: begins = offer?.access_begins_at, access_days: days = offer?.access_days } =
    values
  if (begins instanceof Date && begins.getTime() + Number(days ?? 0) * 86_400_000 > LAST_TIME)
    throw invalidAttribute(
      'access_begins_at',
      'invalid',
      'must leave the end of access before the year 10000',
    )
}

const LAST_TIME = Date.parse('9999-12-31T23:59:59Z')

function paymentTypeFor(price: number, offer: Row | null) {
  if (price === 0) return 'free'
  return offer && offer.payment_type !== 'free' ? offer.payment_type : 'single'
}

const contradiction = (problem: string) => invalidAttribute('payment_type', 'invalid', problem)
