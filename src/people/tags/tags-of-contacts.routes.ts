import { Type } from 'typebox'
import { IdentifierList, relationshipRoute } from '../../platform/http/resource-routes.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { identifier } from '../../platform/jsonapi/identifiers.ts'
import { contacts } from '../contacts/contacts.resource.ts'
import { originOf } from '../contacts/origin-of.ts'
import { changeTagsOfContact } from './change-tags-of-contact.ts'
import { readTagIds, TagLinkage } from './tag-identifiers.ts'

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
    summary: 'Add tags to a contact',
    description:
      'All or nothing. What it bears already stays as it is. `data` lists every tag that it bears afterwards, `meta` tells what this request changed.',
  },
  PATCH: {
    mode: 'replace',
    summary: 'Replace the tags of a contact',
    description: 'Adds what is missing and removes what is not listed; an empty list removes all.',
  },
  DELETE: {
    mode: 'remove',
    summary: 'Remove tags from a contact',
    description: 'What it does not bear is passed over.',
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
    tag: 'contacts',
    body: TagLinkage,
    responses: { 200: TagsAnswer },
    async handler(context) {
      const { tx, caller, params, body, scope } = context
      const id = params.id!
      const wanted = { mode: ACTS[method].mode, tagIds: readTagIds(body), pointer: '/data' }
      const outcome = await changeTagsOfContact(tx, caller.siteIds, id, wanted, originOf(context))
      const { tags, ...meta } = outcome
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
