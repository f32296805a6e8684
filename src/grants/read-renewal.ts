import { violates } from '../platform/db/database.ts'
import { unprocessable } from '../platform/jsonapi/errors.ts'
import { LocalDay, timeOrDay } from '../platform/jsonapi/fields.ts'
import type { ChangeOffers } from './change-offers.ts'

type Renewal = Pick<ChangeOffers['options'], 'renew' | 'expires_at'>

const SOURCE = '/meta/expires_at'

/**
 * Reads what a grant says of the end of access. That it is in the future is seen in the database, after repetitions: a
 * request can be repeated when the end that it gave is over. A day stays one until the site of the contact is known there.
 *
 * @throws ApiError 422 for an end that is no time, or together with `renew`; for either when nothing is granted
 */
export function readRenewal({ renew, expires_at }: Renewal, mode: ChangeOffers['mode']): Renewal {
  if (mode !== 'grant' && (renew !== undefined || expires_at !== undefined))
    throw unprocessable(
      'not_supported',
      'renew and expires_at can be sent only when offers are granted (POST)',
      '/meta',
    )
  if (expires_at === undefined) return { renew }
  if (renew) throw unprocessable('invalid', 'Send either renew or expires_at, not both', SOURCE)
  if (expires_at === null) return { expires_at }
  const end = timeOrDay.read(expires_at) as Date | LocalDay | undefined
  if (!end) throw unprocessable('invalid', `expires_at must be ${timeOrDay.form}`, SOURCE)
  return { expires_at: end instanceof LocalDay ? end.day : end.toISOString() }
}

/** The error of the database for an end that is over, or not after the start, as an answer; any other as it is. */
export function explainPeriod(error: unknown): unknown {
  if (violates(error, 'offer_grants_end_is_over'))
    return unprocessable('invalid', 'expires_at must be in the future', SOURCE)
  if (violates(error, 'offer_grants_period'))
    return unprocessable(
      'invalid_period',
      'Access to every offer must end after it begins, and before the year 10000. Nothing was changed',
      '/data',
    )
  return error
}
