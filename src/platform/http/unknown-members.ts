import { DOCUMENTED_AS } from '../jsonapi/documented.ts'
import { ApiError, jsonPointer, type Path } from '../jsonapi/errors.ts'
import { isObject } from '../jsonapi/is-object.ts'
import type { Ignored } from '../jsonapi/query.ts'
import { nearest } from '../text/nearest.ts'
import { ignoredAttribute } from './documents.ts'
import type { Route } from './route.ts'

interface Schema {
  properties?: Record<string, Schema>
  patternProperties?: object
  additionalProperties?: unknown
  items?: Schema
  [DOCUMENTED_AS]?: Schema
}

type Values = Record<string, unknown>

interface Unknown {
  path: Path
  name: string
  /** What could be meant. */
  known: string[]
}

/**
 * The members of a request that its route does not read: those of the document and of its resource, the attributes, and
 * the members of objects within them. A misspelled name would change nothing, and nobody would notice.
 *
 * @throws ApiError 422 where the route refuses them, and for a `dry_run`, whose sender expects that nothing happens; an
 *   attribute that the resource shows is ignored all the same, so that a resource can be sent as it was shown
 */
export function readUnknownMembers(route: Route, body: unknown): Ignored[] {
  const schema = (route.body ?? NOTHING) as Schema
  if (route.form || route.upload || !isObject(body) || !isDocument(schema)) return []
  const taken = attributesOf(schema)
  const shown = taken && 'shows' in route && route.shows ? route.shows.attributes : {}
  const refused: Unknown[] = []
  const ignored: Ignored[] = []
  for (const unknown of unknownIn(body, schema, route.refusesUnknown === true)) {
    const { path, name } = unknown
    const isShown = isAttribute(path) && Object.hasOwn(shown, name)
    if ((route.refusesUnknown && !isShown) || name === DRY_RUN) refused.push(unknown)
    else if (path[0] !== 'meta') ignored.push(ignoredMember(unknown, taken))
  }
  if (refused.length > 0) throw refusalOf(refused, route, taken)
  return ignored
}

const ATTRIBUTES = ['data', 'attributes']
const DRY_RUN = 'dry_run'

/** JSON:API 1.1, "Top Level" and "Resource Objects". */
const OF_DOCUMENTS = ['data', 'meta', 'included', 'links', 'jsonapi']
const OF_RESOURCES = ['type', 'id', 'lid', 'attributes', 'relationships', 'links', 'meta']

const NO_MEMBERS: Schema = { properties: {} }

/** Of an operation that takes no body; one that names its resource does no harm. */
const NOTHING: Schema = { properties: { data: NO_MEMBERS } }

const isDocument = ({ properties = {} }: Schema) => 'data' in properties || 'meta' in properties

const isAttribute = ([first, second, ...others]: Path) =>
  first === ATTRIBUTES[0] && second === ATTRIBUTES[1] && others.length === 1

/** The names of the attributes that a document can have; undefined: it has none. */
function attributesOf(schema: Schema): string[] | undefined {
  const attributes = schema.properties!.data?.properties?.attributes
  return attributes && Object.keys((attributes[DOCUMENTED_AS] ?? attributes).properties ?? {})
}

function* unknownIn(body: Values, schema: Schema, isRefused: boolean): Generator<Unknown> {
  const { data, meta = NO_MEMBERS } = schema.properties!
  yield* unlisted(body, OF_DOCUMENTS, schema, [])
  if (isObject(body.data) && data?.properties) {
    const { attributes = NO_MEMBERS } = data.properties
    yield* unlisted(body.data, OF_RESOURCES, data, ['data'])
    if (attributes[DOCUMENTED_AS]) yield* namesIn(body.data.attributes, attributes[DOCUMENTED_AS], isRefused)
    else yield* walk(body.data.attributes, attributes, ATTRIBUTES)
  } else if (Array.isArray(body.data) && data?.items) {
    for (const [index, item] of body.data.entries())
      if (isObject(item)) yield* unlisted(item, OF_RESOURCES, data.items, ['data', index])
  }
  yield* walk(body.meta, meta, ['meta'])
}

/** Members that JSON:API does not define, and the operation neither. */
function* unlisted(
  value: Values,
  defined: string[],
  { properties = {} }: Schema,
  path: Path,
): Generator<Unknown> {
  for (const [name, member] of Object.entries(value)) {
    if (!defined.includes(name) && !Object.hasOwn(properties, name) && member !== null)
      yield { path: [...path, name], name, known: defined }
  }
}

/** Attributes that have a reader of their own, which reports the unknown ones where they are not refused. */
function* namesIn(value: unknown, { properties }: Schema, isRefused: boolean): Generator<Unknown> {
  if (!properties || !isObject(value)) return
  for (const unknown of unlisted(value, Object.keys(properties), NO_MEMBERS, ATTRIBUTES))
    if (isRefused || unknown.name === DRY_RUN) yield unknown
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

function ignoredMember({ path, name }: Unknown, taken: string[] = []): Ignored {
  if (isAttribute(path)) return ignoredAttribute(name)
  const place = jsonPointer(path.slice(0, -1)) || 'the document'
  const moved = isBeside(path) && taken.includes(name) ? ': it belongs into /data/attributes' : ''
  return {
    reason: `There is no member ${name} in ${place}${moved}`,
    source: { pointer: jsonPointer(path) },
  }
}

/** Whether a member stands beside the attributes, or beside the resource. */
const isBeside = (path: Path) => path.length === 1 || (path.length === 2 && path[0] === 'data')

/** @param unknown as many as a document has space for */
function refusalOf(unknown: Unknown[], route: Route, taken: string[] | undefined): ApiError {
  const errors = unknown.slice(0, MOST_ERRORS).map((each) => [each, adviceOn(each, route, taken)] as const)
  const [first, ...others] = errors
  return errorOf(
    ...first!,
    others.map((each) => errorOf(...each)),
  )
}

const errorOf = ({ path, name }: Unknown, advice: string, others: ApiError[] = []) =>
  new ApiError(422, 'unknown_member', `Unknown member ${name}. ${advice}`, {
    source: { pointer: jsonPointer(path) },
    others,
  })

function adviceOn({ path, name, known }: Unknown, { query }: Route, taken: string[] | undefined): string {
  if (Object.hasOwn((query as Schema | undefined)?.properties ?? {}, name))
    return `It is a parameter of the query, as in ?${name}=${name === DRY_RUN ? 'true' : '…'}.`
  if (name === DRY_RUN) return 'This operation has no dry run.'
  if (!taken && (isBeside(path) || isAttribute(path))) return 'This operation takes no attributes.'
  if (isBeside(path) && taken!.includes(name)) return 'It belongs into /data/attributes.'
  const meant = nearest(name, known)
  if (meant) return `Did you mean ${meant}?`
  const attribute = isBeside(path) && nearest(name, taken!)
  if (attribute) return `Did you mean ${attribute} in /data/attributes?`
  return known.length > 0 ? `Known members: ${known.join(', ')}.` : 'Remove it.'
}

const MOST_ERRORS = 10
