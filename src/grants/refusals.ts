/** Why offers were not granted or revoked, as errors of the API. */
import { ApiError, notFound } from '../platform/jsonapi/errors.ts'
import type { ChangeOffers, Subject } from './change-offers.ts'

export const emailTaken = () =>
  new ApiError(
    409,
    'email_taken',
    'The customer of another contact of the site already has this e-mail. Nothing was changed.',
  )

/** An archived offer can be revoked, but not granted. @param pointer to what names it */
export function offerNotFound(id: string | number, mode: ChangeOffers['mode'], pointer: string): ApiError {
  const which = mode === 'revoke' ? 'on the site' : 'that can be granted here'
  return notFound(`There is no offer with the id ${id} ${which}. Nothing was changed.`, { pointer })
}

export const subjectNotFound = ({ parent, id }: Subject): ApiError =>
  notFound(`There is no ${parent === 'contacts' ? 'contact' : 'customer'} with the id ${id}.`)
