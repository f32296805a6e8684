import type { App } from '../app.ts'
import { anyOf, type Tx } from '../db/database.ts'
import { emailData } from './email-data.ts'
import { type EmailData, type RenderedEmail, renderEmail, TemplateError } from './render.ts'
import { defaultTemplates, type EmailKind, type EmailTemplate } from './templates/index.ts'

/** An e-mail as it is stored. */
export interface Stored extends RenderedEmail {
  to_name: string
  to_email: string
}

/** Null: its recipient is gone. */
export type Content = Stored | Error | null

interface Email {
  site_id: string
  event_id: string
  kind: string
}

/** Renders e-mails with the templates of their sites; a template that fails is told in the place of its e-mail. */
export async function renderEmails(app: App, tx: Tx, emails: Email[]): Promise<Content[]> {
  const occasions = emails.map(({ site_id, event_id, kind }) => ({
    siteId: site_id,
    eventId: event_id,
    kind: kind as EmailKind,
  }))
  const data = await emailData(app, tx, occasions)
  const templateOf = await readTemplates(tx, emails)
  return Promise.all(emails.map((email, index) => contentOf(templateOf(email), data[index]!)))
}

async function contentOf(template: EmailTemplate, data: EmailData | null): Promise<Content> {
  if (!data) return null
  try {
    const rendered = await renderEmail(template, data)
    return { ...rendered, to_name: data.recipient.name, to_email: data.recipient.email }
  } catch (error) {
    if (error instanceof TemplateError) return error
    throw error
  }
}

/** The site's own words where it has any, else the default. */
async function readTemplates(tx: Tx, emails: Email[]): Promise<(email: Email) => EmailTemplate> {
  const own = await tx
    .selectFrom('email_templates')
    .select(['site_id', 'kind', 'subject', 'preheader', 'heading', 'body', 'button', 'text', 'footer'])
    .where('site_id', '=', anyOf(emails.map(({ site_id }) => site_id)))
    .execute()
  return (email) => {
    const { site_id, kind, ...fields } =
      own.find((template) => template.site_id === email.site_id && template.kind === email.kind) ?? email
    const edited = Object.entries(fields).filter(
      ([name, value]) => name in defaultTemplates.welcome && value !== null,
    )
    return { ...defaultTemplates[kind as EmailKind], ...Object.fromEntries(edited) }
  }
}
