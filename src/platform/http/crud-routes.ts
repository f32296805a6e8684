/** The routes of a resource that requests can create, change, and archive or delete. */
import { type TSchema, Type } from 'typebox'
import { managing } from '../auth/permissions.ts'
import { resolveId } from '../jsonapi/named-ids.ts'
import { invalidAttribute, type Values } from '../jsonapi/read-attributes.ts'
import type { Resource, Row } from '../jsonapi/resource.ts'
import { singleParameters, singleSchema, siteOfNamedId } from '../jsonapi/schemas.ts'
import { ARCHIVED, lockArchived, lockOne } from '../records/lock-one.ts'
import {
  createRecord,
  endRecord,
  isArchivable,
  type Records,
  takesIds,
  takesSite,
  updateRecord,
  type Writing,
} from '../records/records.ts'
import { capitalized, withArticle } from '../text/nouns.ts'
import { readChanges } from './changes.ts'
import {
  type ChangedBody,
  changeableParent,
  changedDocument,
  newDocument,
  newParentOf,
  parentIdOf,
  type Related,
  relatedIds,
} from './crud-documents.ts'
import { ignoredAttribute, ignoredAttributes, ignoreRelationships, readNewId, readNoId } from './documents.ts'
import { label, listRoute, type ShownMeta, showOne, showRoute } from './resource-routes.ts'
import { type Route, route, type WriteContext } from './route.ts'
import { siteOf } from './site-of.ts'

/** What the documentation says of each operation, besides what the resource says. */
export interface CrudTexts {
  create?: string
  update?: string
  /** Of what ends it: archiving or deleting. */
  end: string
}

interface CrudOptions {
  /** The types of events that a POST records. */
  records?: Route['records']
  /** Schema of the answer to a POST, when it shows more than others: see Writing.showOnce. */
  created?: TSchema
  /** The same of a PATCH. */
  changed?: TSchema
  /** What changes it is sensitive: see Route. */
  needsRecentSignIn?: boolean
  /** A DELETE answers 204, without a document. */
  endsSilently?: boolean
  meta?: ShownMeta
}

/** `GET`, `POST`, `PATCH` and `DELETE` of a resource. */
export function crudRoutes(records: Records, texts: CrudTexts, options: CrudOptions = {}): Route[] {
  const { resource } = records
  return [
    listRoute(resource),
    newRoute(records, texts, options),
    showRoute(resource, options.meta),
    updateRoute(records, texts, options),
    endRoute(records, texts, options),
  ]
}

/** `POST` of a new one. */
export function newRoute(
  records: Records,
  texts: Pick<CrudTexts, 'create'>,
  { created, needsRecentSignIn, records: events }: CrudOptions = {},
): Route {
  const { resource, relationships = {} } = records
  const settable = [
    ...(takesSite(records) ? ['site'] : []),
    ...(records.parent ? [records.parent.relationship] : []),
    ...Object.keys(relationships),
  ]
  return route({
    kind: 'write',
    method: 'POST',
    url: `/v1/${resource.type}`,
    access: managing(resource),
    ...(needsRecentSignIn && { needsRecentSignIn }),
    ...(takesIds(records) && { extraPermissions: ['manage:ids'] }),
    ...(events && { records: events }),
    summary: `Create ${withArticle(resource.singular)}`,
    description: [takesSite(records) && 'The site is optional for accounts with a single site.', texts.create]
      .filter(Boolean)
      .join(' '),
    tag: label(resource),
    shows: resource,
    query: singleParameters(resource),
    body: newDocument(records),
    responses: { 201: created ?? singleSchema(resource) },
    ...(settable.length > 0 && { errors: [404] }),
    async handler(context) {
      const { body, scope, ignore } = context
      const newId = takesIds(records) ? readNewId(context) : readNoId(context)
      ignoreRelationships(context, settable)
      const { attributes, relationships: related } = body.data
      const shownOnce: Values = {}
      const writing = writingOf(context, {
        ignore: (names) => ignore(ignoredAttributes(attributes, names)),
        showOnce: (values) => Object.assign(shownOnce, values),
      })
      const { id } = await createRecord(writing, records, {
        siteId: takesSite(records) ? siteOf(context) : null,
        parentId: parentIdOf(records, related),
        id: newId,
        attributes,
        related: relatedIds(records, related as Related),
      })
      // A new site is not yet one of those that the token was checked for.
      const siteIds = records.table === 'sites' ? [...scope.siteIds, id] : scope.siteIds
      return {
        status: 201,
        body: await showOne({ ...context, scope: { ...scope, siteIds } }, resource, id),
        ...(created && { shownOnce }),
        headers: { location: `${scope.baseUrl}/v1/${resource.type}/${id}` },
      }
    },
  })
}

/** `PATCH` of one. */
export function updateRoute(
  records: Records,
  texts: Pick<CrudTexts, 'update'>,
  { changed: Changed, needsRecentSignIn }: CrudOptions = {},
): Route {
  const { resource } = records
  const settable = [...Object.keys(changeableParent(records)), ...Object.keys(records.relationships ?? {})]
  return route({
    kind: 'write',
    method: 'PATCH',
    url: `/v1/${resource.type}/{id}`,
    access: managing(resource),
    ...(needsRecentSignIn && { needsRecentSignIn }),
    summary: `Change ${withArticle(resource.singular)}`,
    description: [
      'Attributes that are not given stay as they are.',
      texts.update,
      isArchivable(records) &&
        `\`archived: false\` restores ${withArticle(resource.singular)} that is archived, with the other changes of the request.`,
    ]
      .filter(Boolean)
      .join(' '),
    tag: label(resource),
    shows: resource,
    query: Type.Object({ ...singleParameters(resource).properties, ...siteOfNamedId(resource) }),
    body: changedDocument(records),
    responses: { 200: Changed ?? singleSchema(resource) },
    async handler(given) {
      const named = await withResolvedId(given, resource)
      const { row, context } = await lockToChange(named, records)
      const { body, ignore } = context
      const changes = await readChanges(context, resource, settable)
      const changed = Object.keys(changes.relationships)
      const related = relatedIds(records, body.data.relationships, changed)
      const { parent } = records
      const isMoved = parent?.isChangeable && changed.includes(parent.relationship)
      const parentId = isMoved ? newParentOf(records, row, body.data.relationships) : undefined
      const shownOnce: Values = {}
      const writing = writingOf(context, {
        ignore: (names) => ignore(names.map(ignoredAttribute)),
        showOnce: (values) => Object.assign(shownOnce, values),
      })
      await updateRecord(writing, records, row, changes.attributes, related, parentId)
      return { body: await showOne(context, resource, row.id), shownOnce }
    },
  })
}

/** The context with the id that a word such as `default` in the address stands for. */
async function withResolvedId<Body>(
  context: WriteContext<Body>,
  resource: Resource,
): Promise<WriteContext<Body>> {
  if (!resource.namedIds) return context
  const { tx, params, query, scope } = context
  const siteId = (query['filter[site_id]'] as string | undefined) ?? null
  return {
    ...context,
    params: { ...params, id: await resolveId(tx, resource, params.id!, { siteId }, scope) },
  }
}

/**
 * Locks what a request changes. A request that says it is not archived means one that is archived, too: it is restored.
 *
 * @returns the row, and the context of the other changes
 * @throws ApiError 404; 422 for a request that archives what is not archived
 */
async function lockToChange(
  context: WriteContext<ChangedBody>,
  records: Records,
): Promise<{ row: Row; context: WriteContext<ChangedBody> }> {
  const { tx, body, caller, scope, params } = context
  const { archived, ...attributes } = body.data.attributes ?? {}
  const lock = () => lockOne(tx, records, caller.siteIds, params.id!)
  if (archived === undefined || !isArchivable(records)) return { row: await lock(), context }
  if (archived !== false) {
    await lock()
    throw invalidAttribute('archived', 'invalid', 'can only be set to false. Archive it with DELETE')
  }
  const others = { ...context, body: { data: { ...body.data, attributes } } }
  const row = await lockArchived(tx, records, caller, params.id!)
  if (!row) return { row: await lock(), context: others }
  if (records.table !== 'sites') return { row, context: others }
  const siteIds = [...caller.siteIds, row.id]
  return { row, context: { ...others, caller: { ...caller, siteIds }, scope: { ...scope, siteIds } } }
}

/** `DELETE` of one. */
export function endRoute(
  records: Records,
  texts: Pick<CrudTexts, 'end'>,
  { endsSilently, needsRecentSignIn }: CrudOptions = {},
): Route {
  const { resource, ending = ARCHIVED } = records
  const noun = withArticle(resource.singular)
  return route({
    kind: 'write',
    method: 'DELETE',
    url: `/v1/${resource.type}/{id}`,
    access: managing(resource),
    ...(needsRecentSignIn && { needsRecentSignIn }),
    summary: capitalized(`${ending.verb} ${noun}`),
    description: texts.end,
    tag: label(resource),
    ...(resource.namedIds && { query: Type.Object(siteOfNamedId(resource)) }),
    responses: endsSilently
      ? { 204: Type.Null({ description: `The ${resource.singular} is ${ending.verb}d` }) }
      : { 200: Type.Object({ data: Type.Object({}) }) },
    async handler(context) {
      const { params } = await withResolvedId(context, resource)
      await endRecord(writingOf(context), records, params.id!)
      return endsSilently ? { status: 204 } : { body: { data: {} } }
    },
  })
}

/** @param reports left out: nothing is to be said of attributes */
export const writingOf = (
  { app, tx, caller, scope, warn }: Pick<WriteContext, 'app' | 'tx' | 'caller' | 'scope' | 'warn'>,
  reports: Pick<Writing, 'ignore' | 'showOnce'> = { ignore: () => {}, showOnce: () => {} },
): Writing => ({
  app,
  tx,
  accountId: caller.accountId,
  userId: caller.userId,
  keyId: caller.keyId,
  siteIds: caller.siteIds,
  permissions: caller.permissions,
  now: scope.now,
  warn,
  ...reports,
})
