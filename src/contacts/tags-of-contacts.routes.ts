import { Type } from 'typebox'
import { Id } from '../http/documents.ts'
import { IdentifierList, relationshipRoute } from '../http/resource-routes.ts'
import { type Route, route } from '../http/route.ts'
import { idOrNothing } from '../jsonapi/describe.ts'
import { identifier } from '../jsonapi/identifiers.ts'
import { changeTagsOfContact } from './change-tags-of-contact.ts'
import { contacts } from './contacts.resource.ts'
import { originOf } from './origin-of.ts'

const MOST_TAGS = 100

const TagsBody = Type.Object({
  data: Type.Array(Type.Object({ type: Type.Literal('contact_tags'), id: Id }), { maxItems: MOST_TAGS }),
})

const TagsAnswer = Type.Object({
  ...IdentifierList('contact_tags').properties,
  meta: Type.Object({ added: Type.Array(Type.String()), removed: Type.Array(Type.String()) }),
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
    body: TagsBody,
    responses: { 200: TagsAnswer },
    async handler(context) {
      const { tx, caller, params, body, scope } = context
      const id = params.id!
      const tagIds = body.data.map((tag) => exactId(tag.id))
      const { mode } = ACTS[method]
      const outcome = await changeTagsOfContact(tx, caller.siteIds, id, mode, tagIds, originOf(context))
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

/** A number beyond 2^53 has been rounded when JSON was read, and might name another tag. */
const exactId = (id: string | number) =>
  typeof id === 'string' || Number.isSafeInteger(id) ? idOrNothing(String(id)) : '0'

export const taggingRoutes: Route[] = [relationshipRoute(contacts, 'tags'), ...changing]
