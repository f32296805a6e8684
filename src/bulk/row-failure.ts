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

export const isFailed = ({ status }: RowOutcome): boolean => status === FAILED

/** Rows that fail for the same reason. */
export interface FailedRows {
  code: string
  detail: string
  rows: number
  /** Of the first of them, from 1. */
  positions: number[]
  sentence: string
}

const MOST_REASONS = 50
const MOST_POSITIONS = 50

/** The most frequent reasons of failures. */
export function failedRows(outcomes: (RowOutcome & { position: number })[]): FailedRows[] {
  const failed = outcomes.filter(isFailed)
  return [...Map.groupBy(failed, ({ code, detail }) => JSON.stringify([code, detail])).values()]
    .map((same): FailedRows => {
      const { code = '', detail = '' } = same[0]!
      const positions = same.map(({ position }) => position).sort((one, other) => one - other)
      const count = same.length === 1 ? '1 row' : `${same.length.toLocaleString('en')} rows`
      return {
        code,
        detail,
        rows: same.length,
        positions: positions.slice(0, MOST_POSITIONS),
        sentence: `${count} would fail: ${detail}`,
      }
    })
    .sort((one, other) => other.rows - one.rows)
    .slice(0, MOST_REASONS)
}
