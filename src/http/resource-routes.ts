/** The routes that follow from a resource's description. */
import { Type } from 'typebox'
import type { Permission } from '../auth/permissions.ts'
import { pageDocument, singleDocument } from '../jsonapi/document.ts'
import { identifier } from '../jsonapi/identifiers.ts'
import { loadOne, loadPage } from '../jsonapi/load.ts'
import { parseQuery } from '../jsonapi/query.ts'
import type { Resource } from '../jsonapi/resource.ts'
import { Identifier, listParameters, pageSchema, singleParameters, singleSchema } from '../jsonapi/schemas.ts'
import { type Route, route } from './route.ts'

interface Options {
  extension?: boolean
}

const viewing = ({ type }: Resource) => `view:${type}` as Permission

const label = ({ type }: Resource) => type.replaceAll('_', ' ')

/** `GET /v1/<type>` */
export function listRoute(resource: Resource, { extension }: Options = {}): Route {
  return route({
    kind: 'read',
    method: 'GET',
    url: `/v1/${resource.type}`,
    access: viewing(resource),
    summary: `List ${label(resource)}`,
    description: resource.description,
    tag: label(resource),
    extension,
    query: listParameters(resource),
    responses: { 200: pageSchema(resource) },
    errors: [400, 404],
    async handler({ db, query: parameters, scope, ignore }) {
      const query = parseQuery(resource, parameters, scope)
      ignore(query.ignored)
      const page = await loadPage(db, resource, query, scope)
      return { body: pageDocument(page, query, parameters, scope) }
    },
  })
}

/** `GET /v1/<type>/{id}` */
export function showRoute(resource: Resource, { extension }: Options = {}): Route {
  return route({
    kind: 'read',
    method: 'GET',
    url: `/v1/${resource.type}/{id}`,
    access: viewing(resource),
    summary: `Show one ${resource.singular}`,
    tag: label(resource),
    extension,
    query: singleParameters(resource),
    responses: { 200: singleSchema(resource) },
    async handler({ db, params, query: parameters, scope, ignore }) {
      const query = parseQuery(resource, parameters, scope, { single: true })
      ignore(query.ignored)
      const loaded = await loadOne(db, resource, params.id!, query, scope)
      return { body: singleDocument(loaded, query, scope) }
    },
  })
}

export const IdentifierList = (type: string) =>
  Type.Object({ data: Type.Array(Identifier(type)), links: Type.Object({ self: Type.String() }) })

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
      const { primary } = await loadOne(
        db,
        resource,
        params.id!,
        { fields: {}, include: { [name]: {} } },
        scope,
      )
      const ids = primary.edges.get(name)!.get(params.id!)!
      const self = `${scope.baseUrl}/v1/${resource.type}/${params.id}/relationships/${name}`
      return { body: { data: ids.map((id) => identifier(related, id)), links: { self } } }
    },
  })
}
