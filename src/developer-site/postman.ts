/**
 * The API as a collection for Postman and newman, converted from the OpenAPI document. The converter is no part of the
 * package: there, the collection is a file that the build has made.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { OpenApi } from '../platform/http/openapi/document.ts'
import { singularOf } from '../platform/jsonapi/documented.ts'
import { idOf, runnableBody } from './postman-bodies.ts'
import { firstSteps } from './postman-first-steps.ts'
import { inOrder, isWholeOne } from './postman-order.ts'
import { COLLECTION_EVENTS, deleteCreated, keepCreated, keepListed } from './postman-scripts.ts'
import { LOCAL_URL } from './site-page.ts'

const BUILT = join(import.meta.dirname, '..', 'postman_collection.json')

export interface Item {
  name: string
  /** The operationId. */
  id?: string
  item?: Item[]
  request?: Request
  response?: unknown[]
  event?: object[]
}

interface Request {
  method: string
  auth?: { type: string } | null
  url: { path: string[]; variable?: { key: string; value: string }[] }
  header?: { key: string; disabled?: boolean }[]
  body?: { mode: string; raw?: string }
}

export interface Collection {
  info: { name: string }
  item: Item[]
  variable: { key: string; value: string }[]
  auth?: object
  event?: object[]
}

/** The collection of a server, with the operations that its document has. */
export async function collectionOf(document: OpenApi): Promise<Collection> {
  const whole = existsSync(BUILT)
    ? (JSON.parse(await readFile(BUILT, 'utf8')) as Collection)
    : await makeCollection(document)
  const served = new Set(operationsOf(document).map(({ id }) => id))
  return { ...whole, item: whole.item.flatMap((folder) => only(folder, served)) }
}

/** Without the operations that are not served, and without folders that are empty then. */
function only(item: Item, served: Set<string>): Item[] {
  if (!item.item) return served.has(item.id!) ? [item] : []
  const inside = item.item.flatMap((one) => only(one, served))
  return inside.length > 0 ? [{ ...item, item: inside }] : []
}

/** What is different for each server: its address and a key. */
export const ENVIRONMENT = {
  name: 'Bestow',
  values: [
    { key: 'baseUrl', value: LOCAL_URL, type: 'default', enabled: true },
    { key: 'client_id', value: '', type: 'default', enabled: true },
    { key: 'client_secret', value: '', type: 'secret', enabled: true },
  ],
  _postman_variable_scope: 'environment',
}

/** Converts a document. It takes some seconds. */
export async function makeCollection(document: OpenApi): Promise<Collection> {
  const { default: converter } = await import('openapi-to-postmanv2')
  const options = {
    folderStrategy: 'Tags',
    parametersResolution: 'Example',
    enableOptionalParameters: false,
    alwaysInheritAuthentication: true,
  }
  const data = withoutResponses(document)
  const made = await new Promise<Collection>((resolve, reject) => {
    converter.convertV2({ type: 'json', data }, options, (error, result) => {
      const [output] = result?.output ?? []
      if (output) resolve(output.data as Collection)
      else reject(error ?? new Error(`The document could not be converted: ${result?.reason}`))
    })
  })
  const operations = new Map(operationsOf(document).map((one) => [`${one.method} ${one.path}`, one]))
  const all = made.item.flatMap(({ item }) => item!)
  const kept = new Set(all.flatMap(({ request }) => keptBy(request!) ?? []))
  const folders = made.item.map((folder) => ({
    ...folder,
    item: inOrder(folder.item!.map((item) => runnable(item, operations, kept))),
  }))
  return {
    info: made.info,
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{access_token}}', type: 'string' }] },
    event: COLLECTION_EVENTS,
    // What no environment gives.
    variable: [{ key: 'baseUrl', value: LOCAL_URL }],
    item: [firstSteps(folders.flatMap(({ item }) => item)), ...folders],
  }
}

interface Operation {
  id: string
  method: string
  /** As the collection has it: ["v1", "contacts", ":id"], joined. */
  path: string
  isPublic: boolean
}

const operationsOf = (document: OpenApi): Operation[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { operationId, security }]) =>
      operationId
        ? [
            {
              id: operationId,
              method: method.toUpperCase(),
              path: path.slice(1).replace(/\{(\w+)\}/g, ':$1'),
              isPublic: security?.length === 0,
            },
          ]
        : [],
    ),
  )

/** With the ids that other requests have found in the place of examples, and with the token of the collection. */
function runnable(item: Item, operations: Map<string, Operation>, kept: ReadonlySet<string>): Item {
  const { auth: _auth, ...request } = item.request!
  const { path, variable = [] } = request.url
  const { id, isPublic } = operations.get(`${request.method} ${path.join('/')}`)!
  const named = variable.map((one) => ({ ...one, value: `{{${variableOf(path, one.key)}}}` }))
  const { body } = request
  const raw = body?.mode === 'raw' && JSON.stringify(runnableBody(JSON.parse(body.raw!), kept), null, 2)
  return {
    id,
    name: item.name,
    request: {
      ...request,
      url: { ...request.url, variable: named },
      ...(raw && { body: { ...body!, raw } }),
      ...(isPublic && { auth: { type: 'noauth' } }),
    },
    response: [],
    event: scriptsOf(request),
  }
}

function scriptsOf(request: Request): object[] {
  const { method, url } = request
  const variable = keptBy(request)
  if (variable) return method === 'POST' ? keepCreated(variable) : keepListed(variable)
  return method === 'DELETE' && isWholeOne(url.path) ? deleteCreated(idOf(url.path[1]!)) : []
}

/** The variable that a request which lists or creates resources finds the id of one for. */
function keptBy({ method, url: { path } }: Request): string | null {
  const last = path.at(-1)!
  const isOfMany = !last.startsWith(':') && singularOf(last) !== last && !path.includes('relationships')
  return isOfMany && path[0] === 'v1' && ['GET', 'POST'].includes(method) ? idOf(last) : null
}

/** Of `:id` in v1/contacts/:id: "contact_id". */
function variableOf(path: string[], key: string): string {
  if (key !== 'id') return key
  return idOf(path[path.indexOf(':id') - 1]!)
}

/** They would be most of the collection, and are in the reference. */
function withoutResponses(document: OpenApi): OpenApi {
  const copy = structuredClone(document)
  for (const methods of Object.values(copy.paths))
    for (const operation of Object.values(methods)) operation.responses = { 200: { description: 'Done' } }
  return copy
}
