import { Type } from 'typebox'
import { Id } from '../../platform/http/documents.ts'
import { component } from '../../platform/jsonapi/documented.ts'
import { readId } from '../../platform/jsonapi/identifiers.ts'

const MOST_TAGS = 100

const TagIdentifiers = Type.Array(Type.Object({ type: Type.Literal('contact_tags'), id: Id }), {
  maxItems: MOST_TAGS,
})

/** The linkage of a contact's tags: the document of the relationship, or its value in that of the contact. */
export const TagLinkage = component('TagLinkage', Type.Object({ data: TagIdentifiers }))

/** The ids of tags that a request lists. */
export const readTagIds = ({ data }: Type.Static<typeof TagLinkage>): string[] =>
  data.map(({ id }) => readId(id))
