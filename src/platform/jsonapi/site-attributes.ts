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
      text.includes(all!.prefix)
    if (all && given.some(isNamedIn)) siteAttributes[type] = await all.find(db, siteIdsOf(parameters, scope))
  }
  return { ...scope, siteAttributes }
}

function siteIdsOf(parameters: QueryParameters, { siteIds }: Scope): string[] {
  const wanted = [parameters['filter[site_id]'] ?? []].flat().at(-1)
  return wanted === undefined ? siteIds : siteIds.filter((id) => id === wanted.trim())
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
  const known = named.find(({ name }) => key.startsWith(`${name}_`))
  if (!known) {
    const [first] = key.slice(prefix.length).split('_')
    return new ApiError(422, unknownCode(singular), absence(singular, prefix + first, prefix, named), {
      source,
    })
  }
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

/** What the schema of a parameter says that stands for others: a regular expression for their names. */
export const NAMES_LIKE = 'x-names-like'

/** The schema of a value. Examples go without: not every site has the attribute. */
export const siteAttributeSchema = ({ description }: SiteAttributes): TSchema =>
  ({ type: ['string', 'null'], description, examples: [] }) as unknown as TSchema
