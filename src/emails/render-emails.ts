import { setImmediate as nextTick } from 'node:timers/promises'
import type { App } from '../platform/app.ts'
import { anyOf, type Tx } from '../platform/db/database.ts'
import { emailData, type SiteEmailData } from './email-data.ts'
import type { EmailContext } from './email-facts.ts'
import type { Document } from './layout/index.ts'
import { type RenderedEmail, renderEmail, TemplateError } from './render.ts'
import type { OwnWords } from './template-attributes.ts'
import { type EmailKind, inWords, templateFields } from './templates/index.ts'

/** An e-mail to somebody. */
export interface Addressed extends RenderedEmail {
  to_name: string
  to_email: string
  /** The HTML as it is to be stored; null when it is. */
  document: Document | null
}

/** Null: its recipient is gone. */
export type Content = Addressed | Error | null

interface Email extends EmailContext {
  /** Given for the e-mail of an automation. */
  template_id: string | null
}

/** So long requests to the same process may wait; templates may be slow. */
const PATIENCE_MS = 10

/** Renders e-mails with the templates of their sites; the error of a template that fails takes the place of its e-mail. */
export async function renderEmails(app: App, tx: Tx, emails: Email[]): Promise<Content[]> {
  const data = await emailData(app, tx, emails)
  const ownWordsFor = await readTemplates(tx, emails)
  const contents: Content[] = []
  for (let [index, since] = [0, performance.now()]; index < emails.length; index++) {
    contents.push(contentOf(ownWordsFor(emails[index]!), emails[index]!, data[index]!, app.clock.now()))
    if (performance.now() - since < PATIENCE_MS) continue
    await nextTick()
    since = performance.now()
  }
  return contents
}

/** In the language of the recipient; in that of the site when it has words of its own, which know only one. */
function contentOf(
  own: OwnWords | undefined,
  { kind }: Email,
  data: SiteEmailData | null,
  now: Date,
): Content {
  if (!data) return null
  const language = own ? data.siteLanguage : data.language
  try {
    const rendered = renderEmail(inWords(kind as EmailKind, own, language), { ...data, language }, now)
    return { ...rendered, to_name: data.recipient.name, to_email: data.recipient.email }
  } catch (error) {
    if (error instanceof TemplateError) return error
    throw error
  }
}

/** The words that the sites have of their own. An automation sends one of its templates, archived or not. */
async function readTemplates(tx: Tx, emails: Email[]): Promise<(email: Email) => OwnWords | undefined> {
  const own = await tx
    .selectFrom('email_templates')
    .select(['site_id', 'id', 'kind', ...templateFields])
    .where('site_id', '=', anyOf(emails.map(({ site_id }) => site_id)))
    .where((eb) =>
      eb.or([
        eb('kind', '<>', 'automation'),
        eb('id', '=', anyOf(emails.flatMap(({ template_id }) => template_id ?? []))),
      ]),
    )
    .execute()
  return ({ site_id, kind, template_id }) =>
    own.find(
      (template) =>
        template.site_id === site_id &&
        template.kind === kind &&
        (template_id ?? template.id) === template.id,
    )
}
