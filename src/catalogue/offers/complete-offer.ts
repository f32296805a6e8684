import { randomBytes } from 'node:crypto'
import { invalidAttribute, type Values } from '../../platform/jsonapi/read-attributes.ts'
import type { Row } from '../../platform/jsonapi/resource.ts'
import type { Writing } from '../../platform/records/records.ts'
import { resolveDays } from '../../platform/records/resolve-days.ts'
import { completeTerms } from './price-terms.ts'

/**
 * Completes the values of an offer; its price as completeTerms() says. A new offer is published and gets the token of its
 * checkout address.
 *
 * @throws ApiError 422 for values that contradict each other, and access that ends after the year 9999
 */
export async function completeOffer(
  given: Values,
  offer: Row | null,
  { tx, now }: Writing,
  siteId: string | null,
): Promise<Values> {
  const values = await resolveDays(tx, siteId!, given, { access_begins_at: 'start' })
  assertPeriod(values, offer)
  return {
    ...values,
    ...completeTerms(values, offer),
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
