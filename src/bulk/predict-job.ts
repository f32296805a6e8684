import { type RawBuilder, sql } from 'kysely'
import { findContactsByEmail } from '../people/contacts/find-contact.ts'
import { livingContacts } from '../people/contacts/living-contacts.ts'
import type { Tx } from '../platform/db/database.ts'
import type { BulkContext, BulkKind, Settings } from './bulk-kind.ts'
import type { Subjects } from './create-job.ts'
import { MOST_MATCHING } from './create-job.ts'
import { FAILED } from './row-failure.ts'

/** What a job would do now. */
export interface Prediction {
  total: number
  contacts_created: number
  /** Numbers of rows by the status that they would get. */
  counts: Record<string, number>
}

/** So many contacts at once. */
const CHUNK = 10_000

/**
 * What a job would do, without writing anything. Rows about one contact are each compared with what the contact has
 * now.
 */
export async function predictJob(
  tx: Tx,
  kind: BulkKind,
  context: BulkContext,
  job: { settings: Settings; subjects: Subjects; createsContacts: boolean },
): Promise<Prediction> {
  const { settings, subjects, createsContacts } = job
  const prediction: Prediction = { total: 0, contacts_created: 0, counts: {} }
  const count = (status: string) => {
    prediction.counts[status] = (prediction.counts[status] ?? 0) + 1
  }
  const people =
    'rows' in subjects
      ? await peopleOf(tx, context.siteId, subjects.rows, settings)
      : await matchingPeople(tx, subjects.matching, settings)
  const created = new Set<string>()
  for (let from = 0; from < people.length; from += CHUNK) {
    const chunk = people.slice(from, from + CHUNK)
    const possible = chunk.filter(
      ({ contactId, email }) => contactId !== null || (createsContacts && email !== null),
    )
    for (const { contactId, email } of possible) if (contactId === null) created.add(email!)
    for (const _ of chunk.slice(possible.length)) count(FAILED)
    for (const status of await kind.predict(tx, context, possible)) count(status)
  }
  return { ...prediction, total: people.length, contacts_created: created.size }
}

interface Predicted {
  contactId: string | null
  email: string | null
  settings: Settings
}

async function peopleOf(
  tx: Tx,
  siteId: string,
  rows: Extract<Subjects, { rows: unknown }>['rows'],
  defaults: Settings,
): Promise<Predicted[]> {
  const living = await livingContacts(
    tx,
    siteId,
    rows.flatMap(({ contactId }) => contactId ?? []),
  )
  const byEmail = await findContactsByEmail(
    tx,
    siteId,
    rows.flatMap(({ email }) => email ?? []),
  )
  return rows.map(({ contactId, email, settings }) => ({
    contactId: contactId !== null && living.has(contactId) ? contactId : (byEmail.get(email ?? '') ?? null),
    email,
    settings: settings ?? defaults,
  }))
}

async function matchingPeople(
  tx: Tx,
  matching: RawBuilder<unknown>,
  settings: Settings,
): Promise<Predicted[]> {
  const { rows } = await sql<{ id: string }>`${matching} limit ${MOST_MATCHING + 1}`.execute(tx)
  return rows.map(({ id }) => ({ contactId: id, email: null, settings }))
}
