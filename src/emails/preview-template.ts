import { siteUrl } from '../links/member-links.ts'
import type { App } from '../platform/app.ts'
import type { Db } from '../platform/db/database.ts'
import { languageOf } from '../platform/text/languages.ts'
import { type RenderedEmail, renderEmail, TemplateError } from './render.ts'
import { customSamples, invalidTemplate, type OwnWords } from './template-attributes.ts'
import { type EmailKind, inWords } from './templates/index.ts'
import { samplesOf } from './templates/samples.ts'

/**
 * An e-mail as the site would send it, to a person that is made up.
 *
 * @throws ApiError 422 when the template fails, which it may only by reaching a limit
 */
export async function previewTemplate(
  app: App,
  db: Db,
  siteId: string,
  kind: EmailKind,
  words: OwnWords,
): Promise<RenderedEmail> {
  const {
    title,
    color,
    logo_url,
    language: code,
    ...address
  } = await db
    .selectFrom('sites')
    .select(['title', 'color', 'logo_url', 'language', 'subdomain', 'custom_domain'])
    .where('id', '=', siteId)
    .executeTakeFirstOrThrow()
  const url = siteUrl(app, address)
  const sample = samplesOf(kind, await customSamples(db, siteId, 'all'))[0]!
  const link = { ...sample.link, url: `${url}/a-link-of-their-own` }
  try {
    const language = languageOf(code)
    const data = { ...sample, language, link, site: { title, color, logo_url, url } }
    const { subject, html, text } = renderEmail(inWords(kind, words, language), data, app.clock.now())
    return { subject, html, text }
  } catch (error) {
    throw error instanceof TemplateError ? invalidTemplate(error) : error
  }
}
