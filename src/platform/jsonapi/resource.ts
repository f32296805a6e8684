import { type RawBuilder, sql } from 'kysely'
import type { TSchema } from 'typebox'
import type { Db, Tx } from '../db/database.ts'
import type { Path } from './errors.ts'
import { boolean, extension, parseBoolean } from './field-types.ts'
import type { Write } from './fields.ts'
import { comparisons } from './operators.ts'
import type { SiteAttributes } from './site-attributes.ts'

/** A row as the loader selects it: the attributes by their names, `id`, `site_id`, and `rel_<name>` per to-one. */
export type Row = { id: string; site_id: string; [column: string]: unknown }

/** What a description may need beyond the row. Times come from the application's clock. */
export interface Scope {
  /** The sites of the caller. Every query is confined to them. */
  siteIds: string[]
  now: Date
  /** Start of absolute links, without a slash at the end. */
  baseUrl: string
  /** Of the caller. Left out, or null: all. */
  permissions?: string[] | null
  /** JSONAPI_STRICT: `fields[…]` leaves out relationships too. Kajabi leaves out attributes alone. */
  strict?: boolean
}

export interface Attribute {
  schema: TSchema
  /** SQL expression over the resource's `from`. Left out: the column of the attribute's own name. */
  select?: RawBuilder<unknown> | ((scope: Scope) => RawBuilder<unknown>)
  /** Makes the value that goes over the wire from the selected one. Left out: as it is, times as ISO 8601. */
  present?: (value: unknown, scope: Scope) => unknown
  /** How requests set it: see fields.ts. Left out: it is read-only. */
  write?: Write
  /** It takes work that most requests do not need: it is shown when `fields[…]` names it. */
  onRequest?: true
  /** It describes a person, and its column gets this value when the person is erased. */
  personal?: { erasedTo: unknown }
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
  /**
   * Columns of the related resource that `filter[<name>_search]` of a single resource looks into. With them, what is
   * included is also paged, by `filter[<name>_page]` and `filter[<name>_per]`.
   */
  searched?: RawBuilder<unknown>[]
}

export type Relationship = ToOne | ToMany

/** What a filter adds to the query of a list. */
export interface FilterSql {
  where: RawBuilder<unknown>
  /** Rows for which this is true come first, unless the caller sorts. */
  first?: RawBuilder<unknown>
  /** Selects the `count` of the list that nothing else narrows, where that is quicker than counting its rows. */
  count?: (scope: Scope) => RawBuilder<unknown>
  /** The count comes from an index alone: it is read first, and decides whether the matches are collected. */
  isIndexed?: boolean
  /** In the place of `where` to find matches, where nothing else narrows the list: true of MATERIALIZE_LIMIT + 1 at most. */
  few?: RawBuilder<unknown>
  /** What the value names, where that is more than an id: 404 when the caller cannot see it. */
  references?: FilterReference[]
  /** It takes the place of `listed`. */
  saysWhatIsListed?: true
  /** What whoever filters should know of the value: a sentence for the Warning header. */
  warning?: string
}

export interface FilterReference {
  type: string
  id: string
  /** To where it stands in the value, which is JSON. */
  path: Path
}

export interface Filter {
  description: string
  /** The value is the id of this type of resource, and 404 when the caller cannot see it. */
  refersTo?: string
  /**
   * @param each the values of `filter[x][]`, which can contain commas
   * @throws Error whose message completes "filter[x] …" when the value makes no sense
   */
  build: (value: string, scope: Scope, each?: string[]) => FilterSql
  /** Not in the Kajabi document. */
  extension?: boolean
  /** Stays with EXTENSIONS=off: a client whose filter is ignored would act on the wrong resource. */
  essential?: boolean
}

/** A filter whose meaning is looked up in the database before the list is. */
export interface LookedUpFilter extends Omit<Filter, 'build'> {
  /**
   * @param scope of the one site of the list
   * @param parameter the name of the filter in the request
   * @throws ApiError when the value makes no sense
   */
  find: (db: Db | Tx, value: string, scope: Scope, parameter: string) => Promise<FilterSql>
}

/** What can be compared, and with which operators: see operators.ts. */
export type Kind = 'text' | 'email' | 'number' | 'time' | 'id'

/** A kind, or the words of which the attribute has one: it is compared as a text with these. */
export type Compared = Kind | readonly string[]

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
  /** False: no operation manages it, and there is no permission to do so. */
  isManaged?: false
  /** False: no operation shows one by its id. It is only included, without a link to itself. */
  hasAddress?: false
  description: string
  /** Tables in SQL; the main one is `r`. */
  from: RawBuilder<unknown>
  /** What exists at all, as against deleted. */
  where?: RawBuilder<unknown>
  /** Which rows a caller with these permissions alone sees, where that depends on the row. Undefined: every row. */
  restrictedTo?: (permissions: string[]) => RawBuilder<unknown> | undefined
  /** What a list shows, as against what can still be looked up by its id. */
  listed?: RawBuilder<unknown>
  /**
   * The row has `archived_at`: lists show those that are not archived, unless they are asked for those that are, and the
   * attribute `archived` says which it is.
   */
  isArchivable?: true
  /** Selects the `count` of a list that nothing narrows, where it is kept and need not be counted. */
  total?: (scope: Scope) => RawBuilder<unknown>
  /** Column that holds the site; default `r.site_id`. */
  site?: RawBuilder<unknown>
  /** It belongs to no site, but to the account in `r.account_id`: the callers' sites say which one is theirs. */
  isOfAccount?: true
  attributes: Record<string, Attribute>
  /** Further attributes, which each site defines. */
  siteAttributes?: SiteAttributes
  /** Requests that set an attribute that there is not are refused: what it was meant to say may be essential. */
  refusesUnknown?: boolean
  relationships: Record<string, Relationship>
  /** Besides those that follow from `filterable`, from the id and from the times. */
  filters: Record<string, Filter>
  /** Those of a list that needs its site. */
  lookedUpFilters?: Record<string, LookedUpFilter>
  /** Attributes that can be compared, or columns; the id and times need not be named. */
  filterable?: Record<string, Compared>
  /** Names that `sort` knows, each with its SQL expression; `id`, `created_at` and `updated_at` need not be named. */
  sorts: Record<string, RawBuilder<unknown>>
  /** Order of a list that the caller does not sort, as the caller would write it. */
  defaultSort: string
  /** Words that stand for an id in addresses, each with the condition for what it names; one in a site. */
  namedIds?: Record<string, RawBuilder<unknown>>
  /** In an account with several sites, a list must say which: Kajabi documents so for contacts and customers. */
  listNeedsSite?: boolean
  /** Values of attributes in the examples of the OpenAPI document, where their names alone do not suggest one. */
  examples?: Record<string, unknown>
  /** Paths that clients are seen to try, and where they find what they look for; "$1" is a part of the path. */
  nearMisses?: [path: RegExp, hint: string][]
  /** By methods that `/v1/<type>` does not support: what to do instead. */
  insteadOf?: Record<string, string>
  /** Further links of a resource object, relative to the base URL. */
  links?: (row: Row) => Record<string, string>
}

/** Completes the description of a resource; src/resources.ts lists all of them. */
export const defineResource = (given: Resource): Resource => {
  const described = given.isArchivable ? archivable(given) : given
  return {
    ...described,
    // What is described by hand comes first in the documentation, and is what counts.
    filters: { ...described.filters, ...comparisonsOf(described), ...described.filters },
    sorts: { ...described.sorts, ...sortsOf(described), ...described.sorts },
  }
}

const ARCHIVED = sql`r.archived_at is not null`
const ACTIVE = sql`r.archived_at is null`

const archivable = ({ listed, attributes, filters, ...described }: Resource): Resource => ({
  ...described,
  listed: listed ? sql`${ACTIVE} and ${listed}` : ACTIVE,
  attributes: { archived: extension(boolean(ARCHIVED)), ...attributes },
  filters: {
    ...filters,
    archived_eq: {
      description: 'true: those that are archived instead of those that are not',
      extension: true,
      build: (value) => ({ where: parseBoolean(value) ? ARCHIVED : ACTIVE, saysWhatIsListed: true }),
    },
  },
})

/** The resource without the attributes that Kajabi does not have. */
export const withoutExtensionAttributes = (resource: Resource): Resource => ({
  ...resource,
  attributes: Object.fromEntries(
    Object.entries(resource.attributes).filter(([, { schema }]) => !('x-extension' in schema)),
  ),
})

function comparisonsOf({ attributes, filterable = {} }: Resource): Record<string, Filter> {
  const times = Object.entries(attributes).filter(([, { schema }]) => isTime(schema))
  const kinds: Record<string, Compared> = {
    ...filterable,
    ...Object.fromEntries(times.map(([name]) => [name, 'time'])),
    id: 'id',
  }
  return Object.assign(
    {},
    ...Object.entries(kinds).map(([name, kind]) =>
      comparisons(name, columnOf(attributes, name), kind, { nullable: isNullable(attributes[name]?.schema) }),
    ),
  )
}

const sortsOf = ({ attributes }: Resource): Record<string, RawBuilder<unknown>> =>
  Object.fromEntries(
    ['created_at', 'updated_at', 'id']
      .filter((name) => name === 'id' || Object.hasOwn(attributes, name))
      .map((name) => [name, columnOf(attributes, name)]),
  )

function columnOf(attributes: Resource['attributes'], name: string): RawBuilder<unknown> {
  const select = attributes[name]?.select
  return select && typeof select !== 'function' ? select : sql.ref(`r.${name}`)
}

/** Whether what a list is sorted by can be null; what is no attribute may be. */
export const canBeNull = ({ attributes }: Resource, sort: string): boolean =>
  !Object.hasOwn(attributes, sort)
    ? !['created_at', 'updated_at', 'id'].includes(sort)
    : isNullable(attributes[sort]!.schema)

const isTime = (schema: TSchema) => (schema as { format?: string }).format === 'date-time'

export const isNullable = (schema?: TSchema) => [(schema as { type?: unknown })?.type].flat().includes('null')
