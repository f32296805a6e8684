import { Type } from 'typebox'
import { readChanges } from '../../platform/http/changes.ts'
import {
  ChangedDocument,
  checkNewDocument,
  ignoredAttributes,
  NewDocument,
} from '../../platform/http/documents.ts'
import { listRoute, showRoute } from '../../platform/http/resource-routes.ts'
import { type Route, route, type WriteContext } from '../../platform/http/route.ts'
import { siteOf } from '../../platform/http/site-of.ts'
import { singleDocument } from '../../platform/jsonapi/document.ts'
import { unprocessable } from '../../platform/jsonapi/errors.ts'
import { loadOne } from '../../platform/jsonapi/load.ts'
import { singleParameters, singleSchema } from '../../platform/jsonapi/schemas.ts'
import { readName } from '../../platform/text/names.ts'
import { archiveContactTag, renameContactTag } from './change-contact-tag.ts'
import { contactTags } from './contact-tags.resource.ts'
import { createContactTag } from './create-contact-tag.ts'

const create = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/contact_tags',
  access: 'manage:contacts',
  summary: 'Create a contact tag',
  description:
    'The site is optional for accounts with a single site. The name must be unique (case-insensitive) among the tags of the site that are not archived.',
  tag: 'contact tags',
  extension: true,
  shows: contactTags,
  query: singleParameters(contactTags),
  body: NewDocument('contact_tags', '`name`'),
  responses: { 201: singleSchema(contactTags) },
  errors: [404],
  async handler(context) {
    const { tx, body, scope } = context
    checkNewDocument(context)
    const name = nameIn(context, body.data.attributes)
    if (name === undefined) throw unprocessable('blank', "Name can't be blank", '/data/attributes')
    const id = await createContactTag(tx, siteOf(context), name, scope.now)
    return {
      status: 201,
      body: await showTag(context, id),
      headers: { location: `${scope.baseUrl}/v1/contact_tags/${id}` },
    }
  },
})

const update = route({
  kind: 'write',
  method: 'PATCH',
  url: '/v1/contact_tags/{id}',
  access: 'manage:contacts',
  summary: 'Rename a contact tag',
  description: 'Contacts with the tag keep it under the new name. An archived tag cannot be renamed.',
  tag: 'contact tags',
  extension: true,
  shows: contactTags,
  query: singleParameters(contactTags),
  body: ChangedDocument('contact_tags', '`name`'),
  responses: { 200: singleSchema(contactTags) },
  async handler(context) {
    const { tx, params, caller } = context
    const id = params.id!
    const { attributes } = await readChanges(context, contactTags)
    const name = nameIn(context, attributes)
    if (name !== undefined) await renameContactTag(tx, caller.siteIds, id, name)
    return { body: await showTag(context, id) }
  },
})

const destroy = route({
  kind: 'write',
  method: 'DELETE',
  url: '/v1/contact_tags/{id}',
  access: 'manage:contacts',
  summary: 'Archive a contact tag',
  description:
    'The tag is no longer listed, shown with contacts or matched by filters, and its name can be reused. It can still be fetched by id, because events refer to it.',
  tag: 'contact tags',
  extension: true,
  responses: { 200: Type.Object({ data: Type.Object({}) }) },
  async handler({ tx, caller, params, scope }) {
    await archiveContactTag(tx, caller.siteIds, params.id!, scope.now)
    return { body: { data: {} } }
  },
})

const LONGEST_NAME = 255

/** @throws ApiError 422 that points at the name */
function nameIn({ ignore }: WriteContext, attributes: Record<string, unknown>): string | undefined {
  const { name: given, ...others } = attributes
  ignore(ignoredAttributes(others, Object.keys(others)))
  if (given === undefined) return undefined
  const refused = (code: string, sentence: string) => unprocessable(code, sentence, '/data/attributes/name')
  if (given !== null && typeof given !== 'string') throw refused('invalid', 'Name must be a string')
  const name = readName(given ?? '')
  if (name === '') throw refused('blank', "Name can't be blank")
  if (name.length > LONGEST_NAME)
    throw refused('too_long', `Name is too long (at most ${LONGEST_NAME} characters)`)
  return name
}

const showTag = async ({ tx, scope, shown }: WriteContext, id: string) =>
  singleDocument(await loadOne(tx, contactTags, id, shown, scope), shown, scope)

export const contactTagRoutes: Route[] = [
  listRoute(contactTags),
  create,
  showRoute(contactTags),
  update,
  destroy,
]
