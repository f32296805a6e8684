import { type Tx, withSavepoint } from '../../platform/db/database.ts'
import { ApiError } from '../../platform/jsonapi/errors.ts'
import type { ImportContext, ImportRow, RowOutcome } from '../import-kind.ts'
import { RowProblem, rejection } from '../row-problem.ts'

/** Imports rows one after the other; what one of them is refused for does not concern the others. */
export async function performEach(
  tx: Tx,
  context: ImportContext,
  rows: ImportRow[],
  perform: (row: ImportRow) => Promise<RowOutcome>,
): Promise<Map<string, RowOutcome>> {
  const outcomes = new Map<string, RowOutcome>()
  for (const row of rows)
    outcomes.set(
      row.id,
      await withSavepoint(
        tx,
        () => perform(row),
        async (error) => rejectionOf(context, error),
      ),
    )
  return outcomes
}

function rejectionOf({ header, fields }: ImportContext, error: Error): RowOutcome {
  if (error instanceof RowProblem) {
    const column = error.field === null ? null : (header[fields.indexOf(error.field)] ?? error.field)
    return rejection(error, column)
  }
  if (error instanceof ApiError) return { status: 'rejected', code: error.code, detail: error.message }
  throw error
}
