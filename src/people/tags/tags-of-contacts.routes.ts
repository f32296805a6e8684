import { Type } from 'typebox'
import { readIds } from '../../platform/http/documents.ts'
import { IdentifierList, relationshipRoute } from '../../platform/http/resource-routes.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { identifier } from '../../platform/jsonapi/identifiers.ts'
import { lockOne } from '../../platform/records/lock-one.ts'
import { type Contact, contactRows, contacts } from '../contacts/contacts.resource.ts'
import { originOf } from '../contacts/origin-of.ts'
import { changeTagsOfContact } from './change-tags-of-contact.ts'
import { TagLinkage } from './tag-identifiers.ts'

const TagsAnswer = Type.Object({
  ...IdentifierList('contact_tags').properties,
  meta: Type.Object(
    { added: Type.Array(Type.String()), removed: Type.Array(Type.String()) },
    { 'x-extension': true },
  ),
})

const ACTS = {
  POST: {
    mode: 'add',
    records: ['tag_added'],
    summary: 'Add tags to a contact',
    description:
      'All or nothing. Tags that the contact already has are left unchanged. `data` lists every tag that the contact has afterwards; `meta` describes what this request changed.',
  },
  PATCH: {
    mode: 'replace',
    records: ['tag_added', 'tag_removed'],
    summary: 'Replace the tags of a contact',
    description:
      'Adds the listed tags that the contact does not have, and removes those that are not listed. An empty list removes all.',
  },
  DELETE: {
    mode: 'remove',
    records: ['tag_removed'],
    summary: 'Remove tags from a contact',
    description: 'Tags that the contact does not have are ignored.',
  },
} as const

const changing = (['POST', 'PATCH', 'DELETE'] as const).map((method) =>
  route({
    kind: 'write',
    method,
    url: '/v1/contacts/{id}/relationships/tags',
    access: 'manage:contacts',
    summary: ACTS[method].summary,
    description: ACTS[method].description,
    records: ACTS[method].records,
    tag: 'contacts',
    body: TagLinkage,
    responses: { 200: TagsAnswer },
    async handler(context) {
      const { tx, caller, params, body, scope } = context
      const id = params.id!
      const wanted = { mode: ACTS[method].mode, tagIds: readIds(body), pointer: '/data' }
      const contact = await lockOne<Contact>(tx, contactRows, caller.siteIds, id)
      const { tags, ...meta } = await changeTagsOfContact(tx, contact, wanted, originOf(context))
      return {
        body: {
          data: tags.map((tag) => identifier('contact_tags', tag)),
          links: { self: `${scope.baseUrl}/v1/contacts/${id}/relationships/tags` },
          meta,
        },
      }
    },
  }),
)

export const taggingRoutes: Route[] = [relationshipRoute(contacts, 'tags'), ...changing]
