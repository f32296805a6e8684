/** The routes that follow from a resource's description. */
import { type RawBuilder, sql } from 'kysely'
import { type TSchema, Type } from 'typebox'
import { viewing } from '../auth/permissions.ts'
import type { Db, Tx } from '../db/database.ts'
import { cursorPageDocument, pageDocument, singleDocument } from '../jsonapi/document.ts'
import { component, componentOf } from '../jsonapi/documented.ts'
import { identifier } from '../jsonapi/identifiers.ts'
import type { IncludeTree } from '../jsonapi/include.ts'
import { loadEach, loadOne, loadPage, sitesOfList } from '../jsonapi/load.ts'
import { isByCursor, loadByCursor } from '../jsonapi/load-by-cursor.ts'
import { withLookedUpFilters } from '../jsonapi/looked-up-filters.ts'
import { resolveId } from '../jsonapi/named-ids.ts'
import { parseQuery, type QueryParameters, type ResourceQuery } from '../jsonapi/query.ts'
import type { Resource, Row } from '../jsonapi/resource.ts'
import type { LoadScope, Resources } from '../jsonapi/resources.ts'
import {
  Identifier,
  listParameters,
  pageSchema,
  singleParameters,
  singleSchema,
  siteOfNamedId,
  withMeta,
} from '../jsonapi/schemas.ts'
import { namedSite, withSiteAttributes } from '../jsonapi/site-attributes.ts'
import { pluralOf } from '../text/nouns.ts'
import { assertMay } from './authenticate.ts'
import { type Caller, type ReadContext, type Route, route, type WriteContext } from './route.ts'

/** The type in words; operations have it as their tag. */
export const label = ({ type }: Resource) => type.replaceAll('_', ' ')

/** `GET /v1/<type>` */
export function listRoute(resource: Resource): Route {
  return route({
    kind: 'read',
    method: 'GET',
    url: `/v1/${resource.type}`,
    access: viewing(resource),
    summary: `List ${pluralOf(resource.singular)}`,
    description: resource.description,
    tag: label(resource),
    query: listParameters(resource),
    responses: { 200: pageSchema(resource) },
    errors: [400, 404, ...(resource.siteAttributes ? [422] : [])],
    async handler({ db, query: parameters, scope, caller, ignore, warn }) {
      // Before the filters are read: what they mean depends on the site.
      const siteIds = sitesOfList(resource, namedSite(parameters), scope)
      const query = parseQuery(
        await withLookedUpFilters(db, resource, parameters, { ...scope, siteIds }),
        parameters,
        await withSiteAttributes(db, resource, parameters, scope),
      )
      assertMayInclude(scope.resources, caller, resource, query.include)
      ignore(query.ignored)
      for (const { warning } of query.filters) if (warning) warn(warning)
      return { body: await pageBody(db, resource, query, parameters, scope) }
    },
  })
}

async function pageBody(
  db: Db,
  resource: Resource,
  query: ResourceQuery,
  parameters: QueryParameters,
  scope: LoadScope,
  path?: string,
): Promise<object> {
  if (isByCursor(query)) {
    const page = await loadByCursor(db, resource, query, scope)
    return cursorPageDocument(page, query, parameters, scope, path)
  }
  return pageDocument(await loadPage(db, resource, query, scope), query, parameters, scope, path)
}

/**
 * `GET /v1/<type>/{id}/<name>`: a list of what belongs to one resource, seen with the permission of that one.
 *
 * @param parts what is listed, and the column that holds the id of what it belongs to
 */
export function listOfOneRoute(
  owner: Resource,
  name: string,
  parts: { resource: Resource; ownerId: RawBuilder<unknown> },
): Route {
  const { resource, ownerId } = parts
  return route({
    kind: 'read',
    method: 'GET',
    url: `/v1/${owner.type}/{id}/${name}`,
    access: viewing(owner),
    summary: `List the ${name} of one ${owner.singular}`,
    description: resource.description,
    tag: label(owner),
    query: listParameters(resource),
    responses: { 200: pageSchema(resource) },
    async handler({ db, params, query: parameters, scope, caller, ignore }) {
      const id = params.id!
      await loadOne(db, owner, id, { fields: { [owner.type]: [] }, include: {} }, scope)
      const query = parseQuery(resource, parameters, scope)
      assertMayInclude(scope.resources, caller, resource, query.include)
      ignore(query.ignored)
      query.filters.push({ where: sql`${ownerId} = ${id}` })
      return {
        body: await pageBody(db, resource, query, parameters, scope, `/v1/${owner.type}/${id}/${name}`),
      }
    },
  })
}

/** What the answer to `GET /v1/<type>/{id}` has in `meta`. */
export interface ShownMeta {
  schema: TSchema
  /** @param row has its attributes only as far as the request asks for them */
  load: (db: Db, row: Row, scope: LoadScope) => Promise<object>
}

/** `GET /v1/<type>/{id}` */
export function showRoute(resource: Resource, meta?: ShownMeta): Route {
  return route({
    kind: 'read',
    method: 'GET',
    url: `/v1/${resource.type}/{id}`,
    access: viewing(resource),
    summary: `Show one ${resource.singular}`,
    tag: label(resource),
    query: Type.Object({ ...singleParameters(resource).properties, ...siteOfNamedId(resource) }),
    responses: { 200: meta ? withMeta(singleSchema(resource), meta.schema) : singleSchema(resource) },
    async handler(context) {
      const { db, params, query: parameters, scope } = context
      const query = await readSingleQuery(db, resource, context)
      const id = await resolveId(db, resource, params.id!, query, scope)
      const loaded = await loadOne(db, resource, id, query, scope)
      const document = singleDocument(loaded, query, scope, parameters)
      if (!meta) return { body: document }
      return { body: { ...document, meta: await meta.load(db, loaded.primary.rows[0]!, scope) } }
    },
  })
}

/**
 * What one resource is to be shown with: for every route whose answer is one.
 *
 * @throws ApiError 400, or 403 for an include that the caller may not see
 */
export async function readSingleQuery(
  db: Db | Tx,
  resource: Resource,
  { query: parameters, scope, caller, ignore }: Pick<ReadContext, 'query' | 'scope' | 'caller' | 'ignore'>,
): Promise<ResourceQuery> {
  const known = await withSiteAttributes(db, resource, parameters, scope)
  const query = parseQuery(resource, parameters, known, { single: true })
  assertMayInclude(scope.resources, caller, resource, query.include)
  ignore(query.ignored)
  return query
}

/** The document of the one resource that a write returns, as the request asked for it. */
export async function showOne(
  { tx, scope, shown }: Pick<WriteContext, 'tx' | 'scope' | 'shown'>,
  resource: Resource,
  id: string,
) {
  return singleDocument(await loadOne(tx, resource, id, shown, scope), shown, scope)
}

/** The same for several writes of one caller in one transaction. @param ids of what each returns */
export async function showEach<Context extends Pick<WriteContext, 'tx' | 'scope' | 'shown'>>(
  contexts: Context[],
  resource: Resource,
  ids: string[],
): Promise<object[]> {
  const plain = contexts.map((context, index) => ({ ...context, id: ids[index]!, index }))
  const documents: object[] = []
  // They differ in what they ask for, but hardly ever do.
  for (const alike of Map.groupBy(plain, ({ shown }) => JSON.stringify(shown)).values()) {
    const [{ tx, scope, shown }] = alike as [(typeof alike)[0]]
    const loaded =
      Object.keys(shown.include).length === 0 &&
      (await loadEach(tx, resource, [...new Set(alike.map(({ id }) => id))], shown, scope))
    for (const one of alike)
      documents[one.index] = loaded
        ? singleDocument(loaded.get(one.id)!, shown, one.scope)
        : await showOne(one, resource, one.id)
  }
  return documents
}

/** What is included takes the same permission as asking for it. */
function assertMayInclude(
  resources: Resources,
  { permissions }: Pick<Caller, 'permissions'>,
  resource: Resource,
  include: IncludeTree,
): void {
  for (const [name, below] of Object.entries(include)) {
    const related = resources.get(resource.relationships[name]!.type)
    assertMay(permissions, [viewing(related)], { parameter: 'include' })
    assertMayInclude(resources, { permissions }, related, below)
  }
}

export const IdentifierList = (type: string) =>
  component(
    `${componentOf(type)}Identifiers`,
    Type.Object({ data: Type.Array(Identifier(type)), links: Type.Object({ self: Type.String() }) }),
  )

/** `GET /v1/<type>/{id}/relationships/<name>` of a to-many relationship */
export function relationshipRoute(resource: Resource, name: string): Route {
  const related = resource.relationships[name]!.type
  return route({
    kind: 'read',
    method: 'GET',
    url: `/v1/${resource.type}/{id}/relationships/${name}`,
    access: viewing(resource),
    summary: `List the ${name} of one ${resource.singular}`,
    tag: label(resource),
    responses: { 200: IdentifierList(related) },
    async handler({ db, params, scope }) {
      const bare = { fields: { [resource.type]: [] }, include: {} }
      const { primary } = await loadOne(db, resource, params.id!, bare, scope)
      const ids = primary.edges.get(name)!.get(params.id!)!
      const self = `${scope.baseUrl}/v1/${resource.type}/${params.id}/relationships/${name}`
      return { body: { data: ids.map((id) => identifier(related, id)), links: { self } } }
    },
  })
}
