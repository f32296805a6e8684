import { findEndedLink, findLink, useLink } from '../links/member-links.ts'
import type { App } from '../platform/app.ts'
import { type Db, inTransaction, type Tx } from '../platform/db/database.ts'
import type { Origin } from '../platform/events/events.ts'
import { acceptSubmission, contactOf } from './accept-submission.ts'
import { type Form, findForm, isClosed } from './find-form.ts'

/** A submission that a link of a confirmation e-mail is for. */
export interface LinkedSubmission {
  form: Form
  email: string
  isConfirmed: boolean
}

/** What a link is for; null when it has expired. */
export async function findLinkedSubmission(
  { db, clock }: App,
  siteId: string,
  token: string,
): Promise<LinkedSubmission | null> {
  const link = await findLink(db, siteId, 'form', token, clock.now())
  const ended = link ?? (await findEndedLink(db, siteId, 'form', token))
  const submission = ended && (await find(db, siteId, ended.submission_id).executeTakeFirst())
  const form = submission && (await findForm(db, siteId, submission.form_id))
  if (!form) return null
  const isConfirmed = submission.contact_id !== null
  return link || isConfirmed ? { form, email: submission.email, isConfirmed } : null
}

/**
 * Uses the link of a confirmation e-mail: everything that the form does is done now, once, with its settings of now.
 * Of two who use a link at the same moment, the second changes nothing.
 *
 * @returns what the link was for; null when it has expired. Of a form that is archived nothing is confirmed
 */
export async function confirmSubmission(
  app: App,
  siteId: string,
  token: string,
): Promise<LinkedSubmission | null> {
  const linked = await findLinkedSubmission(app, siteId, token)
  if (!linked || linked.isConfirmed || isClosed(linked.form)) return linked
  const isAccepted = await inTransaction(app.db, (tx) => confirm(app, tx, siteId, token))
  if (isAccepted) app.onEvents()
  return findLinkedSubmission(app, siteId, token)
}

async function confirm({ clock }: App, tx: Tx, siteId: string, token: string): Promise<boolean> {
  const now = clock.now()
  const link = await useLink(tx, siteId, 'form', token, now)
  if (!link) return false
  const submission = await find(tx, siteId, link.submission_id).forUpdate().executeTakeFirst()
  const form = submission && (await findForm(tx, siteId, submission.form_id))
  if (!form || isClosed(form) || submission.contact_id !== null) return false
  const origin: Origin = { actor: `form:${form.id}`, requestId: null, now }
  const answers = submission.answers as Record<string, string>
  const contact = await contactOf(tx, form, { ...submission, answers }, 'confirmed', origin)
  await tx
    .updateTable('form_submissions')
    .set({ contact_id: contact.id, confirmed_at: now })
    .where('site_id', '=', siteId)
    .where('id', '=', submission.id)
    .execute()
  await acceptSubmission(tx, form, submission.id, contact, 'confirmed', origin)
  return true
}

const find = (db: Db | Tx, siteId: string, id: string) =>
  db.selectFrom('form_submissions').selectAll().where('site_id', '=', siteId).where('id', '=', id)
