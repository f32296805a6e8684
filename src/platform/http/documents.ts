/** What requests that create and change resources have in common. */
import { type TSchema, Type } from 'typebox'
import { documentedAs } from '../jsonapi/documented.ts'
import { ApiError, jsonPointer, type Path } from '../jsonapi/errors.ts'
import { readId } from '../jsonapi/identifiers.ts'
import type { Ignored } from '../jsonapi/query.ts'
import { parseChosenId } from '../records/reserve-id.ts'
import type { WriteContext } from './route.ts'

export const Id = Type.Union([Type.String(), Type.Integer()])

const MOST_RELATED = 100

/** The linkage of a to-many relationship in a request. */
export const Linkage = <T extends string>(type: T) =>
  Type.Object({
    data: Type.Array(Type.Object({ type: Type.Literal(type), id: Id }), { maxItems: MOST_RELATED }),
  })

/** The linkage of a to-one relationship in a request. */
export const LinkageToOne = <T extends string>(type: T) =>
  Type.Object({ data: Type.Object({ type: Type.Literal(type), id: Id }) })

/** The same, or null. */
export const LinkageToOneOrNone = <T extends string>(type: T) =>
  Type.Object({ data: Type.Union([LinkageToOne(type).properties.data, Type.Null()]) })

/** The ids that a linkage lists. */
export const readIds = ({ data }: { data: { id: string | number }[] }): string[] =>
  data.map(({ id }) => readId(id))

/** The id of a new resource, for callers that may choose it. */
export const NewId = Type.Optional(
  Type.Unsafe<string | number | null>({
    type: ['string', 'integer', 'null'],
    examples: [],
    description: 'Left out, the server chooses the id. Choosing it takes the permission `manage:ids`.',
  }),
)

/** Any attributes: the reader of a resource says what is wrong with them. @param writable those that it reads */
export const Attributes = (writable: TSchema) =>
  documentedAs(Type.Record(Type.String(), Type.Unknown()), writable)

interface NewResource {
  data: { id?: unknown; relationships?: object }
}

/**
 * Ignores the relationships of a new resource that cannot be set, with a warning unless they are empty.
 *
 * @param settable names of the relationships that can be set
 */
export function ignoreRelationships(
  { body, ignore }: Pick<WriteContext<{ data: object }>, 'body' | 'ignore'>,
  settable: string[] = ['site'],
): void {
  const given = Object.entries((body as NewResource).data.relationships ?? {})
  ignore(
    given
      .filter(([name, value]) => !settable.includes(name) && !isEmpty(value))
      .map(([name]) => ignoredRelationship(name)),
  )
}

/**
 * Checks a document that creates a resource whose id only the server chooses.
 *
 * @throws ApiError 403 for an id (JSON:API 1.1, "Client-Generated IDs")
 */
export function readNoId({ body }: Pick<WriteContext<{ data: object }>, 'body'>): null {
  if (isMissing((body as NewResource).data.id)) return null
  throw idRefused('The server assigns the id of a new resource. Remove the id.')
}

/**
 * Reads the id of a new resource of which callers with `manage:ids` may choose it; null: the server chooses it.
 *
 * @throws ApiError 403 without that permission; 422 for what cannot be an id
 */
export function readNewId({ app, caller, body }: WriteContext<NewResource>): string | null {
  const { id } = body.data
  if (isMissing(id)) return null
  if (!app.config.EXTENSIONS || !(caller.permissions?.includes('manage:ids') ?? true))
    throw idRefused('Choosing the id of a new resource requires the permission manage:ids. Remove the id.')
  return parseChosenId(id)
}

/** Null stands for no id: some clients send every member. */
const isMissing = (id: unknown) => id === undefined || id === null

const idRefused = (sentence: string) =>
  new ApiError(403, 'client_id_not_allowed', sentence, { source: { pointer: '/data/id' } })

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
