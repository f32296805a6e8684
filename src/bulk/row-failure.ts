import { ApiError, notFound } from '../platform/jsonapi/errors.ts'
import type { RowOutcome } from './bulk-kind.ts'

export const FAILED = 'failed'

/** The outcome of a row that was refused. */
export const failure = ({ code, message }: ApiError): RowOutcome => ({
  status: FAILED,
  code,
  detail: message,
})

/** Nobody has this e-mail, and the row creates no contact. It does not repeat the address: rows can be erased. */
export const noContact = (id: string | null): RowOutcome =>
  failure(
    notFound(
      id === null ? 'There is no contact with this e-mail.' : `There is no contact with the id ${id}.`,
    ),
  )

export const erased = (): RowOutcome => failure(notFound('The contact was deleted.'))

/** Its cause is in the log. */
export const internalFailure = (): RowOutcome =>
  failure(
    new ApiError(
      500,
      'internal_error',
      'An unexpected error occurred, and nothing was changed. It is logged with the id of the row.',
    ),
  )
