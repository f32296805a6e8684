import type { Resources } from '../../jsonapi/resources.ts'
import { ErrorDocument, FlatError } from '../../jsonapi/schemas.ts'
import { type Route, takesIdempotencyKey } from '../route.ts'
import { moveParameters, moveToComponents } from './components.ts'
import type { Media, OpenApi, Operation, Response } from './document.ts'
import { errorResponses, referToError } from './errors.ts'
import { exampleOf } from './example.ts'
import { headerComponents, idempotencyKeyParameter, referToHeaders, successHeaders } from './headers.ts'
import { operationId } from './operation-id.ts'
import { describeTag } from './tags.ts'

type Schemas = Record<string, object>

/**
 * Completes the document from the rest of it: names of operations, examples, headers, answers with errors,
 * descriptions of tags. What several operations have in common moves to its components.
 */
export function completeDocument(document: OpenApi, routes: Route[], resources: Resources): OpenApi {
  const schemas: Schemas = {}
  const { components } = document
  components.schemas = schemas
  components.headers = headerComponents
  components.responses = errorResponses({
    document: moveToComponents(ErrorDocument, schemas),
    flat: moveToComponents(FlatError, schemas),
  }) as unknown as Schemas
  components.parameters = { IdempotencyKey: idempotencyKeyParameter }
  const byName = new Map(routes.map((route) => [`${route.method} ${route.url}`, route]))
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [name, operation] of Object.entries(methods)) {
      const method = name.toUpperCase()
      methods[name] = {
        operationId: operationId(method, path),
        ...completeOperation(operation, byName.get(`${method} ${path}`), schemas),
      }
    }
  }
  moveParameters(document)
  removeUnused(document)
  document.tags = tagsOf(document, resources)
  return document
}

function completeOperation(operation: Operation, route: Route | undefined, schemas: Schemas): Operation {
  const { requestBody, parameters = [] } = operation
  const isIdempotent = route !== undefined && takesIdempotencyKey(route)
  return {
    ...operation,
    security: operation.security ?? [],
    parameters: [
      ...parameters,
      ...(isIdempotent ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ],
    ...(requestBody && {
      requestBody: { required: true, ...requestBody, content: completeContent(requestBody.content, schemas) },
    }),
    responses: Object.fromEntries(
      Object.entries(operation.responses).map(([status, response]) => [
        status,
        completeResponse(Number(status), response as Response, route, schemas),
      ]),
    ),
  }
}

function completeResponse(status: number, response: Response, route: Route | undefined, schemas: Schemas) {
  if (status >= 400) return referToError(status, 'application/json' in (response.content ?? {}))
  return {
    ...response,
    headers: referToHeaders(
      successHeaders(
        status,
        route !== undefined && takesIdempotencyKey(route),
        response.content !== undefined,
        route?.sends,
      ),
    ),
    ...(response.content && { content: completeContent(response.content, schemas) }),
  }
}

const completeContent = (content: Record<string, Media>, schemas: Schemas): Record<string, Media> =>
  Object.fromEntries(
    Object.entries(content).map(([type, { schema, example = exampleOf(schema) }]) => [
      type,
      { schema: moveToComponents(schema, schemas), example },
    ]),
  )

/** Answers with errors that no operation has. */
function removeUnused(document: OpenApi): void {
  const { components, paths } = document
  const used = JSON.stringify(paths)
  for (const kind of ['responses', 'parameters']) {
    for (const name of Object.keys(components[kind]!)) {
      if (!used.includes(`"#/components/${kind}/${name}"`)) delete components[kind]![name]
    }
  }
}

function tagsOf({ paths }: OpenApi, resources: Resources) {
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  const names = new Set(operations.flatMap(({ tags = [] }) => tags))
  return [...names].map((name) => ({ name, description: describeTag(name, resources) }))
}
