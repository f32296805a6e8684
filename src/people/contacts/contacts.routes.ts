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
  readNoId,
} from '../../platform/http/documents.ts'
import { listRoute, relationshipRoute, showOne, showRoute } from '../../platform/http/resource-routes.ts'
import { type Route, route, type WriteContext } from '../../platform/http/route.ts'
import { SiteRelationship, siteOf } from '../../platform/http/site-of.ts'
import { component } from '../../platform/jsonapi/documented.ts'
import { ApiError, jsonPointer, type Path, unprocessable } from '../../platform/jsonapi/errors.ts'
import { singleParameters, singleSchema, withSiteSchemas } from '../../platform/jsonapi/schemas.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import { lockOne } from '../../platform/records/lock-one.ts'
import { reserveId } from '../../platform/records/reserve-id.ts'
import { describeProblem, parseEmailAddress } from '../../platform/text/email-address.ts'
import { readCustomValues } from '../custom-fields/read-values.ts'
import { changeTagsOfContact } from '../tags/change-tags-of-contact.ts'
import { TagLinkage } from '../tags/tag-identifiers.ts'
import {
  ContactAttributesSchema,
  type ContactValues,
  parseContactAttributes,
  valuesOfNew,
  type WantedIds,
} from './contact-attributes.ts'
import { type Contact, contactRows, contacts } from './contacts.resource.ts'
import { createContact } from './create-contact.ts'
import { deleteContact } from './delete-contact.ts'
import { ensureContact } from './ensure-contact.ts'
import { findContactByEmail } from './find-contact.ts'
import { originOf } from './origin-of.ts'
import { updateContact } from './update-contact.ts'

const NewContact = component(
  'NewContact',
  Type.Object({
    data: Type.Object({
      type: Type.Literal('contacts'),
      id: NewId,
      attributes: Attributes(withSiteSchemas(contacts, ContactAttributesSchema)),
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
      attributes: Type.Optional(Attributes(withSiteSchemas(contacts, Type.Partial(ContactAttributesSchema)))),
      relationships: ChangedRelationships,
    }),
    // Beside the data, where Kajabi's document has it.
    relationships: Type.Optional(Type.Object({ tags: Type.Optional(TagLinkage) }, { examples: [] })),
  }),
)

const PutContact = component(
  'PutContact',
  Type.Object({
    data: Type.Object({
      type: Type.Literal('contacts'),
      id: NewId,
      attributes: Type.Optional(
        Attributes(withSiteSchemas(contacts, Type.Partial(Type.Omit(ContactAttributesSchema, ['email'])))),
      ),
      relationships: Type.Optional(
        Type.Object({ ...SiteRelationship.properties, tags: Type.Optional(TagLinkage) }),
      ),
    }),
  }),
)

const create = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/contacts',
  records: ['contact_created', 'tag_added'],
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
    const { tx, body, caller, scope } = context
    const newId = readNewId(context)
    ignoreRelationships(context, ['site', 'tags'])
    const siteId = siteOf(context)
    const values = await readNew(context, siteId, body.data.attributes)
    if (newId !== null) await reserveId(tx, 'contacts', caller.siteIds, newId)
    const id = await createContact(
      tx,
      siteId,
      { ...values, ...(newId !== null && { id: newId }) },
      originOf(context),
    )
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
  records: ['contact_updated', 'email_changed', 'tag_added', 'tag_removed'],
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
    const { tx, body, params, caller } = context
    const contact = await lockOne<Contact>(tx, contactRows, caller.siteIds, params.id!)
    const { data, path } = relationshipsOf(body)
    await change(context, contact, data, path)
    return { body: await showOne(context, contacts, contact.id) }
  },
})

const put = route({
  kind: 'write',
  method: 'PUT',
  url: '/v1/contacts/by-email/{email}',
  records: ['contact_created', 'contact_updated', 'tag_added', 'tag_removed'],
  access: 'manage:contacts',
  summary: 'Create or change the contact with an e-mail',
  description:
    'Creates the contact (201) when the site has none with this address, and otherwise changes it (200), as `POST` and `PATCH` do: attributes that are not given stay as they are, and `tags` are replaced when they are given. The address in the path is percent-encoded, in any spelling, and may be a former address of the contact. An `email` in the body that is neither this address nor that of the contact is 422: the path names the contact, and `PATCH` changes its address.',
  tag: 'contacts',
  shows: contacts,
  query: singleParameters(contacts),
  body: PutContact,
  responses: { 200: singleSchema(contacts), 201: singleSchema(contacts) },
  async handler(context) {
    const { tx, body, caller, params, scope } = context
    const address = readAddress(params.email!)
    ignoreRelationships(context, ['site', 'tags'])
    const siteId = siteOf(context)
    const { email, ...attributes } = (body.data.attributes ?? {}) as Record<string, unknown>
    const known = await findContactByEmail(tx, siteId, address)
    if (known === null) assertSameAddress(email, [address])
    const { contact, isNew } =
      known === null
        ? await ensureContact(
            tx,
            siteId,
            await newWith(context, siteId, address, attributes),
            originOf(context),
          )
        : { contact: await lockOne<Contact>(tx, contactRows, caller.siteIds, known), isNew: false }
    if (!isNew) assertSameAddress(email, [address, contact.email], contact.id)
    if (isNew) {
      readNoId(context)
      await setTags(context, contact, 'add', body.data.relationships?.tags)
    } else {
      const { site: _, ...relationships } = body.data.relationships ?? {}
      const data = { ...(body.data.id !== null && { id: body.data.id }), attributes, relationships }
      await change(context, contact, data)
    }
    return {
      status: isNew ? 201 : 200,
      body: await showOne(context, contacts, contact.id),
      ...(isNew && { headers: { location: `${scope.baseUrl}/v1/contacts/${contact.id}` } }),
    }
  },
})

/** The address that names a contact in a path. @throws ApiError 422 */
function readAddress(given: string): string {
  const address = parseEmailAddress(given)
  if (address) return address
  const detail = `The path does not end with an e-mail address${describeProblem(given)}. Percent-encode it, for example /v1/contacts/by-email/ada%40example.com`
  throw new ApiError(422, 'invalid', detail, { source: { parameter: 'email' } })
}

/** @throws ApiError 422 for an e-mail that is none of these addresses */
function assertSameAddress(given: unknown, addresses: string[], id?: string): void {
  if (given === undefined || addresses.includes(parseEmailAddress(given) ?? '')) return
  throw unprocessable(
    'email_mismatch',
    `The email is not the address in the path. Leave it out${id === undefined ? '' : `; PATCH /v1/contacts/${id} changes an address`}`,
    '/data/attributes/email',
  )
}

/** The values of a new contact, with a warning for attributes that it cannot have. */
async function readNew(
  { tx, ignore }: WriteContext,
  siteId: string,
  given: Record<string, unknown>,
): Promise<ContactValues & WantedIds> {
  const attributes = parseContactAttributes(given)
  ignore(ignoredAttributes(given, attributes.ignored))
  return { ...valuesOfNew(attributes), custom: await readCustomValues(tx, siteId, attributes.custom) }
}

/** The same of a contact whose address is known already. */
const newWith = async (
  context: WriteContext,
  siteId: string,
  email: string,
  attributes: Record<string, unknown>,
) => ({ ...(await readNew(context, siteId, attributes)), email })

interface ChangedData {
  id?: string | number
  attributes?: Record<string, unknown>
  relationships?: { tags?: Type.Static<typeof TagLinkage> }
}

/** Changes a locked contact as its document says. @param path the way to the relationships in the document */
async function change(
  context: WriteContext,
  contact: Contact,
  data: ChangedData,
  path: Path = ['data', 'relationships'],
): Promise<void> {
  const { tx, ignore } = context
  const params = { id: contact.id }
  const changes = await readChanges({ ...context, params, body: { data } }, contacts, ['tags'], path)
  const { name } = data.attributes ?? {}
  // Also when it is the current one, a whole name comes before a part of it.
  const attributes = parseContactAttributes({ ...changes.attributes, ...(name ? { name } : {}) })
  ignore(attributes.ignored.map(ignoredAttribute))
  const custom = await readCustomValues(tx, contact.site_id, attributes.custom)
  await updateContact(
    tx,
    contact,
    { ...attributes, values: { ...attributes.values, custom } },
    originOf(context),
  )
  if ('tags' in changes.relationships)
    await setTags(context, contact, 'replace', data.relationships?.tags, path)
}

const destroy = (personalData: PersonalData[]): Route =>
  route({
    kind: 'write',
    method: 'DELETE',
    url: '/v1/contacts/{id}',
    records: ['contact_deleted', 'offer_revoked', 'purchase_deactivated'],
    access: 'delete:contacts',
    needsRecentSignIn: true,
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
  put,
  destroy(personalData),
  relationshipRoute(contacts, 'offers'),
]
