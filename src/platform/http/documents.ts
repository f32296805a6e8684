/** What requests that create and change resources have in common. */
import { Type } from 'typebox'
import { ApiError, jsonPointer, type Path } from '../jsonapi/errors.ts'
import type { Ignored } from '../jsonapi/query.ts'
import type { WriteContext } from './route.ts'
import { SiteRelationship } from './site-of.ts'

export const Id = Type.Union([Type.String(), Type.Integer()])

const Attributes = (description?: string) => Type.Record(Type.String(), Type.Unknown(), { description })

const Relationships = Type.Optional(Type.Record(Type.String(), Type.Unknown()))

/** A document that creates a resource. @param about what its attributes are, for the documentation */
export const NewDocument = <T extends string>(type: T, about?: string) =>
  Type.Object({
    data: Type.Object({
      type: Type.Literal(type),
      attributes: Attributes(about),
      relationships: Type.Optional(SiteRelationship),
    }),
  })

/** A document that changes one. */
export const ChangedDocument = <T extends string>(type: T, about?: string) =>
  Type.Object({
    data: Type.Object({
      type: Type.Literal(type),
      id: Type.Optional(Id),
      attributes: Type.Optional(Attributes(about)),
      relationships: Relationships,
    }),
  })

interface NewResource {
  data: { id?: unknown; relationships?: object }
}

/**
 * Checks what every document that creates a resource has in common: the server chooses the id, and relationships
 * that cannot be set are ignored, with a warning unless they are empty.
 *
 * @param settable names of the relationships that can be set
 * @throws ApiError 403 for an id chosen by the client (JSON:API 1.1, "Client-Generated IDs")
 */
export function checkNewDocument(
  { body, ignore }: Pick<WriteContext<NewResource>, 'body' | 'ignore'>,
  settable: string[] = ['site'],
): void {
  refuseClientId(body.data.id)
  const given = Object.entries(body.data.relationships ?? {})
  ignore(
    given
      .filter(([name, value]) => !settable.includes(name) && !isEmpty(value))
      .map(([name]) => ignoredRelationship(name)),
  )
}

/** A permission to choose ids belongs here. Null stands for no id: some clients send every member. */
function refuseClientId(id: unknown): void {
  if (id === undefined || id === null) return
  throw new ApiError(
    403,
    'client_id_not_allowed',
    'The server assigns the id of a new resource. Remove the id.',
    {
      source: { pointer: '/data/id' },
    },
  )
}

/** Linkage to nothing, or none at all. */
function isEmpty(relationship: unknown): boolean {
  const { data } = (relationship ?? {}) as { data?: unknown }
  return data === undefined || data === null || (Array.isArray(data) && data.length === 0)
}

export const ignoredAttribute = (name: string): Ignored => ({
  reason: `The attribute ${name} cannot be set in this request`,
  source: { pointer: jsonPointer(['data', 'attributes', name]) },
})

/** Of these attributes those that have a value: null asks for nothing where there is nothing to set. */
export const ignoredAttributes = (attributes: Record<string, unknown>, names: string[]): Ignored[] =>
  names.filter((name) => (attributes[name] ?? null) !== null).map(ignoredAttribute)

/** @param path the way to the relationships in the document */
export const ignoredRelationship = (name: string, path: Path = ['data', 'relationships']): Ignored => ({
  reason: `The relationship ${name} cannot be set in this request`,
  source: { pointer: jsonPointer([...path, name]) },
})
