import type { Tx } from '../platform/db/database.ts'
import type { RowOutcome } from './bulk-kind.ts'
import type { ClaimedRow } from './claim-rows.ts'
import { findContacts } from './find-contacts.ts'
import { type ProcessedRow, recordOutcomes } from './record-outcomes.ts'
import { erased, noContact } from './row-failure.ts'

/** Does what rows of one job say, and records their outcomes: both, or neither. */
export async function processRows(tx: Tx, rows: ClaimedRow[]): Promise<ProcessedRow[]> {
  const { job } = rows[0]!
  const contactOf = await findContacts(tx, job, rows, { create: job.createsContacts })
  const known: { row: ClaimedRow; contactId: string }[] = []
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
  await recordOutcomes(tx, job, processed)
  return processed
}

const refusalOf = ({ contactId, email }: ClaimedRow): RowOutcome =>
  contactId === null && email === null ? erased() : noContact(contactId)

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
