import { isDeepStrictEqual } from 'node:util'
import { singleDocument } from '../jsonapi/document.ts'
import { ApiError, type Path } from '../jsonapi/errors.ts'
import { isObject } from '../jsonapi/is-object.ts'
import { loadOne } from '../jsonapi/load.ts'
import { pick } from '../jsonapi/pick.ts'
import type { Attribute, Resource } from '../jsonapi/resource.ts'
import { ignoredRelationship } from './documents.ts'
import type { WriteContext } from './route.ts'

interface ChangedResource {
  data: {
    id?: string | number
    attributes?: Record<string, unknown>
    relationships?: Record<string, unknown>
  }
}

/** What a PATCH asks to change, by name. */
export interface Changes {
  attributes: Record<string, unknown>
  relationships: Record<string, unknown>
}

/**
 * Reads what a PATCH of one resource asks to change: the attributes and relationships that differ from what a GET
 * shows. A resource can therefore be sent back as it was shown, with its read-only members. Lock the resource
 * first, so that it stays as it is compared.
 *
 * @param settable names of relationships that can be set; others are ignored with a warning when they differ
 * @param path the way to the relationships in the document
 * @throws ApiError 409 when the document names another resource than the URL; 404 when there is none
 */
export async function readChanges(
  { tx, body, params, scope, ignore }: WriteContext<ChangedResource>,
  resource: Resource,
  settable: string[] = [],
  path: Path = ['data', 'relationships'],
): Promise<Changes> {
  const id = params.id!
  assertSameId(body.data.id, id)
  const everything = { fields: {}, include: {} }
  const shown = singleDocument(await loadOne(tx, resource, id, everything, scope), everything, scope).data
  const { attributes = {}, relationships = {} } = body.data
  const changes = {
    attributes: pick(
      attributes,
      (name, value) => !isSame(value, shown.attributes[name], resource.attributes[name]),
    ),
    relationships: pick(relationships, (name, value) => !isSameLinkage(value, shown.relationships[name])),
  }
  const unsettable = Object.keys(changes.relationships).filter((name) => !settable.includes(name))
  ignore(unsettable.map((name) => ignoredRelationship(name, path)))
  return changes
}

/** @throws ApiError 409 when a document names another resource than the URL */
export function assertSameId(named: string | number | undefined, id: string): void {
  if (named === undefined || String(named) === id) return
  throw new ApiError(
    409,
    'id_mismatch',
    `The id in the document (${named}) does not match the URL (${id}).`,
    {
      source: { pointer: '/data/id' },
    },
  )
}

function isSame(given: unknown, shown: unknown, attribute: Attribute | undefined): boolean {
  if (isDeepStrictEqual(given, shown ?? null)) return true
  // Clients write a time they have read in the form of their own library.
  const { format } = (attribute?.schema ?? {}) as { format?: string }
  return format === 'date-time' && isSameTime(given, shown)
}

const isSameTime = (given: unknown, shown: unknown) =>
  typeof given === 'string' && typeof shown === 'string' && Date.parse(given) === Date.parse(shown)

/** Linkage has no order. A relationship without data, as lists show some, says nothing about it. */
function isSameLinkage(given: unknown, shown: unknown): boolean {
  if (typeof given !== 'object' || given === null || !('data' in given)) return isObject(given)
  return isDeepStrictEqual(linkage(given.data), linkage((shown as { data?: unknown } | undefined)?.data))
}

function linkage(data: unknown): unknown {
  if (Array.isArray(data)) return new Set(data.map(keyOf))
  return isObject(data) ? keyOf(data) : data
}

const keyOf = (identifier: unknown) => {
  const { type, id } = (identifier ?? {}) as { type?: unknown; id?: unknown }
  return `${type} ${id}`
}
