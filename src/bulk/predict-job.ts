import { randomUUID } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { findContactsByEmail } from '../people/contacts/find-contact.ts'
import { inRolledBackSavepoint, type Tx, withSavepoint } from '../platform/db/database.ts'
import { eventsOfRequest, lastEventId } from '../platform/events/dry-run.ts'
import type { BulkContext, BulkKind, Settings } from './bulk-kind.ts'
import { MOST_MATCHING, type Subjects } from './create-job.ts'
import { outcomeOfError, performRows, type RowToPerform } from './perform-rows.ts'
import type { ProcessedRow } from './record-outcomes.ts'
import type { RowEffects } from './row-effects.ts'
import { type FailedRows, failedRows, isFailed } from './row-failure.ts'

/** What a job would do now. */
export interface Prediction {
  total: number
  contacts_created: number
  /** Numbers of rows by the status that they would get. */
  counts: Record<string, number>
  /** How many of the rows were tried: all else but the total is of these. */
  tried: number
  effects: (object & { sentence: string })[]
  failures: FailedRows[]
}

/** So many rows are tried: of the contacts of a filter there can be more. */
export const MOST_TRIED = 10_000

/** At once: whoever changes the same contacts meanwhile waits for so many. */
const BATCH = 500

/**
 * What a job would do: its rows are performed by the code that processes jobs, some at a time, each time in a savepoint
 * that is rolled back.
 *
 * @param effects collects what each batch would do
 */
export async function predictJob(
  tx: Tx,
  kind: BulkKind,
  context: BulkContext,
  {
    settings,
    subjects,
    createsContacts,
  }: { settings: Settings; subjects: Subjects; createsContacts: boolean },
  effects: RowEffects,
): Promise<Prediction> {
  const { create_contacts: _, ...defaults } = settings
  // By the request, events are known to be those of a batch.
  const origin = { ...context.origin, requestId: randomUUID() }
  const job = { ...context, origin, kind, createsContacts }
  const rows = await rowsOf(tx, subjects, defaults, job)
  const tried: ProcessedRow[] = []
  for (const batch of await batchesOf(tx, job.siteId, rows.slice(0, MOST_TRIED)))
    tried.push(...(await tryRows(tx, batch, effects)))
  return {
    total: rows.length,
    contacts_created: await countCreated(tx, job.siteId, rows, tried),
    counts: countEach(tried.map(({ status }) => status)),
    tried: tried.length,
    effects: await effects.list(tx),
    failures: failedRows(tried.map(({ id, ...outcome }) => ({ ...outcome, position: Number(id) }))),
  }
}

/** With their places as ids. */
async function rowsOf(
  tx: Tx,
  subjects: Subjects,
  defaults: Settings,
  job: RowToPerform['job'],
): Promise<RowToPerform[]> {
  const people =
    'rows' in subjects
      ? subjects.rows
      : (await idsOf(tx, subjects.matching)).map((contactId) => ({
          contactId,
          email: null,
          name: null,
          settings: null,
        }))
  return people.map(({ settings, ...person }, index) => ({
    ...person,
    id: String(index + 1),
    settings: settings ?? defaults,
    job,
  }))
}

async function idsOf(tx: Tx, matching: RawBuilder<unknown>): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`${matching} limit ${MOST_MATCHING + 1}`.execute(tx)
  return rows.map(({ id }) => id)
}

/** Rows about a person are in one batch, in their order, unless they are more than it takes: what one does, the next finds. */
async function batchesOf(tx: Tx, siteId: string, rows: RowToPerform[]): Promise<RowToPerform[][]> {
  const emails = rows.flatMap(({ email }) => email ?? [])
  const known = await findContactsByEmail(tx, siteId, emails)
  const byPerson = Map.groupBy(rows, ({ contactId, email }) => contactId ?? known.get(email!) ?? email)
  const batches: RowToPerform[][] = []
  for (const ofPerson of [...byPerson.values()].flatMap(inBatches)) {
    const last = batches.at(-1)
    if (last && last.length + ofPerson.length <= BATCH) last.push(...ofPerson)
    else batches.push(ofPerson)
  }
  return batches
}

const inBatches = (rows: RowToPerform[]): RowToPerform[][] =>
  Array.from({ length: Math.ceil(rows.length / BATCH) }, (_, index) =>
    rows.slice(index * BATCH, (index + 1) * BATCH),
  )

/** Performs rows, has their effects described, and takes all back. Where that fails, it is tried with fewer. */
async function tryRows(tx: Tx, rows: RowToPerform[], effects: RowEffects): Promise<ProcessedRow[]> {
  const tried = await inRolledBackSavepoint(tx, async () => {
    const before = await lastEventId(tx)
    const performed = await withSavepoint<ProcessedRow[] | Error>(
      tx,
      () => performRows(tx, rows),
      async (error) => error,
    )
    if (!(performed instanceof Error)) await describe(tx, rows, performed, before, effects)
    return performed
  })
  if (!(tried instanceof Error)) return tried
  if (rows.length === 1) {
    const { id, contactId, job } = rows[0]!
    return [{ id, contactId, ...outcomeOfError(job.kind, tried).outcome }]
  }
  const middle = Math.ceil(rows.length / 2)
  return [
    ...(await tryRows(tx, rows.slice(0, middle), effects)),
    ...(await tryRows(tx, rows.slice(middle), effects)),
  ]
}

async function describe(
  tx: Tx,
  rows: RowToPerform[],
  performed: ProcessedRow[],
  before: string,
  effects: RowEffects,
): Promise<void> {
  const { siteId, kind, origin } = rows[0]!.job
  const settingsOf = new Map(rows.map(({ id, settings }) => [id, settings]))
  const unchanged = performed.flatMap((outcome) => {
    const { id, contactId } = outcome
    if (isFailed(outcome) || contactId === null) return []
    return kind.unchanged(settingsOf.get(id)!, outcome).map((each) => ({ ...each, contactId }))
  })
  await effects.add(tx, await eventsOfRequest(tx, siteId, origin.requestId!, before), unchanged)
}

/** People whom rows name by an e-mail that the site does not know. */
async function countCreated(
  tx: Tx,
  siteId: string,
  rows: RowToPerform[],
  tried: ProcessedRow[],
): Promise<number> {
  const emails = new Map(rows.map(({ id, email }) => [id, email]))
  const found = new Set(tried.flatMap(({ id, contactId }) => (contactId && emails.get(id)) || []))
  const known = await findContactsByEmail(tx, siteId, [...found])
  return found.size - known.size
}

function countEach(words: string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
