import { violates } from '../platform/db/database.ts'
import { unprocessable } from '../platform/jsonapi/errors.ts'
import { time } from '../platform/jsonapi/fields.ts'
import type { ChangeOffers } from './change-offers.ts'

type Renewal = Pick<ChangeOffers['options'], 'renew' | 'expires_at'>

const SOURCE = '/meta/expires_at'

/**
 * Reads what a grant says of the end of access.
 *
 * @throws ApiError 422 for an end that is no time or is over, or together with `renew`; for either when nothing is granted
 */
export function readRenewal({ renew, expires_at }: Renewal, mode: ChangeOffers['mode'], now: Date): Renewal {
  if (mode !== 'grant' && (renew !== undefined || expires_at !== undefined))
    throw unprocessable(
      'not_supported',
      'renew and expires_at can be sent only when offers are granted (POST)',
      '/meta',
    )
  if (expires_at === undefined) return { renew }
  if (renew) throw unprocessable('invalid', 'Send either renew or expires_at, not both', SOURCE)
  if (expires_at === null) return { expires_at }
  const end = time.read(expires_at) as Date | undefined
  if (!end) throw unprocessable('invalid', `expires_at must be ${time.form}`, SOURCE)
  if (end <= now) throw unprocessable('invalid', 'expires_at must be in the future', SOURCE)
  return { expires_at: end.toISOString() }
}

/** The error of the database for an end that is not after the start, as an answer; any other as it is. */
export const explainPeriod = (error: unknown): unknown =>
  violates(error, 'offer_grants_period')
    ? unprocessable(
        'invalid_period',
        'Access to every offer must end after it begins, and before the year 10000. Nothing was changed',
        '/data',
      )
    : error
