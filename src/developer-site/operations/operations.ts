/** Operations of the OpenAPI document, with what its references stand for. */
import type { EventType } from '../../platform/events/events.ts'
import type {
  Media,
  OpenApi,
  Operation,
  Parameter,
  Response,
  Schema,
} from '../../platform/http/openapi/document.ts'

export interface DocumentedOperation {
  id: string
  method: string
  url: string
  summary: string
  description: string
  tag: string
  isExtension: boolean
  /** Null: any valid token; undefined: none is needed. */
  permission: string | null | undefined
  /** The types of events that it can record. */
  events: EventType[]
  parameters: Parameter[]
  body: (Media & { type: string }) | null
  responses: {
    status: number
    description: string
    type: string | null
    example: unknown
    schema: Schema | null
  }[]
  /** As it is in the document. */
  source: Operation
}

/** All operations, in the order of the document. */
export const operationsOf = (document: OpenApi): DocumentedOperation[] =>
  Object.entries(document.paths).flatMap(([url, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      describe(document, method.toUpperCase(), url, operation),
    ),
  )

function describe(document: OpenApi, method: string, url: string, operation: Operation): DocumentedOperation {
  const [type, media] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
  return {
    id: operation.operationId!,
    method,
    url,
    summary: operation.summary!,
    description: operation.description ?? '',
    tag: operation.tags![0]!,
    isExtension: operation['x-extension'] === true,
    permission: operation['x-permission'],
    events: operation['x-events'] ?? [],
    parameters: (operation.parameters ?? []).map((each) => resolve<Parameter>(document, each)),
    body: media ? { ...media, type: type! } : null,
    responses: Object.entries(operation.responses).map(([status, each]) => {
      const { description, content = {} } = resolve<Response>(document, each)
      const [type, media] = Object.entries(content)[0] ?? []
      return {
        status: Number(status),
        description,
        type: type ?? null,
        example: media?.example,
        schema: media?.schema ?? null,
      }
    }),
    source: operation,
  }
}

/** What a reference names; anything else is itself. */
export function resolve<Part>(document: OpenApi, part: object): Part {
  const { $ref } = part as { $ref?: string }
  if ($ref === undefined) return part as Part
  const [, , kind, name] = $ref.split('/')
  return resolve<Part>(document, document.components[kind!]![name!]!)
}

/** The operation alone as a document: its path, and the components that it reaches. */
export function documentOf(document: OpenApi, { url, method, source }: DocumentedOperation): object {
  const components: OpenApi['components'] = {}
  const add = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(add)
    else if (part !== null && typeof part === 'object') {
      const { $ref } = part as { $ref?: unknown }
      if (typeof $ref === 'string') addComponent($ref)
      Object.values(part).forEach(add)
    }
  }
  const addComponent = ($ref: string) => {
    const [, , kind, name] = $ref.split('/') as [string, string, string, string]
    components[kind] ??= {}
    if (name in components[kind]) return
    components[kind][name] = document.components[kind]![name]!
    add(components[kind][name])
  }
  add(source)
  const { openapi, info, servers } = document as OpenApi & Record<string, unknown>
  return { openapi, info, servers, paths: { [url]: { [method.toLowerCase()]: source } }, components }
}
