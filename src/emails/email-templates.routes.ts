import { Type } from 'typebox'
import type { Db } from '../platform/db/database.ts'
import { crudRoutes, newDocument } from '../platform/http/crud-routes.ts'
import { ignoredAttributes } from '../platform/http/documents.ts'
import { type Route, route } from '../platform/http/route.ts'
import { siteOf } from '../platform/http/site-of.ts'
import { loadOne } from '../platform/jsonapi/load.ts'
import { readAttributes } from '../platform/jsonapi/read-attributes.ts'
import type { LoadScope } from '../platform/jsonapi/resources.ts'
import { emailTemplateRecords, emailTemplates } from './email-templates.resource.ts'
import { previewTemplate } from './preview-template.ts'
import { assertWords, customSamples, type OwnWords, wordsIn } from './template-attributes.ts'
import type { EmailKind } from './templates/index.ts'

const TAG = 'email templates'

const Preview = Type.Object({
  meta: Type.Object({
    subject: Type.String(),
    html: Type.String({ description: 'The rendered HTML document' }),
    text: Type.String(),
  }),
})

const preview = route({
  kind: 'read',
  method: 'POST',
  url: '/v1/email_templates/preview',
  access: 'manage:emails',
  summary: 'Preview an e-mail template before it is saved',
  description: 'Rendered with sample data. Omitted fields have their default text.',
  tag: TAG,
  body: newDocument(emailTemplateRecords),
  responses: { 200: Preview },
  errors: [404, 409, 422],
  async handler(context) {
    const { app, db, body, ignore } = context
    const { attributes } = body.data
    const { values, ignored } = readAttributes(emailTemplates, attributes, true)
    ignore(ignoredAttributes(attributes, ignored))
    const [kind, words] = [values.kind as EmailKind, wordsIn(values)]
    const siteId = siteOf(context)
    assertWords(kind, words, await customSamples(db, siteId))
    return { body: { meta: await previewTemplate(app, db, siteId, kind, words) } }
  },
})

const previewSaved = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/email_templates/{id}/preview',
  access: 'view:emails',
  summary: 'Preview an e-mail template',
  description: 'Rendered with sample data.',
  tag: TAG,
  responses: { 200: Preview },
  errors: [422],
  async handler({ app, db, params, scope }) {
    const { site_id, kind, ...words } = await readTemplate(db, params.id!, scope)
    return { body: { meta: await previewTemplate(app, db, site_id, kind, words) } }
  },
})

async function readTemplate(
  db: Db,
  id: string,
  scope: LoadScope,
): Promise<OwnWords & { site_id: string; kind: EmailKind }> {
  const { primary } = await loadOne(db, emailTemplates, id, { fields: {}, include: {} }, scope)
  return primary.rows[0] as unknown as OwnWords & { site_id: string; kind: EmailKind }
}

export const emailTemplateRoutes: Route[] = [
  preview,
  previewSaved,
  ...crudRoutes(emailTemplateRecords, {
    create:
      'For an e-mail that the system sends (one template per kind and site), or with `kind` `automation` and a `name` for automations. Every field is a Liquid template; errors contain line and column.',
    update: 'Null resets a field to its default. E-mails that are not rendered yet use the new text.',
    end: 'E-mails of this kind return to the default text. A template that an enabled automation sends cannot be deleted; active runs can still send a deleted one.',
  }),
]
