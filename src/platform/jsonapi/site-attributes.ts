/** Attributes that differ from site to site: what a request says of them is read with what the database knows of them. */
import type { RawBuilder } from 'kysely'
import type { TSchema } from 'typebox'
import type { Db, Tx } from '../db/database.ts'
import { ApiError } from './errors.ts'
import type { QueryParameters } from './query.ts'
import type { Filter, Resource, Scope } from './resource.ts'
import type { LoadScope } from './resources.ts'

/** What there is to say of the attributes that sites define for a resource. Their values are texts, or null. */
export interface SiteAttributes {
  /** The names that they can have. No other attribute and no filter has one that begins like them. */
  pattern: RegExp
  /** What their names begin with. */
  prefix: string
  /** As in "custom field". */
  singular: string
  description: string
  /** Names for the OpenAPI document, which describes them as examples of all. */
  documented: string[]
  /**
   * SQL expression for a JSON object with all that the site of the row has, null where there is no value. Left out:
   * the resource does not show them, and its lists are only narrowed by them.
   */
  select?: RawBuilder<unknown>
  /** Those of these sites, in the order of their names. */
  find: (db: Db | Tx, siteIds: string[]) => Promise<SiteAttribute[]>
}

/** One that a site has defined. */
export interface SiteAttribute {
  name: string
  /** By the names with which `filter[…]` has them. */
  filters: Record<string, Filter>
  /** Left out: lists cannot be sorted by it. */
  sort?: RawBuilder<unknown>
}

/** By types of resources: the attributes of the sites that a request is about, as far as its parameters name any. */
export type NamedSiteAttributes = Record<string, SiteAttribute[]>

/** The column in which the loader selects them. */
export const SITE_ATTRIBUTES = 'site_attributes'

/**
 * Looks up what a request needs to know of such attributes before its parameters are read: nothing, where they name
 * none.
 *
 * @returns the scope for parseQuery()
 */
export async function withSiteAttributes(
  db: Db | Tx,
  resource: Resource,
  parameters: QueryParameters,
  scope: LoadScope,
): Promise<LoadScope> {
  const given = Object.entries(parameters).map(([name, value]) => ({ name, text: `${name}=${value}` }))
  const siteAttributes: NamedSiteAttributes = {}
  for (const { type, siteAttributes: all } of scope.resources.all) {
    const isNamedIn = ({ name, text }: { name: string; text: string }) =>
      (name.startsWith(`fields[${type}`) || (type === resource.type && /^(sort$|filter\[)/.test(name))) &&
      new RegExp(spelledLike(all!), 'i').test(text)
    if (all && given.some(isNamedIn)) siteAttributes[type] = await all.find(db, siteIdsOf(parameters, scope))
  }
  return { ...scope, siteAttributes }
}

/**
 * Source of a regular expression, to be used without regard to case, for how names of such attributes begin, and for
 * what is meant to be one: `CUSTOM_5`, `custom-5`.
 */
export const spelledLike = ({ prefix }: SiteAttributes): string => `${prefix.replace(/_$/, '')}(?![a-z])`

/** The site that `filter[site_id]` names, known or not; null: none. */
export function namedSite(parameters: QueryParameters): string | null {
  const given = parameters['filter[site_id]'] ?? parameters['filter[site_id][]'] ?? []
  return [given].flat().join(',').trim() || null
}

function siteIdsOf(parameters: QueryParameters, { siteIds }: Scope): string[] {
  const wanted = namedSite(parameters)
  return wanted === null ? siteIds : siteIds.filter((id) => id === wanted)
}

/** The filters and sorts of those that a request names. */
export const filtersOf = (named: SiteAttribute[] = []): Record<string, Filter> =>
  Object.assign({}, ...named.map(({ filters }) => filters))

export const sortsOf = (named: SiteAttribute[] = []): Record<string, RawBuilder<unknown>> =>
  Object.fromEntries(named.flatMap(({ name, sort }) => (sort ? [[name, sort]] : [])))

/** A filter by an attribute that the site lacks, or with an operator that it lacks: without it, others would be found. */
export function unknownSiteFilter(
  { singular, prefix }: SiteAttributes,
  key: string,
  named: SiteAttribute[] = [],
): ApiError {
  const source = { parameter: `filter[${key}]` }
  const words = key.toLowerCase().match(/[a-z0-9]+/g) ?? []
  const meant = words.slice(0, 2).join('_')
  const known = named.find(({ name }) => name === meant)
  if (!known)
    return new ApiError(422, unknownCode(singular), absence(singular, meant, prefix, named), { source })
  const filters = Object.keys(known.filters).map((name) => `filter[${name}]`)
  const detail = `There is no ${source.parameter}. The filters of this ${singular} are ${filters.join(', ')}.`
  return new ApiError(422, 'unknown_filter', detail, { source })
}

/** What is wrong with a name that the site lacks, wherever it is given. */
export const absence = (singular: string, name: string, prefix: string, known: { name: string }[]): string =>
  known.length > 0
    ? `The site has no ${singular} ${name}. Its ${singular}s are ${known.map((one) => one.name).join(', ')}.`
    : `The site has no ${singular} ${name}. It has no ${singular}s; create ${prefix}1 first.`

/** As in "unknown_custom_field". */
export const unknownCode = (singular: string) => `unknown_${singular.replaceAll(' ', '_')}`

/** What the schema of a parameter says that stands for others: a regular expression for their names, in any case. */
export const NAMES_LIKE = 'x-names-like'

/** The schema of a value. Examples go without: not every site has the attribute. */
export const siteAttributeSchema = ({ description }: SiteAttributes): TSchema =>
  ({ type: ['string', 'null'], description, examples: [] }) as unknown as TSchema
