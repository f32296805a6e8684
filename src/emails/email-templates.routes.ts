import { type Static, Type } from 'typebox'
import { type Contact, contactRows } from '../people/contacts/contacts.resource.ts'
import { originOf } from '../people/contacts/origin-of.ts'
import type { Db, Tx } from '../platform/db/database.ts'
import { assertMay } from '../platform/http/authenticate.ts'
import { newDocument } from '../platform/http/crud-documents.ts'
import { crudRoutes } from '../platform/http/crud-routes.ts'
import { ignoredAttributes } from '../platform/http/documents.ts'
import { type ReadContext, type Route, route, type WriteContext } from '../platform/http/route.ts'
import { SiteQuery, siteInQuery, siteOf } from '../platform/http/site-of.ts'
import { readId } from '../platform/jsonapi/identifiers.ts'
import { loadOne } from '../platform/jsonapi/load.ts'
import { NullableText } from '../platform/jsonapi/nullable.ts'
import { readAttributes } from '../platform/jsonapi/read-attributes.ts'
import type { LoadScope } from '../platform/jsonapi/resources.ts'
import { findOne } from '../platform/records/lock-one.ts'
import { describeKinds } from './describe-kinds.ts'
import { emailTemplateRecords, emailTemplates } from './email-templates.resource.ts'
import { limitTests } from './limit-tests.ts'
import { previewTemplate } from './preview-template.ts'
import { sendTest } from './send-test.ts'
import { assertWords, customSamples, type OwnWords, wordsIn } from './template-attributes.ts'
import { type EmailKind, templateFields } from './templates/index.ts'

const TAG = 'email templates'

const Preview = Type.Object({
  meta: Type.Object({
    subject: Type.String(),
    html: Type.String({ description: 'The rendered HTML document' }),
    text: Type.String(),
  }),
})

const New = newDocument(emailTemplateRecords)

type Draft = Static<typeof New> & { meta?: { contact_id?: string | number } }

const Draft = Type.Unsafe<Draft>(
  Type.Object({
    ...(New as unknown as { properties: object }).properties,
    meta: Type.Optional(
      Type.Object({
        contact_id: Type.Optional(
          Type.Union([Type.String(), Type.Integer()], { description: 'The contact to whom it is written' }),
        ),
      }),
    ),
  }),
)

const preview = route({
  kind: 'read',
  method: 'POST',
  url: '/v1/email_templates/preview',
  access: 'manage:emails',
  summary: 'Preview an e-mail template before it is saved',
  description:
    'Rendered with sample data, or for the contact that `meta.contact_id` names, which requires `view:contacts`, in their language. Omitted fields have their default text.',
  tag: TAG,
  body: Draft,
  responses: { 200: Preview },
  errors: [404, 409, 422],
  async handler(context) {
    const { app, db, body, caller } = context
    const { siteId, kind, words } = await readDraft(context, db)
    const given = body.meta?.contact_id
    if (given !== undefined) assertMay(caller.permissions, ['view:contacts'], CONTACT)
    const contact =
      given === undefined
        ? null
        : await findOne<Contact>(db, contactRows, [siteId], readId(String(given)), CONTACT)
    return { body: { meta: await previewTemplate(app, db, siteId, kind, words, contact?.id) } }
  },
})

const CONTACT = { pointer: '/meta/contact_id' }

/** What a template that is not saved says. @throws ApiError 422 */
async function readDraft(context: ReadContext<Draft> | WriteContext<Draft>, db: Db | Tx) {
  const { body, ignore } = context
  const { attributes } = body.data
  const { values, ignored } = readAttributes(emailTemplates, attributes, true)
  ignore(ignoredAttributes(attributes, ignored))
  const [kind, words] = [values.kind as EmailKind, wordsIn(values)]
  const siteId = siteOf(context)
  assertWords(kind, words, await customSamples(db, siteId))
  return { siteId, kind, words }
}

const test = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/email_templates/send_test',
  records: ['template_test_requested'],
  access: 'manage:emails',
  summary: 'Send yourself a test of an e-mail template',
  description:
    'Sends the e-mail to the address of the user whose session or API key this is, rendered with sample data; its link does not work. The document is that of a preview. The e-mail is in the outbox with the kind `template_test`.',
  tag: TAG,
  body: New,
  responses: {
    200: Type.Object({
      meta: Type.Object({ to_email: Type.String(), email_id: Type.String(), event_id: Type.String() }),
    }),
  },
  errors: [404, 409, 422, 429],
  prepare: ({ app, caller, source }) => limitTests(app, caller.userId, source),
  async handler(context) {
    const { app, tx, caller } = context
    const { siteId, kind, words } = await readDraft(context, tx)
    const rendered = await previewTemplate(app, tx, siteId, kind, words)
    const origin = originOf(context)
    return { body: { meta: await sendTest(tx, siteId, kind, rendered, caller, origin) } }
  },
})

const Kind = Type.Object({
  kind: Type.String(),
  template_id: NullableText({
    description: 'The site’s own template; null: it has none. Of `automation` there are any number',
  }),
  defaults: Type.Object(
    Object.fromEntries(templateFields.map((field) => [field, NullableText({ description: 'The default' })])),
  ),
  variables: Type.Array(Type.String(), { description: 'What a template can name, as in `offers[].title`' }),
})

const kinds = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/email_templates/kinds',
  access: 'view:emails',
  summary: 'List the kinds of e-mail templates',
  description:
    'Every kind of e-mail of which a site can have a template, with its default texts in the language of the site, and the variables that can be used.',
  tag: TAG,
  query: SiteQuery,
  responses: {
    200: Type.Object({
      data: Type.Object({
        type: Type.Literal('email_template_kinds'),
        id: Type.String({ description: 'Id of the site' }),
        attributes: Type.Object({ language: Type.String(), kinds: Type.Array(Kind) }),
      }),
      links: Type.Object({ self: Type.String() }),
    }),
  },
  errors: [404],
  async handler({ db, query, caller, scope }) {
    const id = siteInQuery(caller.siteIds, query)
    const self = `${scope.baseUrl}/v1/email_templates/kinds?filter%5Bsite_id%5D=${id}`
    const attributes = await describeKinds(db, id)
    return { body: { data: { type: 'email_template_kinds', id, attributes }, links: { self } } }
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

/** Paths with words before those in which a word could be an id. */
export const emailTemplateRoutes: Route[] = [
  kinds,
  preview,
  test,
  previewSaved,
  ...crudRoutes(emailTemplateRecords, {
    create:
      'For an e-mail that the system sends (one template per kind and site), or with `kind` `automation` and a `name` for automations. Every field is a Liquid template; errors contain line and column.',
    update: 'Null resets a field to its default. E-mails that are not rendered yet use the new text.',
    end: 'E-mails of this kind return to the default text. A template that an enabled automation sends cannot be deleted; active runs can still send a deleted one.',
  }),
]
