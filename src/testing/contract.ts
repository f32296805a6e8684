import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import type { FastifyInstance } from 'fastify'
import type { Reply } from './client.ts'

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: object }> }>
}

type Document = { paths: Record<string, Record<string, Operation>> }

const ajv = new Ajv({ strict: false, allErrors: true })
formats.default(ajv)
const compiled = new WeakMap<object, ValidateFunction>()

/** @throws when the document does not foresee the status or the media type, or the body is not what it describes */
export function assertMatchesDocument(
  server: FastifyInstance,
  method: string,
  path: string,
  { status, headers, body }: Reply,
): void {
  const document = server.swagger() as unknown as Document
  const bare = path.split('?')[0]!
  const template = Object.keys(document.paths).find((known) =>
    new RegExp(`^${known.replace(/\{\w+\}/g, '[^/]+')}$`).test(bare),
  )
  const operation = template && document.paths[template]![method.toLowerCase()]
  if (!operation) return
  const response = operation.responses[status]
  if (!response)
    throw new Error(`${method} ${template} answered ${status}, which the OpenAPI document does not foresee`)
  if (!response.content) return
  const type = headers.get('content-type')?.split(';')[0] ?? 'nothing'
  const content = response.content[type]
  if (!content)
    throw new Error(`${method} ${template} → ${status} is sent as ${type}, which is not as documented`)
  const validate = validatorOf(content.schema)
  if (!validate(body === '' ? null : body)) {
    throw new Error(
      `${method} ${path} → ${status} is not as documented: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(body)}`,
    )
  }
}

function validatorOf(schema: object): ValidateFunction {
  let validate = compiled.get(schema)
  if (!validate) {
    validate = ajv.compile(schema)
    compiled.set(schema, validate)
  }
  return validate
}
