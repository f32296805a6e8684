import { Type } from 'typebox'
import type { Db } from '../platform/db/database.ts'
import { readChanges } from '../platform/http/changes.ts'
import {
  ChangedDocument,
  checkNewDocument,
  ignoredAttribute,
  ignoredAttributes,
  NewDocument,
} from '../platform/http/documents.ts'
import { listRoute, showOne, showRoute } from '../platform/http/resource-routes.ts'
import { type Route, route } from '../platform/http/route.ts'
import { siteOf } from '../platform/http/site-of.ts'
import { loadOne } from '../platform/jsonapi/load.ts'
import type { Scope } from '../platform/jsonapi/resource.ts'
import { singleParameters, singleSchema } from '../platform/jsonapi/schemas.ts'
import { emailTemplates } from './email-templates.resource.ts'
import { previewTemplate } from './preview-template.ts'
import { createTemplate, deleteTemplate, lockTemplate, updateTemplate } from './save-template.ts'
import {
  assertComplete,
  NewTemplateAttributes,
  type OwnWords,
  parseKind,
  parseTemplateAttributes,
  TemplateAttributesSchema,
} from './template-attributes.ts'
import type { EmailKind } from './templates/index.ts'

const TAG = 'email templates'

const Preview = Type.Object({
  meta: Type.Object({
    subject: Type.String(),
    html: Type.String({ description: 'The rendered HTML document' }),
    text: Type.String(),
  }),
})

const create = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/email_templates',
  access: 'manage:emails',
  summary: 'Create an e-mail template',
  description:
    'For an e-mail that the system sends (one template per kind and site), or with `kind` `automation` and a `name` for automations. Every field is a Liquid template; errors contain line and column.',
  tag: TAG,
  extension: true,
  shows: emailTemplates,
  query: singleParameters(emailTemplates),
  body: NewDocument('email_templates', NewTemplateAttributes),
  responses: { 201: singleSchema(emailTemplates) },
  errors: [404],
  async handler(context) {
    const { tx, body, ignore, scope } = context
    checkNewDocument(context)
    const siteId = siteOf(context)
    const kind = parseKind(body.data.attributes.kind)
    const attributes = parseTemplateAttributes(kind, body.data.attributes)
    if (kind === 'automation') assertComplete(attributes)
    ignore(ignoredAttributes(body.data.attributes, attributes.ignored))
    const id = await createTemplate(tx, siteId, { kind, ...attributes }, scope.now)
    return {
      status: 201,
      body: await showOne(context, emailTemplates, id),
      headers: { location: `${scope.baseUrl}/v1/email_templates/${id}` },
    }
  },
})

const update = route({
  kind: 'write',
  method: 'PATCH',
  url: '/v1/email_templates/{id}',
  access: 'manage:emails',
  summary: 'Change an e-mail template',
  description:
    'Omitted attributes are left unchanged; null resets a field to its default. E-mails that are not rendered yet use the new text.',
  tag: TAG,
  extension: true,
  shows: emailTemplates,
  query: singleParameters(emailTemplates),
  body: ChangedDocument('email_templates', TemplateAttributesSchema),
  responses: { 200: singleSchema(emailTemplates) },
  async handler(context) {
    const { tx, params, caller, ignore, scope } = context
    const template = await lockTemplate(tx, caller.siteIds, params.id!)
    const { kind: otherKind, ...given } = (await readChanges(context, emailTemplates)).attributes
    if (otherKind !== undefined) ignore([ignoredAttribute('kind')])
    const attributes = parseTemplateAttributes(template.kind, given)
    ignore(attributes.ignored.map(ignoredAttribute))
    await updateTemplate(tx, template, attributes, scope.now)
    return { body: await showOne(context, emailTemplates, params.id!) }
  },
})

const destroy = route({
  kind: 'write',
  method: 'DELETE',
  url: '/v1/email_templates/{id}',
  access: 'manage:emails',
  summary: 'Delete an e-mail template',
  description:
    'E-mails of this kind return to the default text. A template that an enabled automation sends cannot be deleted; active runs can still send a deleted one.',
  tag: TAG,
  extension: true,
  responses: { 200: Type.Object({ data: Type.Object({}) }) },
  async handler({ tx, caller, params, scope }) {
    await deleteTemplate(tx, caller.siteIds, params.id!, scope.now)
    return { body: { data: {} } }
  },
})

const preview = route({
  kind: 'read',
  method: 'POST',
  url: '/v1/email_templates/preview',
  access: 'manage:emails',
  summary: 'Preview an e-mail template before it is saved',
  description: 'Rendered with sample data. Omitted fields have their default text.',
  tag: TAG,
  extension: true,
  body: NewDocument('email_templates', NewTemplateAttributes),
  responses: { 200: Preview },
  errors: [404, 409, 422],
  async handler(context) {
    const { app, db, body, ignore } = context
    const kind = parseKind(body.data.attributes.kind)
    const { words, ignored } = parseTemplateAttributes(kind, body.data.attributes)
    const unknown = ignored.filter((name) => name !== 'name')
    ignore(ignoredAttributes(body.data.attributes, unknown))
    return { body: { meta: await previewTemplate(app, db, siteOf(context), kind, words) } }
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
  extension: true,
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
  scope: Scope,
): Promise<OwnWords & { site_id: string; kind: EmailKind }> {
  const { primary } = await loadOne(db, emailTemplates, id, { fields: {}, include: {} }, scope)
  return primary.rows[0] as unknown as OwnWords & { site_id: string; kind: EmailKind }
}

export const emailTemplateRoutes: Route[] = [
  listRoute(emailTemplates, { extension: true }),
  create,
  preview,
  showRoute(emailTemplates, { extension: true }),
  previewSaved,
  update,
  destroy,
]
