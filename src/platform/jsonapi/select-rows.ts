import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../db/database.ts'
import type { ResourceQuery } from './query.ts'
import type { Resource, Row, Scope } from './resource.ts'
import { SITE_ATTRIBUTES } from './site-attributes.ts'

/** The condition for what exists in the caller's sites, and the caller may see. */
export const visible = (resource: Resource, { siteIds, permissions }: Scope) =>
  allOf([
    ofSites(resource, siteIds),
    resource.where,
    permissions ? resource.restrictedTo?.(permissions) : undefined,
  ])

/** The condition for what belongs to these sites, or to their account. */
export const ofSites = ({ site, isOfAccount }: Pick<Resource, 'site' | 'isOfAccount'>, siteIds: string[]) =>
  isOfAccount ? ofAccount(siteIds) : inSites(site ?? sql.ref('r.site_id'), siteIds)

/** As an array, which is read once and lets an index that begins with the account be used. */
const ofAccount = (siteIds: string[]) =>
  sql`r.account_id = any (array(select s.account_id from sites s where s.id = any (${siteIds}::bigint[])))`

/** The condition for these ids, of those that exist in the caller's sites. */
export const oneOfThese = (ids: string[], resource: Resource, scope: Scope): RawBuilder<unknown> =>
  sql`${visible(resource, scope)} and r.id = any (${ids}::bigint[])`

/** One site as a plain equality: only then does an index that begins with the site give the order too. */
const inSites = (site: RawBuilder<unknown>, siteIds: string[]) =>
  siteIds.length === 1 ? sql`${site} = ${siteIds[0]}::bigint` : sql`${site} = any (${siteIds}::bigint[])`

export function allOf(conditions: (RawBuilder<unknown> | undefined)[]): RawBuilder<unknown> {
  return sql.join(
    conditions.filter((condition) => condition !== undefined),
    sql` and `,
  )
}

/** Selects the attributes and to-one ids of rows; `rest` is what follows the table in the query. */
export async function select(
  db: Db | Tx,
  resource: Resource,
  { fields }: Pick<ResourceQuery, 'fields'>,
  scope: Scope,
  rest: RawBuilder<unknown>,
): Promise<Row[]> {
  const columns = [sql`r.id`]
  if (!resource.isOfAccount) columns.push(sql`${resource.site ?? sql.ref('r.site_id')} as site_id`)
  for (const name of shownAttributes(resource, fields)) {
    const { select: given = sql.ref(`r.${name}`) } = resource.attributes[name]!
    columns.push(sql`${typeof given === 'function' ? given(scope) : given} as ${sql.id(name)}`)
  }
  const ofSite = resource.siteAttributes?.select
  if (ofSite && showsSiteAttributes(resource, fields))
    columns.push(sql`${ofSite} as ${sql.id(SITE_ATTRIBUTES)}`)
  for (const [name, relationship] of Object.entries(resource.relationships)) {
    if (relationship.kind === 'one') columns.push(sql`${relationship.select} as ${sql.id(`rel_${name}`)}`)
  }
  const { rows } = await sql<Row>`select ${sql.join(columns)} from ${resource.from} ${rest}`.execute(db)
  return rows
}

const showsSiteAttributes = ({ type, siteAttributes }: Resource, fields: Record<string, string[]>): boolean =>
  fields[type]?.some((name) => name.startsWith(siteAttributes!.prefix)) ?? true

/** The attributes that `fields[type]` leaves or names, without those that sites define. */
export function shownAttributes({ type, attributes }: Resource, fields: Record<string, string[]>): string[] {
  const asked = fields[type]
  return Object.keys(attributes).filter((name) =>
    asked ? asked.includes(name) : !attributes[name]!.onRequest,
  )
}
