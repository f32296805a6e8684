import type { RowOutcome } from './import-kind.ts'

/** Why a row is rejected. */
export class RowProblem extends Error {
  /** Whose column is wrong; null: it is the whole row. */
  readonly field: string | null
  readonly code: string

  /** @param detail a sentence, without the value: rows can be erased */
  constructor(field: string | null, code: string, detail: string) {
    super(detail)
    this.field = field
    this.code = code
  }
}

/** The outcome of a row with a problem. @param column of the file */
export const rejection = ({ code, message }: RowProblem, column: string | null): RowOutcome => ({
  status: 'rejected',
  code,
  detail: message,
  column,
})
