import { Type } from 'typebox'
import { readChanges } from '../../platform/http/changes.ts'
import {
  Attributes,
  Id,
  ignoredAttribute,
  ignoredAttributes,
  ignoreRelationships,
  NewId,
  readIds,
  readNewId,
} from '../../platform/http/documents.ts'
import { listRoute, relationshipRoute, showOne, showRoute } from '../../platform/http/resource-routes.ts'
import { type Route, route, type WriteContext } from '../../platform/http/route.ts'
import { SiteRelationship, siteOf } from '../../platform/http/site-of.ts'
import { component } from '../../platform/jsonapi/documented.ts'
import { jsonPointer, type Path } from '../../platform/jsonapi/errors.ts'
import { singleParameters, singleSchema, withSiteSchemas } from '../../platform/jsonapi/schemas.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import { lockOne } from '../../platform/records/lock-one.ts'
import { reserveId } from '../../platform/records/reserve-id.ts'
import { readCustomValues } from '../custom-fields/read-values.ts'
import { changeTagsOfContact } from '../tags/change-tags-of-contact.ts'
import { TagLinkage } from '../tags/tag-identifiers.ts'
import {
  ChangedContactAttributes,
  NewContactAttributes,
  parseContactAttributes,
  valuesOfNew,
} from './contact-attributes.ts'
import { type Contact, contactRows, contacts } from './contacts.resource.ts'
import { createContact } from './create-contact.ts'
import { deleteContact } from './delete-contact.ts'
import { originOf } from './origin-of.ts'
import { updateContact } from './update-contact.ts'

const NewContact = component(
  'NewContact',
  Type.Object({
    data: Type.Object({
      type: Type.Literal('contacts'),
      id: NewId,
      attributes: Attributes(withSiteSchemas(contacts, NewContactAttributes)),
      relationships: Type.Optional(
        Type.Object({ ...SiteRelationship.properties, tags: Type.Optional(TagLinkage) }),
      ),
    }),
  }),
)

const ChangedRelationships = Type.Optional(Type.Object({ tags: Type.Optional(TagLinkage) }))

const ChangedContact = component(
  'ChangedContact',
  Type.Object({
    data: Type.Object({
      type: Type.Literal('contacts'),
      id: Type.Optional(Id),
      attributes: Type.Optional(
        Attributes(withSiteSchemas(contacts, Type.Partial(ChangedContactAttributes))),
      ),
      relationships: ChangedRelationships,
    }),
    // Beside the data, where Kajabi's document has it.
    relationships: Type.Optional(Type.Object({ tags: Type.Optional(TagLinkage) }, { examples: [] })),
  }),
)

const create = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/contacts',
  access: 'manage:contacts',
  extraPermissions: ['manage:ids'],
  summary: 'Create a contact',
  description:
    'The site may be left out by an account that has only one. The e-mail must be new on the site. `tags` are added to the contact in the same transaction.',
  tag: 'contacts',
  shows: contacts,
  query: singleParameters(contacts),
  body: NewContact,
  responses: { 201: singleSchema(contacts) },
  errors: [404],
  async handler(context) {
    const { tx, body, caller, ignore, scope } = context
    const newId = readNewId(context)
    ignoreRelationships(context, ['site', 'tags'])
    const attributes = parseContactAttributes(body.data.attributes)
    ignore(ignoredAttributes(body.data.attributes, [...attributes.ignored, 'external_user_id']))
    const siteId = siteOf(context)
    if (newId !== null) await reserveId(tx, 'contacts', caller.siteIds, newId)
    const custom = await readCustomValues(tx, siteId, attributes.custom)
    const values = { ...valuesOfNew(attributes), custom, ...(newId !== null && { id: newId }) }
    const id = await createContact(tx, siteId, values, originOf(context))
    await setTags(context, { id, site_id: siteId }, 'add', body.data.relationships?.tags)
    return {
      status: 201,
      body: await showOne(context, contacts, id),
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
    'Attributes that are not given stay as they are. Name and e-mail of its customer change with it. `tags` are replaced when they are given.',
  tag: 'contacts',
  shows: contacts,
  query: singleParameters(contacts),
  body: ChangedContact,
  responses: { 200: singleSchema(contacts) },
  async handler(context) {
    const { tx, body, params, caller, ignore } = context
    const contact = await lockOne<Contact>(tx, contactRows, caller.siteIds, params.id!)
    const { data, path } = relationshipsOf(body)
    const changes = await readChanges({ ...context, body: { data } }, contacts, ['tags'], path)
    const { name } = data.attributes ?? {}
    // Also when it is the current one, a whole name comes before a part of it.
    const attributes = parseContactAttributes({ ...changes.attributes, ...(name ? { name } : {}) })
    ignore(attributes.ignored.map(ignoredAttribute))
    const custom = await readCustomValues(tx, contact.site_id, attributes.custom)
    const wanted = { ...attributes, values: { ...attributes.values, custom } }
    await updateContact(tx, contact, wanted, originOf(context))
    if ('tags' in changes.relationships)
      await setTags(context, contact, 'replace', data.relationships?.tags, path)
    return { body: await showOne(context, contacts, contact.id) }
  },
})

const destroy = (personalData: PersonalData[]): Route =>
  route({
    kind: 'write',
    method: 'DELETE',
    url: '/v1/contacts/{id}',
    access: 'manage:contacts',
    summary: 'Delete a contact',
    description: 'Access ends, the customer is deleted with it, and personal data is erased.',
    tag: 'contacts',
    responses: { 200: Type.Object({ data: Type.Object({}) }) },
    async handler(context) {
      const { tx, caller, params } = context
      await deleteContact(tx, caller.siteIds, params.id!, originOf(context), personalData)
      return { body: { data: {} } }
    },
  })

/** The resource of a PATCH with its relationships, from where the document has them. */
function relationshipsOf({ data, relationships }: Type.Static<typeof ChangedContact>) {
  return data.relationships || !relationships
    ? { data, path: ['data', 'relationships'] }
    : { data: { ...data, relationships }, path: ['relationships'] }
}

/** Does what the tags in a contact's document say; without them nothing. */
async function setTags(
  context: WriteContext,
  contact: Pick<Contact, 'id' | 'site_id'>,
  mode: 'add' | 'replace',
  tags: Type.Static<typeof TagLinkage> | undefined,
  path: Path = ['data', 'relationships'],
): Promise<void> {
  if (!tags) return
  const wanted = { mode, tagIds: readIds(tags), pointer: jsonPointer([...path, 'tags', 'data']) }
  await changeTagsOfContact(context.tx, contact, wanted, originOf(context))
}

/** @param personalData what is kept of contacts: see src/personal-data.ts */
export const contactRoutes = (personalData: PersonalData[]): Route[] => [
  listRoute(contacts),
  create,
  showRoute(contacts),
  update,
  destroy(personalData),
  relationshipRoute(contacts, 'offers'),
]
