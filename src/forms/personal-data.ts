import { sql } from 'kysely'
import { confirmationEmails, eraseConfirmationEmails } from '../emails/confirmation-emails.ts'
import { deleteSubmissionLinks } from '../links/member-links.ts'
import type { Db, Tx } from '../platform/db/database.ts'
import { deleteAnswers } from '../platform/http/idempotency.ts'
import type { Person, PersonalData } from '../platform/personal-data.ts'

type Submitter = Pick<Person, 'siteId' | 'contactId' | 'emails'>

/** What somebody has entered is deleted, also what waits for its confirmation, and the e-mails that asked for it. */
export const formsData: PersonalData = {
  name: 'form_submissions',
  async erase(tx, person) {
    const { siteId } = person
    const submissions = await submissionsOf(tx, person).forUpdate().execute()
    await deleteSubmissions(tx, siteId, submissions)
    for (const { id } of submissions) await deleteAnswers(tx, siteId, { type: 'form_submissions', id })
  },
  async export({ db }, person) {
    const submissions = await submissionsOf(db, person).execute()
    const emails = await confirmationEmails(db, person.siteId, eventsOf(submissions))
    return submissions.map(({ confirmation_event_id, ...submission }) => ({
      ...submission,
      confirmation_email: emails.find(({ event_id }) => event_id === confirmation_event_id) ?? null,
    }))
  },
}

/** Those of a contact, and those under its addresses that wait for a confirmation: they have no contact yet. */
const submissionsOf = (db: Db | Tx, { siteId, contactId, emails }: Submitter) =>
  db
    .selectFrom('form_submissions')
    .select([
      'id',
      'form_id',
      'name',
      'email',
      'answers',
      'confirmed_at',
      'created_at',
      'confirmation_event_id',
    ])
    .where('site_id', '=', siteId)
    .where(
      sql<boolean>`(contact_id = ${contactId} or contact_id is null and email = any (${emails}::text[]))`,
    )
    .orderBy('id')

interface StoredSubmission {
  id: string
  confirmation_event_id: string | null
}

const eventsOf = (submissions: StoredSubmission[]): string[] =>
  submissions.flatMap(({ confirmation_event_id }) => confirmation_event_id ?? [])

/** Deletes submissions, with the links and the content of the e-mails that were to confirm them. */
export async function deleteSubmissions(
  tx: Tx,
  siteId: string,
  submissions: StoredSubmission[],
): Promise<void> {
  if (submissions.length === 0) return
  const ids = submissions.map(({ id }) => id)
  await eraseConfirmationEmails(tx, siteId, eventsOf(submissions))
  await deleteSubmissionLinks(tx, siteId, ids)
  await sql`delete from form_submissions where id = any (${ids}::bigint[]) and site_id = ${siteId}`.execute(
    tx,
  )
}
