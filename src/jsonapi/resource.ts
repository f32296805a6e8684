import type { RawBuilder } from 'kysely'
import type { TSchema } from 'typebox'

/** A row as the loader selects it: the attributes by their names, `id`, `site_id`, and `rel_<name>` per to-one. */
export type Row = { id: string; site_id: string; [column: string]: unknown }

/** What a description may need beyond the row. Times come from the application's clock. */
export interface Scope {
  /** The sites of the caller. Every query is confined to them. */
  siteIds: string[]
  now: Date
  /** Start of absolute links, without a slash at the end. */
  baseUrl: string
}

export interface Attribute {
  schema: TSchema
  /** SQL expression over the resource's `from`. Left out: the column of the attribute's own name. */
  select?: RawBuilder<unknown> | ((scope: Scope) => RawBuilder<unknown>)
  /** Makes the value that goes over the wire from the selected one. Left out: as it is, times as ISO 8601. */
  present?: (value: unknown, scope: Scope) => unknown
}

export interface ToOne {
  kind: 'one'
  type: string
  /** SQL expression for the related id, or null. */
  select: RawBuilder<unknown>
}

export interface ToMany {
  kind: 'many'
  type: string
  /** One query for all owners of a page: rows of (owner_id, id), in the order to show. */
  edges: (ownerIds: string[], scope: Scope) => RawBuilder<unknown>
  /** When the identifiers are given without being included: on single resources only, or in lists too. */
  linkage: 'single' | 'always'
  /** Whether the relationship has an address of its own, `/v1/<type>/<id>/relationships/<name>`. */
  hasEndpoint: boolean
}

export type Relationship = ToOne | ToMany

export interface Predicate {
  where: RawBuilder<unknown>
  /** Rows for which this is true come first, unless the caller sorts. */
  first?: RawBuilder<unknown>
}

export interface Filter {
  description: string
  /** The value is the id of this type of resource, and 404 when the caller cannot see it. */
  refersTo?: string
  /** @throws Error whose message completes "filter[x] …" when the value makes no sense */
  build: (value: string, scope: Scope) => Predicate
  /** Not in the Kajabi document. */
  extension?: boolean
}

/**
 * All there is to say about a type of resource. Lists, single resources, sparse fields, includes, paging,
 * links, their SQL and their place in the OpenAPI document follow from it.
 */
export interface Resource {
  type: string
  /** Singular, for sentences: "contact". */
  singular: string
  /** The type with which it is seen and managed, when it has no permissions of its own. */
  permittedWith?: string
  description: string
  /** Tables in SQL; the main one is `r`. */
  from: RawBuilder<unknown>
  /** What exists at all, as against deleted. */
  where?: RawBuilder<unknown>
  /** What a list shows, as against what can still be looked up by its id. */
  listed?: RawBuilder<unknown>
  /** Selects the `count` of a list that nothing narrows, where it is kept and need not be counted. */
  total?: (scope: Scope) => RawBuilder<unknown>
  /** Column that holds the site; `r.site_id` unless told. */
  site?: RawBuilder<unknown>
  attributes: Record<string, Attribute>
  relationships: Record<string, Relationship>
  filters: Record<string, Filter>
  /** Names that `sort` knows, each with its SQL expression. */
  sorts: Record<string, RawBuilder<unknown>>
  /** Order of a list that the caller does not sort, as the caller would write it. */
  defaultSort: string
  /** In an account with several sites, a list must say which: Kajabi documents so for contacts and customers. */
  listNeedsSite?: boolean
  /** Further links of a resource object, relative to the base URL. */
  links?: (row: Row) => Record<string, string>
}

const resources = new Map<string, Resource>()

/** Declares a resource and makes it known to relationships and includes of others. */
export function defineResource(resource: Resource): Resource {
  resources.set(resource.type, resource)
  return resource
}

export const findResource = (type: string): Resource | undefined => resources.get(type)

/** @throws when nobody declared it: a relationship that leads nowhere is a bug */
export function resourceOf(type: string): Resource {
  const resource = findResource(type)
  if (!resource) throw new Error(`No resource of type "${type}" is declared`)
  return resource
}
