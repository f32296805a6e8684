import type { Tx } from '../platform/db/database.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import type { BulkKind, RowOutcome } from './bulk-kind.ts'
import type { ClaimedRow } from './claim-rows.ts'
import { findContacts } from './find-contacts.ts'
import type { ProcessedRow } from './record-outcomes.ts'
import { erased, failure, internalFailure, noContact } from './row-failure.ts'

/** What rows of a job need for being performed. */
export type RowToPerform = Omit<ClaimedRow, 'job'> & {
  job: Pick<ClaimedRow['job'], 'siteId' | 'kind' | 'source' | 'origin' | 'createsContacts'>
}

/** Does what rows of one job say. The outcomes are returned, and recorded nowhere. */
export async function performRows(tx: Tx, rows: RowToPerform[]): Promise<ProcessedRow[]> {
  const { job } = rows[0]!
  const contactOf = await findContacts(tx, job, rows, { create: job.createsContacts })
  const known: { row: RowToPerform; contactId: string }[] = []
  const processed: ProcessedRow[] = []
  for (const row of rows) {
    const contactId = contactOf(row)
    if (contactId !== null) known.push({ row, contactId })
    else processed.push({ id: row.id, contactId: null, ...refusalOf(row) })
  }
  for (const round of roundsOf(known)) {
    const outcomes = await job.kind.perform(
      tx,
      job,
      round.map(({ contactId, row: { settings } }) => ({ contactId, settings })),
    )
    processed.push(
      ...round.map(({ row, contactId }, index) => ({ id: row.id, contactId, ...outcomes[index]! })),
    )
  }
  return processed
}

const refusalOf = ({ contactId, email }: RowToPerform): RowOutcome =>
  contactId === null && email === null ? erased() : noContact(contactId)

/** The outcome of a row that the database refused, and whether that is known to happen. */
export function outcomeOfError(kind: BulkKind, error: Error): { outcome: RowOutcome; isKnown: boolean } {
  const known = kind.explain?.(error) ?? error
  return known instanceof ApiError
    ? { outcome: failure(known), isKnown: true }
    : { outcome: internalFailure(), isKnown: false }
}

/** In each round no contact twice, and the rows of a contact in their order. */
function roundsOf<Known extends { contactId: string }>(known: Known[]): Known[][] {
  const rounds: Known[][] = []
  const seen = new Map<string, number>()
  for (const one of known) {
    const round = seen.get(one.contactId) ?? 0
    seen.set(one.contactId, round + 1)
    rounds[round] ??= []
    rounds[round].push(one)
  }
  return rounds
}
