/** The routes of a resource that requests can create, change and archive. */
import { type Static, type TSchema, Type } from 'typebox'
import type { Permission } from '../auth/permissions.ts'
import { component, componentOf } from '../jsonapi/documented.ts'
import { writableSchema } from '../jsonapi/read-attributes.ts'
import { singleParameters, singleSchema } from '../jsonapi/schemas.ts'
import { archiveRecord, createRecord, lockOne, type Records, updateRecord } from '../records/records.ts'
import { readChanges } from './changes.ts'
import {
  Attributes,
  Id,
  ignoredAttribute,
  ignoredAttributes,
  ignoreRelationships,
  Linkage,
  NewId,
  readIds,
  readNewId,
} from './documents.ts'
import { listRoute, showOne, showRoute } from './resource-routes.ts'
import { type Route, route, type WriteContext } from './route.ts'
import { SiteRelationship, siteOf } from './site-of.ts'

/** What the documentation says of each operation, besides what follows from the resource. */
export interface CrudTexts {
  create?: string
  update?: string
  archive: string
}

type Related = Record<string, Static<ReturnType<typeof Linkage>> | undefined>

/** `GET`, `POST`, `PATCH` and `DELETE` (archive) of a resource; the writes are extensions of the Kajabi API. */
export function crudRoutes(records: Records, texts: CrudTexts): Route[] {
  const { resource } = records
  return [
    listRoute(resource),
    createRoute(records, texts),
    showRoute(resource),
    updateRoute(records, texts),
    archiveRoute(records, texts),
  ]
}

const managing = ({ type, permittedWith = type }: Records['resource']) =>
  `manage:${permittedWith}` as Permission

const tagOf = ({ type }: Records['resource']) => type.replaceAll('_', ' ')

const belongsToSite = ({ table }: Records) => table !== 'sites'

function createRoute(records: Records, texts: CrudTexts): Route {
  const { resource, relationships = {} } = records
  const settable = [...(belongsToSite(records) ? ['site'] : []), ...Object.keys(relationships)]
  const Document = Type.Object({
    data: Type.Object({
      type: Type.Literal(resource.type),
      id: NewId,
      attributes: Attributes(writableSchema(resource, true)),
      relationships: Type.Optional(
        Type.Object({
          ...(belongsToSite(records) && SiteRelationship.properties),
          ...linkages(records),
        }),
      ),
    }),
  })
  return route({
    kind: 'write',
    method: 'POST',
    url: `/v1/${resource.type}`,
    access: managing(resource),
    extraPermissions: ['manage:ids'],
    summary: `Create ${withArticle(resource.singular)}`,
    description: [
      belongsToSite(records) && 'The site is optional for accounts with a single site.',
      texts.create,
    ]
      .filter(Boolean)
      .join(' '),
    tag: tagOf(resource),
    extension: true,
    shows: resource,
    query: singleParameters(resource),
    body: component(`New${componentOf(resource.type)}`, Document) as TSchema,
    responses: { 201: singleSchema(resource) },
    errors: [404],
    async handler(
      context: WriteContext<{ data: { attributes: Record<string, unknown>; relationships?: Related } }>,
    ) {
      const { body, scope, ignore } = context
      const newId = readNewId(context)
      ignoreRelationships(context, settable)
      const { id, ignored } = await createRecord(writingOf(context), records, {
        siteId: belongsToSite(records) ? siteOf(context as Parameters<typeof siteOf>[0]) : null,
        id: newId,
        attributes: body.data.attributes,
        related: relatedIds(records, body.data.relationships),
      })
      ignore(ignoredAttributes(body.data.attributes, ignored))
      // A new site is not yet one of those that the token was checked for.
      const siteIds = belongsToSite(records) ? scope.siteIds : [...scope.siteIds, id]
      return {
        status: 201,
        body: await showOne({ ...context, scope: { ...scope, siteIds } }, resource, id),
        headers: { location: `${scope.baseUrl}/v1/${resource.type}/${id}` },
      }
    },
  } as Route)
}

function updateRoute(records: Records, texts: CrudTexts): Route {
  const { resource } = records
  const Document = Type.Object({
    data: Type.Object({
      type: Type.Literal(resource.type),
      id: Type.Optional(Id),
      attributes: Type.Optional(Attributes(writableSchema(resource, false))),
      relationships: Type.Optional(Type.Object(linkages(records))),
    }),
  })
  return route({
    kind: 'write',
    method: 'PATCH',
    url: `/v1/${resource.type}/{id}`,
    access: managing(resource),
    summary: `Change ${withArticle(resource.singular)}`,
    description: ['Attributes that are not given stay as they are.', texts.update].filter(Boolean).join(' '),
    tag: tagOf(resource),
    extension: true,
    shows: resource,
    query: singleParameters(resource),
    body: component(`Changed${componentOf(resource.type)}`, Document) as TSchema,
    responses: { 200: singleSchema(resource) },
    async handler(
      context: WriteContext<{ data: { attributes?: Record<string, unknown>; relationships?: Related } }>,
    ) {
      const { tx, params, caller, body, ignore } = context
      const row = await lockOne(tx, records, caller.siteIds, params.id!)
      const changes = await readChanges(context, resource, Object.keys(records.relationships ?? {}))
      const changed = Object.keys(changes.relationships)
      const related = relatedIds(records, body.data.relationships, changed)
      ignore(
        (await updateRecord(writingOf(context), records, row, changes.attributes, related)).map(
          ignoredAttribute,
        ),
      )
      return { body: await showOne(context, resource, row.id) }
    },
  } as Route)
}

function archiveRoute(records: Records, texts: CrudTexts): Route {
  const { resource } = records
  return route({
    kind: 'write',
    method: 'DELETE',
    url: `/v1/${resource.type}/{id}`,
    access: managing(resource),
    summary: `Archive ${withArticle(resource.singular)}`,
    description: texts.archive,
    tag: tagOf(resource),
    extension: true,
    responses: { 200: Type.Object({ data: Type.Object({}) }) },
    async handler(context) {
      await archiveRecord(writingOf(context), records, context.params.id!)
      return { body: { data: {} } }
    },
  })
}

const linkages = ({ resource, relationships = {} }: Records): Record<string, TSchema> =>
  Object.fromEntries(
    Object.keys(relationships).map((name) => [
      name,
      Type.Optional(Linkage(resource.relationships[name]!.type)),
    ]),
  )

/** The ids of the relationships that a document sets. @param names of those to look at; left out: all */
function relatedIds(
  { relationships = {} }: Records,
  given: Related = {},
  names: string[] = Object.keys(relationships),
): Record<string, string[]> {
  return Object.fromEntries(
    names.flatMap((name) =>
      Object.hasOwn(relationships, name) && given[name] ? [[name, readIds(given[name])]] : [],
    ),
  )
}

const writingOf = ({ app, tx, caller, scope }: Pick<WriteContext, 'app' | 'tx' | 'caller' | 'scope'>) => ({
  app,
  tx,
  accountId: caller.accountId,
  siteIds: caller.siteIds,
  now: scope.now,
})

const withArticle = (noun: string) => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`
