import type { Db } from '../platform/db/database.ts'
import { type Language, languageOf } from '../platform/text/languages.ts'
import { variablesFor } from './render.ts'
import { customSamples } from './template-attributes.ts'
import { defaultTemplates, type EmailKind, type EmailTemplate, templateKinds } from './templates/index.ts'
import { samplesOf } from './templates/samples.ts'

export interface DescribedKind {
  kind: EmailKind
  /** The site's own template; null: it has none, or of this kind any number. */
  template_id: string | null
  /** The texts that are used where the site has none of its own. */
  defaults: EmailTemplate
  /** What a template of this kind can name, as in `offers[].title`. */
  variables: string[]
}

/** The kinds of e-mails of which a site can have templates, with the default texts in the language of the site. */
export async function describeKinds(
  db: Db,
  siteId: string,
): Promise<{ language: Language; kinds: DescribedKind[] }> {
  const { language: code } = await db
    .selectFrom('sites')
    .select('language')
    .where('id', '=', siteId)
    .executeTakeFirstOrThrow()
  const own = await db
    .selectFrom('email_templates')
    .select(['id', 'kind'])
    .where('site_id', '=', siteId)
    .where('kind', '<>', 'automation')
    .execute()
  const language = languageOf(code)
  const custom = await customSamples(db, siteId)
  const kinds = templateKinds.map((kind) => ({
    kind,
    template_id: own.find((template) => template.kind === kind)?.id ?? null,
    defaults: defaultTemplates[language][kind],
    variables: variablesFor(samplesOf(kind, custom)),
  }))
  return { language, kinds }
}
