import { siteUrl } from '../links/member-links.ts'
import type { App } from '../platform/app.ts'
import type { Db, Tx } from '../platform/db/database.ts'
import { languageOf } from '../platform/text/languages.ts'
import { type RenderedEmail, renderEmail, TemplateError } from './render.ts'
import { sampleContact } from './sample-contact.ts'
import { customSamples, invalidTemplate, type OwnWords } from './template-attributes.ts'
import { type EmailKind, inWords } from './templates/index.ts'
import { samplesOf } from './templates/samples.ts'

/**
 * An e-mail as the site would send it, to a person that is made up or to one of its contacts, in the language of that
 * contact or of the site. The link in it does not work.
 *
 * @param contactId null: to the person that is made up. A contact who holds no offers has those of that person.
 * @throws ApiError 422 when the template fails, which it may only by reaching a limit
 */
export async function previewTemplate(
  app: App,
  db: Db | Tx,
  siteId: string,
  kind: EmailKind,
  words: OwnWords,
  contactId: string | null = null,
): Promise<RenderedEmail> {
  const {
    title,
    color,
    logo_url,
    time_zone,
    language: code,
    ...address
  } = await db
    .selectFrom('sites')
    .select(['title', 'color', 'logo_url', 'time_zone', 'language', 'subdomain', 'custom_domain'])
    .where('id', '=', siteId)
    .executeTakeFirstOrThrow()
  const url = siteUrl(app, address)
  const sample = samplesOf(kind, await customSamples(db, siteId, 'all'))[0]!
  const link = { ...sample.link, url: `${url}/a-link-of-their-own` }
  try {
    const now = app.clock.now()
    const contact = contactId === null ? null : await sampleContact(db, siteId, contactId, now)
    const language = languageOf(contact?.language ?? code)
    const data = {
      ...sample,
      ...(contact && { recipient: contact.recipient }),
      ...(contact && contact.offers.length > 0 && { offers: contact.offers }),
      language,
      link,
      site: { title, color, logo_url, time_zone, url },
    }
    const { subject, html, text } = renderEmail(inWords(kind, words, language), data, now)
    return { subject, html, text }
  } catch (error) {
    throw error instanceof TemplateError ? invalidTemplate(error) : error
  }
}
