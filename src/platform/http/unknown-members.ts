import type { TSchema } from 'typebox'
import { DOCUMENTED_AS } from '../jsonapi/documented.ts'
import { ApiError, jsonPointer, type Path } from '../jsonapi/errors.ts'
import { isObject } from '../jsonapi/is-object.ts'
import type { Ignored } from '../jsonapi/query.ts'
import { nearest } from '../text/nearest.ts'
import type { Route } from './route.ts'

interface Schema {
  properties?: Record<string, Schema>
  patternProperties?: object
  additionalProperties?: unknown
  items?: Schema
  [DOCUMENTED_AS]?: Schema
}

interface Unknown {
  path: Path
  name: string
  /** What could be meant. */
  known: string[]
}

/**
 * The attributes of a request that its route does not read, also in the objects within them: a misspelled name would
 * change nothing, and nobody would notice.
 *
 * @throws ApiError 422 where the route refuses them; an attribute that the resource shows is ignored all the same, so
 *   that a resource can be sent as it was shown
 */
export function readUnknownMembers(
  { body: schema, refusesUnknown, ...route }: Route,
  body: unknown,
): Ignored[] {
  if (!schema) return []
  const shown = 'shows' in route && route.shows ? route.shows.attributes : {}
  const refused: Unknown[] = []
  const ignored: Ignored[] = []
  for (const unknown of unknownIn(body, schema as TSchema & Schema)) {
    const { path, name } = unknown
    const isShown = path.length === ATTRIBUTES.length + 1 && Object.hasOwn(shown, name)
    if (refusesUnknown && !isShown) refused.push(unknown)
    else if (path[0] === 'data') ignored.push(ignoredMember(unknown))
  }
  if (refused.length > 0) throw refusalOf(refused)
  return ignored
}

const ATTRIBUTES = ['data', 'attributes']

function unknownIn(body: unknown, schema: Schema): Unknown[] {
  if (!isObject(body)) return []
  const data = isObject(body.data) ? body.data : {}
  const attributes = schema.properties?.data?.properties?.attributes
  return [
    ...walk(data.attributes, attributes, ATTRIBUTES),
    ...walk(body.meta, schema.properties?.meta, ['meta']),
  ]
}

function* walk(value: unknown, schema: Schema | undefined, path: Path): Generator<Unknown> {
  if (!schema) return
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* walk(item, schema.items, [...path, index])
    return
  }
  if (!isObject(value) || !isClosed(schema)) return
  const known = Object.keys(schema.properties!)
  for (const [name, member] of Object.entries(value)) {
    if (Object.hasOwn(schema.properties!, name))
      yield* walk(member, schema.properties![name], [...path, name])
    // Null asks for nothing.
    else if (member !== null) yield { path: [...path, name], name, known }
  }
}

/** What has a reader of its own, or any members, is not closed. */
const isClosed = (schema: Schema): boolean =>
  schema.properties !== undefined &&
  !schema[DOCUMENTED_AS] &&
  schema.patternProperties === undefined &&
  schema.additionalProperties === undefined

const ignoredMember = ({ path, name }: Unknown): Ignored => ({
  reason:
    path.length === ATTRIBUTES.length + 1
      ? `The attribute ${name} cannot be set in this request`
      : `There is no member ${name} in ${jsonPointer(path.slice(0, -1))}`,
  source: { pointer: jsonPointer(path) },
})

/** @param unknown as many as a document has space for */
function refusalOf(unknown: Unknown[]): ApiError {
  const [first, ...others] = unknown.slice(0, MOST_ERRORS)
  return errorOf(
    first!,
    others.map((each) => errorOf(each)),
  )
}

function errorOf({ path, name, known }: Unknown, others: ApiError[] = []): ApiError {
  const meant = nearest(name, known)
  const sentence = meant ? `Did you mean ${meant}?` : `Known members: ${known.join(', ')}.`
  return new ApiError(422, 'unknown_member', `Unknown member ${name}. ${sentence}`, {
    source: { pointer: jsonPointer(path) },
    others,
  })
}

const MOST_ERRORS = 10
