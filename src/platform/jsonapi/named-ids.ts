import { sql } from 'kysely'
import type { Db, Tx } from '../db/database.ts'
import { badRequest, notFound } from './errors.ts'
import type { ResourceQuery } from './query.ts'
import type { Resource, Scope } from './resource.ts'
import { allOf, visible } from './select-rows.ts'

/**
 * The id that an id in an address stands for: itself, or what a word such as `default` names.
 *
 * @throws ApiError 404 when it names nothing; 400 when it does so on several sites, and none was specified
 */
export async function resolveId(
  db: Db | Tx,
  resource: Resource,
  id: string,
  { siteId }: Partial<Pick<ResourceQuery, 'siteId'>>,
  scope: Scope,
): Promise<string> {
  const { namedIds = {}, singular } = resource
  if (!Object.hasOwn(namedIds, id)) return id
  const siteIds = siteId ? scope.siteIds.filter((each) => each === siteId) : scope.siteIds
  const condition = allOf([visible(resource, { ...scope, siteIds }), namedIds[id]])
  const { rows } = await sql<{ id: string }>`
    select r.id from ${resource.from} where ${condition} limit 2`.execute(db)
  if (rows.length > 1)
    throw badRequest(
      'site_required',
      `Several sites have a ${singular} with the id ${id}. Specify one site with filter[site_id].`,
      { parameter: 'filter[site_id]' },
    )
  if (rows[0]) return rows[0].id
  throw notFound(`There is no ${singular} with the id ${id}.`)
}
