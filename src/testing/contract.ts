import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../platform/config.ts'
import type { OpenApi, Operation, Response } from '../platform/http/openapi/document.ts'
import type { Reply } from './client.ts'
import { headerProblems } from './response-headers.ts'

interface Contract {
  document: OpenApi
  /** Of each path, as in /v1/contacts/{id}, what matches it. */
  templates: { template: string; pattern: RegExp }[]
  /** The validator of the schema at a JSON Pointer into the document. */
  validatorOf: (pointer: string) => ValidateFunction
}

/** By the settings that a document depends on: making one takes longer than many tests. */
const contracts = new Map<string, Contract>()

/** @throws when the document does not contain the status, or headers or body are not as it describes them */
export function assertMatchesDocument(
  server: FastifyInstance,
  config: Config,
  method: string,
  path: string,
  { status, headers, body }: Reply,
): void {
  const contract = contractOf(server, config)
  const { document, validatorOf } = contract
  const found = operationAt(contract, method, path)
  if (!found) return
  const { template, operation } = found
  const described = operation.responses[status]
  if (!described)
    throw new Error(`${method} ${template} returned ${status}, which is not in the OpenAPI document`)
  const pointer =
    '$ref' in described
      ? described.$ref.slice(1)
      : pointerTo('paths', template, method.toLowerCase(), 'responses', String(status))
  const wrong = headerProblems(document, pointer, headers, validatorOf)
  if (wrong.length > 0) throw new Error(`${method} ${path} → ${status}: ${wrong.join('; ')}`)
  const { content } = at(document, pointer) as Response
  if (!content) return
  const type = headers.get('content-type')!.split(';')[0]!
  const validate = validatorOf(pointer + pointerTo('content', type, 'schema'))
  // JSON that is missing is null; a text may be empty.
  if (!validate(body === '' && /json$/.test(type) ? null : body)) {
    throw new Error(
      `${method} ${path} → ${status} is not as documented: ${JSON.stringify(validate.errors)}\n${JSON.stringify(body)}`,
    )
  }
}

/** The document of a server, made once for all servers with the same one. */
export const documentOf = (server: FastifyInstance, config: Config): OpenApi =>
  contractOf(server, config).document

/** The operation that a request is for, as the document of a server has it; undefined for what is none. */
export const operationOf = (server: FastifyInstance, config: Config, method: string, path: string) =>
  operationAt(contractOf(server, config), method, path)

function operationAt(
  { templates, document }: Contract,
  method: string,
  path: string,
): { template: string; operation: Operation } | undefined {
  const bare = path.split('?')[0]!
  const template = templates.find(({ pattern }) => pattern.test(bare))?.template
  const operation = template && document.paths[template]![method.toLowerCase()]
  return operation ? { template: template!, operation } : undefined
}

const patternsOf = ({ paths }: OpenApi): Contract['templates'] =>
  Object.keys(paths).map((template) => ({
    template,
    pattern: new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`),
  }))

function contractOf(server: FastifyInstance, config: Config): Contract {
  const { EXTENSIONS, JSONAPI_STRICT } = config
  const settings = JSON.stringify({ EXTENSIONS, JSONAPI_STRICT })
  let contract = contracts.get(settings)
  if (!contract) {
    const document = server.swagger() as unknown as OpenApi
    contract = { document, templates: patternsOf(document), validatorOf: validatorsOf(document) }
    contracts.set(settings, contract)
  }
  return contract
}

/** Validators of the schemas in a document, each compiled when it is first needed. */
export function validatorsOf(document: object): (pointer: string) => ValidateFunction {
  // Most of them are used a few times: making their code shorter takes longer than it saves.
  const ajv = new Ajv({ strict: false, allErrors: true, inlineRefs: false, code: { optimize: false } })
  formats.default(ajv)
  ajv.addSchema(document, 'document')
  return (pointer) => ajv.getSchema(`document#${pointer}`)!
}

/** The JSON Pointer to a member, as a fragment of a URL. */
export const pointerTo = (...names: string[]): string =>
  names.map((name) => `/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')

/** The value at a JSON Pointer. */
export const at = (document: object, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .map((name) => decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((value, name) => (value as Record<string, unknown>)[name], document as unknown)
