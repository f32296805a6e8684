import type { App } from '../app.ts'
import { linkToken } from '../auth/member-links.ts'
import { inTransaction, type Tx } from '../db/database.ts'
import { emailData, LINK_OF } from './email-data.ts'
import { withLink } from './hidden-links.ts'
import { InHandError, LEASE_MS } from './lease.ts'
import type { Message } from './mailer.ts'
import { type RenderedEmail, renderEmail } from './render.ts'
import { defaultTemplates, type EmailKind, type EmailTemplate } from './templates/index.ts'

export interface EmailId {
  siteId: string
  id: string
}

interface Stored extends RenderedEmail {
  to_name: string
  to_email: string
}

/**
 * Renders an e-mail that waits, unless an earlier attempt has, and takes it in hand. Without a mail server it
 * is kept as it is.
 *
 * @returns what is to be handed over; null when nothing is
 * @throws InHandError, TemplateError
 */
export function prepareEmail(app: App, which: EmailId): Promise<Message | null> {
  return inTransaction(app.db, async (tx) => {
    const email = await claim(tx, which)
    if (!email) return null
    const now = app.clock.now()
    if (email.sending_until && email.sending_until > now) {
      throw new InHandError('another worker has this e-mail in hand')
    }
    const stored = storedIn(email) ?? (await render(app, tx, which, email))
    if (!stored) return null
    const next = app.mailer
      ? { sending_until: new Date(now.getTime() + LEASE_MS) }
      : { sending_until: null, status: 'kept' }
    await change(tx, which, next)
    if (!app.mailer) return null
    return {
      from: { name: email.title, address: app.config.MAIL_FROM },
      to: { name: stored.to_name, address: stored.to_email },
      messageId: email.message_id ?? messageIdOf(app, which),
      date: now,
      ...withLink(stored, linkToken(app, LINK_OF[email.kind as EmailKind], which.siteId, email.event_id)),
    }
  })
}

type Claimed = NonNullable<Awaited<ReturnType<typeof claim>>>

function claim(tx: Tx, { siteId, id }: EmailId) {
  return tx
    .selectFrom('emails as e')
    .innerJoin('sites as s', 's.id', 'e.site_id')
    .select(['e.kind', 'e.event_id', 'e.to_name', 'e.to_email', 'e.subject', 'e.html', 'e.text'])
    .select(['e.message_id', 'e.sending_until', 's.title'])
    .where('e.site_id', '=', siteId)
    .where('e.id', '=', id)
    .where('e.status', '=', 'pending')
    .forUpdate('e')
    .executeTakeFirst()
}

function storedIn({ to_name, to_email, subject, html, text }: Claimed): Stored | null {
  if (html === null) return null
  return { to_name: to_name!, to_email: to_email!, subject: subject!, html, text: text! }
}

/** Renders into the row. Null, and the e-mail cancelled, when its recipient is gone. */
async function render(app: App, tx: Tx, which: EmailId, { kind, event_id }: Claimed): Promise<Stored | null> {
  const data = await emailData(app, tx, which.siteId, event_id, kind as EmailKind)
  if (!data) {
    await change(tx, which, { status: 'cancelled' })
    return null
  }
  const content = await renderEmail(await templateOf(tx, which.siteId, kind as EmailKind), data)
  const stored = { ...content, to_name: data.recipient.name, to_email: data.recipient.email }
  await change(tx, which, { ...stored, message_id: messageIdOf(app, which), rendered_at: app.clock.now() })
  return stored
}

const messageIdOf = (app: App, { siteId, id }: EmailId) =>
  `<email-${siteId}-${id}@${new URL(app.publicUrl).hostname}>`

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

type Change = Partial<
  Stored & {
    status: string
    message_id: string
    rendered_at: Date
    sending_until: Date | null
  }
>

async function change(tx: Tx, { siteId, id }: EmailId, values: Change): Promise<void> {
  await tx.updateTable('emails').set(values).where('site_id', '=', siteId).where('id', '=', id).execute()
}
