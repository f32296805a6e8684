import { Type } from 'typebox'
import { originOf } from '../people/contacts/origin-of.ts'
import { isHandle, readCustomValues } from '../people/custom-fields/read-values.ts'
import { crudRoutes } from '../platform/http/crud-routes.ts'
import { Attributes, ignoredAttributes, ignoreRelationships, readNoId } from '../platform/http/documents.ts'
import { listRoute, showOne, showRoute } from '../platform/http/resource-routes.ts'
import { type Route, route } from '../platform/http/route.ts'
import { component } from '../platform/jsonapi/documented.ts'
import { resolveId } from '../platform/jsonapi/named-ids.ts'
import { NullableText } from '../platform/jsonapi/nullable.ts'
import { pick } from '../platform/jsonapi/pick.ts'
import { singleParameters, singleSchema, siteOfNamedId } from '../platform/jsonapi/schemas.ts'
import { siteAttributeSchema } from '../platform/jsonapi/site-attributes.ts'
import { findOne } from '../platform/records/lock-one.ts'
import { checkAddress } from './check-address.ts'
import { type Form, type FormField, submittableFields } from './find-form.ts'
import { attributesOfSubmissions, formSubmissions } from './form-submissions.resource.ts'
import { FormWithSecret, formRecords, forms } from './forms.resource.ts'
import { type Problem, problemError, readSubmission } from './read-submission.ts'
import { snippetOf } from './snippet.ts'
import { STANDARD_HANDLES } from './standard-fields.ts'
import { submitForm } from './submit-form.ts'

const Entered = Type.Object({
  name: Type.String(),
  email: Type.String({ format: 'email' }),
  ...Object.fromEntries(
    STANDARD_HANDLES.filter((handle) => handle !== 'name' && handle !== 'email').map((handle) => [
      handle,
      Type.Optional(NullableText()),
    ]),
  ),
  ...Object.fromEntries(
    attributesOfSubmissions.documented.map((name) => [
      name,
      Type.Optional(siteAttributeSchema(attributesOfSubmissions)),
    ]),
  ),
})

const NewSubmission = component(
  'NewFormSubmission',
  Type.Object({
    data: Type.Object({
      type: Type.Literal('form_submissions'),
      attributes: Attributes(Entered),
      relationships: Type.Optional(Type.Object({})),
    }),
  }),
)

const submit = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/forms/{id}/submit',
  records: [
    'contact_created',
    'contact_updated',
    'form_submitted',
    'form_confirmation_requested',
    'tag_added',
    'customer_created',
    'offer_granted',
  ],
  access: 'manage:form_submissions',
  summary: 'Submit a form',
  description:
    'Creates the contact with this e-mail, or updates it with the attributes that are given; subscribes it, adds the tags of the form and grants its offers: all or nothing. With double opt-in, all of this is done when the e-mail is confirmed. The address must not belong to a disposable e-mail service, and its domain must accept e-mail. The id `default` stands for the default form of the site.',
  tag: 'forms',
  shows: formSubmissions,
  query: Type.Object({ ...singleParameters(formSubmissions).properties, ...siteOfNamedId(forms) }),
  body: NewSubmission,
  responses: { 201: singleSchema(formSubmissions) },
  errors: [404],
  prepare: ({ app, body }) => checkAddress(app, body.data.attributes.email),
  async handler(context) {
    const { tx, body, params, query, caller, scope, ignore, prepared } = context
    readNoId(context)
    ignoreRelationships(context, [])
    const { attributes } = body.data
    const siteId = (query['filter[site_id]'] as string | undefined) ?? null
    const formId = await resolveId(tx, forms, params.id!, { siteId }, scope)
    const form = await findOne<Form>(tx, formRecords, caller.siteIds, formId)
    const fields = await submittableFields(tx, form)
    ignore(ignoredAttributes(attributes, unknownIn(attributes, fields)))
    await readCustomValues(tx, form.site_id, customIn(attributes))
    const { submitted, problems } = readSubmission(fields, attributes)
    const problem = problems[0] ?? (prepared as Problem | null)
    if (problem) throw problemError(problem, attributes)
    const origin = originOf(context)
    const id = await submitForm(tx, form, { submitted, trust: 'trusted', language: null }, origin)
    return {
      status: 201,
      body: await showOne(context, formSubmissions, id),
      headers: { location: `${scope.baseUrl}/v1/form_submissions/${id}` },
    }
  },
})

/** What the site lacks of these is an error, as in a contact. */
const customIn = (attributes: Record<string, unknown>) => pick(attributes, isHandle)

const unknownIn = (attributes: Record<string, unknown>, fields: FormField[]): string[] =>
  Object.keys(attributes).filter(
    (name) =>
      !PARTS_OF_NAME.includes(name) && !isHandle(name) && !fields.some(({ handle }) => handle === name),
  )

const PARTS_OF_NAME = ['first_name', 'last_name']

const Snippet = Type.Object({
  data: Type.Object({
    type: Type.Literal('form_snippets'),
    id: Type.String({ description: 'Id of the form' }),
    attributes: Type.Object({
      html: Type.String({ description: 'To paste into a web page' }),
      page_url: Type.String({ description: 'The page of the form, to link to' }),
      action_url: Type.String({ description: 'Where a form of your own is sent, form-encoded' }),
    }),
  }),
})

const snippet = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/forms/{id}/snippet',
  access: 'view:forms',
  summary: 'Show the HTML of a form',
  description: 'For a form on a web page elsewhere. Anyone can submit it; no token is needed.',
  tag: 'forms',
  query: Type.Object(siteOfNamedId(forms)),
  responses: { 200: Snippet },
  async handler({ db, params, query, caller, scope }) {
    const siteId = (query['filter[site_id]'] as string | undefined) ?? null
    const id = await resolveId(db, forms, params.id!, { siteId }, scope)
    const form = await findOne<Form>(db, formRecords, caller.siteIds, id)
    return {
      body: { data: { type: 'form_snippets', id, attributes: await snippetOf(db, form, scope.baseUrl) } },
    }
  },
})

export const formRoutes: Route[] = [
  ...crudRoutes(
    formRecords,
    {
      create:
        'The title must be unique (case-insensitive) among the forms of the site that are not archived. A form asks for name and e-mail unless `inputs` lists other attributes of contacts. `offers` are granted to whoever submits the form, and `contact_tags` are added: setting them takes the permissions `manage:grants` and `manage:contacts`. With `default`, the form takes the place of the default form of the site. `webhook_url` creates a hook for the event `form_submission`; the response contains its `webhook_secret`, which signs the requests and is shown only once.',
      update:
        '`inputs`, `offers` and `contact_tags` replace those of the form. Submissions that wait for their confirmation are processed as the form says when they are confirmed. Where `webhook_url` creates a hook, the response contains its `webhook_secret`; a further change of the URL keeps the secret.',
      end: 'The form is no longer listed and cannot be submitted, its hook is deleted, and its title can be reused. If the form is restored, the hook is restored with it. Submissions are kept. It must not be used by an automation or another hook.',
    },
    { created: FormWithSecret, changed: FormWithSecret },
  ),
  submit,
  snippet,
  listRoute(formSubmissions),
  showRoute(formSubmissions),
]
