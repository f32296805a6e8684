import type { App } from '../app.ts'
import { inTransaction, type Tx } from '../db/database.ts'
import { emailData } from './email-data.ts'
import { RefusedError } from './mailer.ts'
import { type RenderedEmail, renderEmail, TemplateError } from './render.ts'
import { defaultTemplates, type EmailKind, type EmailTemplate } from './templates/index.ts'

export interface EmailId {
  siteId: string
  id: string
}

interface Ready {
  toName: string
  toEmail: string
  fromName: string
  messageId: string
  content: RenderedEmail
}

/**
 * Renders an e-mail that waits and hands it to the mail server; without one it stays in the outbox. To be
 * called again as long as it throws. An e-mail that does not wait any more is left alone.
 *
 * @param isLastAttempt a failure is then for good, and recorded so
 * @throws when the mail server cannot take it now
 */
export async function sendEmail(app: App, { siteId, id }: EmailId, isLastAttempt: boolean): Promise<void> {
  try {
    const ready = await inTransaction(app.db, (tx) => prepare(app, tx, siteId, id))
    if (!ready || !app.mailer) return
    const response = await app.mailer.send({
      from: { name: ready.fromName, address: app.config.MAIL_FROM },
      to: { name: ready.toName, address: ready.toEmail },
      messageId: ready.messageId,
      date: app.clock.now(),
      ...ready.content,
    })
    await record(app, siteId, id, { status: 'sent', response, sent_at: app.clock.now() })
  } catch (error) {
    const isFinal = error instanceof RefusedError || error instanceof TemplateError || isLastAttempt
    const outcome = isFinal ? ({ status: 'failed', failed_at: app.clock.now() } as const) : {}
    await record(app, siteId, id, { response: (error as Error).message, ...outcome })
    if (!isFinal) throw error
  }
}

/** Renders into the row, unless an earlier attempt has. Null when there is nothing to send. */
async function prepare(app: App, tx: Tx, siteId: string, id: string): Promise<Ready | null> {
  const email = await tx
    .selectFrom('emails as e')
    .innerJoin('sites as s', 's.id', 'e.site_id')
    .select(['e.kind', 'e.event_id', 'e.to_name', 'e.to_email', 'e.subject', 'e.html', 'e.text', 's.title'])
    .where('e.site_id', '=', siteId)
    .where('e.id', '=', id)
    .where('e.status', '=', 'pending')
    .forUpdate('e')
    .executeTakeFirst()
  if (!email) return null
  const messageId = `<email-${siteId}-${id}@${new URL(app.publicUrl).hostname}>`
  if (email.html !== null) {
    const content = { subject: email.subject!, html: email.html, text: email.text! }
    return { toName: email.to_name!, toEmail: email.to_email!, fromName: email.title, messageId, content }
  }
  const data = await emailData(app, tx, siteId, email.event_id, email.kind as EmailKind)
  if (!data) {
    await change(tx, siteId, id, { status: 'cancelled' })
    return null
  }
  const content = await renderEmail(await templateOf(tx, siteId, email.kind as EmailKind), data)
  await change(tx, siteId, id, {
    ...content,
    to_name: data.recipient.name,
    to_email: data.recipient.email,
    message_id: messageId,
    rendered_at: app.clock.now(),
    ...(!app.mailer && { status: 'kept' }),
  })
  if (!app.mailer) app.metrics.emails.inc({ outcome: 'kept' })
  return {
    toName: data.recipient.name,
    toEmail: data.recipient.email,
    fromName: email.title,
    messageId,
    content,
  }
}

/** The site's own words where it has any, else the default. */
async function templateOf(tx: Tx, siteId: string, kind: EmailKind): Promise<EmailTemplate> {
  const own = await tx
    .selectFrom('email_templates')
    .select(['subject', 'preheader', 'heading', 'body', 'button', 'text', 'footer'])
    .where('site_id', '=', siteId)
    .where('kind', '=', kind)
    .executeTakeFirst()
  const edited = Object.fromEntries(Object.entries(own ?? {}).filter(([, value]) => value !== null))
  return { ...defaultTemplates[kind], ...edited }
}

type Change = Partial<{
  status: string
  subject: string
  html: string
  text: string
  to_name: string
  to_email: string
  message_id: string
  response: string
  rendered_at: Date
  sent_at: Date
  failed_at: Date
}>

async function change(tx: Tx, siteId: string, id: string, values: Change): Promise<void> {
  await tx.updateTable('emails').set(values).where('site_id', '=', siteId).where('id', '=', id).execute()
}

/** Notes the outcome of an attempt. An e-mail that was cancelled meanwhile stays so. */
async function record(app: App, siteId: string, id: string, values: Change): Promise<void> {
  await app.db
    .updateTable('emails')
    .set((eb) => ({ ...values, attempts: eb('attempts', '+', 1) }))
    .where('site_id', '=', siteId)
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .execute()
  app.metrics.emails.inc({ outcome: values.status ?? 'retry' })
}
