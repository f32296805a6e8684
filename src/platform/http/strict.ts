import type { IncomingHttpHeaders } from 'node:http'
import { MIMEType } from 'node:util'
import { ApiError, badRequest, jsonPointer, type Path } from '../jsonapi/errors.ts'
import { isObject } from '../jsonapi/is-object.ts'
import { MEDIA_TYPE } from '../jsonapi/schemas.ts'
import type { Route } from './route.ts'

/**
 * Content negotiation as JSON:API 1.1 has it, for JSONAPI_STRICT: the media type has no parameters but `profile`, and
 * `ext` only when it names nothing, since no extension of JSON:API is supported. OAuth forms take no part.
 *
 * @throws ApiError 415, 406
 */
export function refuseOtherMediaTypes(
  { access, form, upload, streams }: Route,
  headers: IncomingHttpHeaders,
): void {
  if (access === 'public' || form || upload || streams) return
  const type = headers['content-type'] ?? (hasBody(headers) ? '' : undefined)
  if (type !== undefined && !isSupported(parse(type), PARAMETERS)) {
    throw new ApiError(415, 'unsupported_media_type', `The body must be sent as ${MEDIA_TYPE}.`, {
      source: { header: 'Content-Type' },
    })
  }
  if (!accepts(headers.accept ?? '*/*')) {
    throw new ApiError(406, 'not_acceptable', `Answers are sent as ${MEDIA_TYPE}; accept that.`, {
      source: { header: 'Accept' },
    })
  }
}

const hasBody = (headers: IncomingHttpHeaders) =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** Splits at commas outside quotes, in linear time. */
const ACCEPTED = /(?:[^,"]|"[^"]*"?)+/g

/** Once the media type is named, wildcards do not count: JSON:API 1.1 demands 406 when all its instances are modified. */
function accepts(header: string): boolean {
  const ranges = (header.match(ACCEPTED) ?? []).map(parse)
  const named = ranges.filter((range) => range?.essence === MEDIA_TYPE)
  const wanted =
    named.length > 0
      ? named.filter((range) => isSupported(range, [...PARAMETERS, 'q']))
      : ranges.filter((range) => ['*/*', 'application/*'].includes(range?.essence ?? ''))
  return wanted.some((range) => Number(range!.params.get('q') ?? 1) > 0)
}

function parse(type: string): MIMEType | null {
  try {
    return new MIMEType(type.trim())
  } catch {
    return null
  }
}

const PARAMETERS = ['ext', 'profile']

function isSupported(type: MIMEType | null, parameters: string[]): boolean {
  if (type?.essence !== MEDIA_TYPE || type.params.get('ext')?.trim()) return false
  return [...type.params.keys()].every((name) => parameters.includes(name))
}

/**
 * Refuses identifiers that JSON:API 1.1 does not allow, for JSONAPI_STRICT: ids are strings, and a resource to change
 * names its own.
 *
 * @throws ApiError 400
 */
export function refuseLooseIdentifiers({ method, url, form, upload }: Route, body: unknown): void {
  if (form || upload || typeof body !== 'object' || body === null) return
  const { data } = body as { data?: unknown }
  const changesResource = method === 'PATCH' && !url.includes('/relationships/')
  if (changesResource && isObject(data) && !('id' in data)) {
    throw invalid(['data'], 'lacks "id".')
  }
  for (const [path, identifier] of identifiersIn(data)) {
    if ('id' in identifier && typeof identifier.id !== 'string')
      throw invalid([...path, 'id'], 'must be a string.')
  }
}

const invalid = (path: Path, problem: string) => {
  const pointer = jsonPointer(path)
  return badRequest('invalid_document', `${pointer} ${problem}`, { pointer })
}

/** The primary data and the linkage of its relationships, each with the way to it. */
function* identifiersIn(data: unknown): Generator<[Path, Record<string, unknown>]> {
  yield* listed(data, ['data'])
  if (!isObject(data) || !isObject(data.relationships)) return
  for (const [name, relationship] of Object.entries(data.relationships)) {
    if (isObject(relationship)) yield* listed(relationship.data, ['data', 'relationships', name, 'data'])
  }
}

function* listed(data: unknown, path: Path): Generator<[Path, Record<string, unknown>]> {
  if (isObject(data)) yield [path, data]
  if (!Array.isArray(data)) return
  for (const [index, item] of data.entries()) if (isObject(item)) yield [[...path, index], item]
}
