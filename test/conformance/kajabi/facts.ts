/** What an OpenAPI document says that two of them can be compared by. */
import type { Schema } from '../../../src/platform/http/openapi/document.ts'
import type { WholeOperation } from '../../../src/testing/openapi.ts'

export interface OperationFacts {
  /** Of the query. */
  parameters: string[]
  statuses: string[]
  /** Of the resource in the body. */
  sent: string[]
  /** Attributes and relationships of the resource in the answer, as in `attributes.name`. */
  shown: string[]
}

/** By method and path, with placeholders without names. */
export type Facts = Record<string, OperationFacts>

type Paths = Record<string, Record<string, WholeOperation>>

export function factsOf(paths: Paths): Facts {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => typeof operation === 'object' && 'responses' in operation)
      .map(([method, operation]): [string, OperationFacts] => [
        `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '{}')}`,
        operationFacts(operation),
      ]),
  )
  return Object.fromEntries(operations.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function operationFacts({ parameters = [], requestBody, responses }: WholeOperation): OperationFacts {
  const [answer] = Object.entries(responses).filter(([status]) => status.startsWith('2'))
  return {
    parameters: parameters
      .filter((parameter) => parameter.in === 'query')
      .map(({ name }) => name)
      .sort(),
    statuses: Object.keys(responses).sort(),
    sent: membersOf(Object.values(requestBody?.content ?? {})[0]?.schema),
    shown: membersOf(Object.values(answer?.[1].content ?? {})[0]?.schema),
  }
}

/** Names of the attributes and relationships in the primary data of a document. */
function membersOf(schema: Schema | undefined): string[] {
  const data = whole(whole(schema).properties?.data)
  const resource = whole(data.items ?? data).properties ?? {}
  return ['attributes', 'relationships'].flatMap((kind) =>
    Object.keys(whole(resource[kind]).properties ?? {})
      .sort()
      .map((name) => `${kind}.${name}`),
  )
}

/** With what its parts say. */
function whole(schema: Schema = {}): Schema {
  const parts: Schema[] = [...(schema.allOf ?? []), ...(schema.anyOf ?? []).slice(0, 1), schema]
  const properties = Object.assign({}, ...parts.map((part) => part.properties))
  return Object.assign({}, ...parts, { properties })
}
