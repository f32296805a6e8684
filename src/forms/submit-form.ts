import type { Tx } from '../platform/db/database.ts'
import { type Origin, recordEvent } from '../platform/events/events.ts'
import type { Language } from '../platform/text/languages.ts'
import { acceptSubmission, contactOf, type Trust } from './accept-submission.ts'
import type { Form } from './find-form.ts'
import type { Submitted } from './read-submission.ts'

export interface Submission {
  /** Read and checked: see readSubmission() and checkAddress(). */
  submitted: Submitted
  trust: Trust
  /** Of a confirmation e-mail; null: that of the site. */
  language: Language | null
}

/**
 * Submits a form: stores what was entered, creates or updates the contact, adds the form's tags, grants its offers and
 * records the event, all or nothing. With double opt-in, only what was entered is stored, and the rest follows when
 * the e-mail is confirmed: see confirmSubmission().
 *
 * @returns the id of the submission
 * @throws ApiError 422 when the offers of the form cannot be granted
 */
export const submitForm = (tx: Tx, form: Form, submission: Submission, origin: Origin): Promise<string> =>
  form.double_opt_in
    ? requestConfirmation(tx, form, submission, origin)
    : acceptNow(tx, form, submission, origin)

async function acceptNow(
  tx: Tx,
  form: Form,
  { submitted, trust }: Submission,
  origin: Origin,
): Promise<string> {
  const contact = await contactOf(tx, form, submitted, trust, origin)
  const id = await insert(tx, form, submitted, contact.id, origin)
  await acceptSubmission(tx, form, id, contact, trust, origin)
  return id
}

async function requestConfirmation(
  tx: Tx,
  form: Form,
  { submitted, language }: Submission,
  origin: Origin,
): Promise<string> {
  const id = await insert(tx, form, submitted, null, origin)
  const { site_id: siteId } = form
  const data = { form_id: form.id, form_submission_id: id, ...(language && { language }) }
  const about = { siteId, contactId: null }
  const confirmation_event_id = await recordEvent(tx, 'form_confirmation_requested', about, data, origin)
  await tx
    .updateTable('form_submissions')
    .set({ confirmation_event_id })
    .where('site_id', '=', siteId)
    .where('id', '=', id)
    .execute()
  return id
}

async function insert(
  tx: Tx,
  { site_id, id: form_id }: Form,
  { name, email, answers }: Submitted,
  contact_id: string | null,
  { now }: Origin,
): Promise<string> {
  const { id } = await tx
    .insertInto('form_submissions')
    .values({ site_id, form_id, contact_id, name, email, answers: JSON.stringify(answers), created_at: now })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}
