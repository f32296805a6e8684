import { Type } from 'typebox'
import { assertSameId, ChangedDocument, ignoredAttribute, NewDocument } from '../http/documents.ts'
import { listRoute, readSingleQuery, relationshipRoute, showRoute } from '../http/resource-routes.ts'
import { type Route, route, type WriteContext } from '../http/route.ts'
import { siteOf } from '../http/site-of.ts'
import { singleDocument } from '../jsonapi/document.ts'
import { loadOne } from '../jsonapi/load.ts'
import type { Ignored, ResourceQuery } from '../jsonapi/query.ts'
import { singleParameters, singleSchema } from '../jsonapi/schemas.ts'
import { parseContactAttributes } from './contact-attributes.ts'
import { contacts } from './contacts.resource.ts'
import { createContact } from './create-contact.ts'
import { deleteContact } from './delete-contact.ts'
import { originOf } from './origin-of.ts'
import { updateContact } from './update-contact.ts'

const Relationships = Type.Optional(Type.Record(Type.String(), Type.Unknown()))

const ChangedContact = Type.Object({
  data: Type.Object({
    ...ChangedDocument('contacts').properties.data.properties,
    relationships: Relationships,
  }),
  // Beside the data, where Kajabi's document has it.
  relationships: Relationships,
})

const create = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/contacts',
  access: 'manage:contacts',
  summary: 'Create a contact',
  description:
    'The site may be left out by an account that has only one. The e-mail must be new on the site.',
  tag: 'contacts',
  query: singleParameters(contacts),
  body: NewDocument('contacts'),
  responses: { 201: singleSchema(contacts) },
  errors: [404],
  async handler(context) {
    const { tx, body, ignore, scope } = context
    const query = readSingleQuery(contacts, context)
    const { values, externalUserId, ignored } = parseContactAttributes(body.data.attributes)
    if (externalUserId !== undefined) ignored.push('external_user_id')
    ignore(ignored.map(ignoredAttribute))
    const id = await createContact(tx, siteOf(context), values, originOf(context))
    return {
      status: 201,
      body: await showContact(context, id, query),
      headers: { location: `${scope.baseUrl}/v1/contacts/${id}` },
    }
  },
})

const update = route({
  kind: 'write',
  method: 'PATCH',
  url: '/v1/contacts/{id}',
  access: 'manage:contacts',
  summary: 'Change a contact',
  description:
    'Attributes that are not given stay as they are. Name and e-mail of its customer change with it.',
  tag: 'contacts',
  query: singleParameters(contacts),
  body: ChangedContact,
  responses: { 200: singleSchema(contacts) },
  async handler(context) {
    const { tx, body, params, caller, ignore } = context
    const id = params.id!
    assertSameId(body.data.id, id)
    const query = readSingleQuery(contacts, context)
    const attributes = parseContactAttributes(body.data.attributes ?? {})
    const related = Object.keys({ ...body.relationships, ...body.data.relationships })
    ignore([...attributes.ignored.map(ignoredAttribute), ...related.map(ignoredRelationship)])
    await updateContact(tx, caller.siteIds, id, attributes, originOf(context))
    return { body: await showContact(context, id, query) }
  },
})

const destroy = route({
  kind: 'write',
  method: 'DELETE',
  url: '/v1/contacts/{id}',
  access: 'manage:contacts',
  summary: 'Delete a contact',
  description: 'Access ends, the customer is deleted with it, and personal data is erased.',
  tag: 'contacts',
  responses: { 200: Type.Object({ data: Type.Object({}) }) },
  async handler(context) {
    await deleteContact(context.tx, context.caller.siteIds, context.params.id!, originOf(context))
    return { body: { data: {} } }
  },
})

async function showContact({ tx, scope }: WriteContext, id: string, query: ResourceQuery) {
  return singleDocument(await loadOne(tx, contacts, id, query, scope), query, scope)
}

const ignoredRelationship = (name: string): Ignored => ({
  sentence: `The relationship ${name} is not one that can be set here and was ignored.`,
  source: { pointer: '/data' },
})

export const contactRoutes: Route[] = [
  listRoute(contacts),
  create,
  showRoute(contacts),
  update,
  destroy,
  relationshipRoute(contacts, 'offers'),
]
