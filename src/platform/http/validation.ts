import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { FastifySchemaCompiler } from 'fastify'
import { ApiError, badRequest } from '../jsonapi/errors.ts'
import { withArticle } from '../text/nouns.ts'

/** Nothing is coerced or filled in: an object where a list belongs is a mistake of the caller, not a list of one. */
const ajv = new Ajv({ coerceTypes: false, useDefaults: false, removeAdditional: false, strict: false })

/**
 * Compiles the schemas of bodies, each when the first one arrives: compiling all of them would delay the start.
 * Parameters are read by parseQuery(), their schemas are for the documentation.
 */
export const bodyValidator: FastifySchemaCompiler<object> = ({ schema, httpPart }) => {
  if (httpPart !== 'body') return () => true
  let validate: ValidateFunction | undefined
  return (body: unknown) => {
    // Fastify passes null if there is no body.
    if (body === null) {
      return {
        error: badRequest('missing_body', 'The body is empty; it must be a JSON document.', { pointer: '' }),
      }
    }
    validate ??= ajv.compile(schema)
    if (validate(body)) return { value: body }
    return { error: describe(mostTelling(validate.errors!), validate.errors!) }
  }
}

/** Of alternatives that all failed, the one that was meant: the one that got furthest into the document. */
function mostTelling(errors: ErrorObject[]): ErrorObject {
  return errors.reduce((best, error) => (error.instancePath.length > best.instancePath.length ? error : best))
}

/** @param all of which it is one: alternatives are named together */
function describe({ instancePath, keyword, params, message }: ErrorObject, all: ErrorObject[]) {
  const where = instancePath === '' ? 'The document' : instancePath
  // Of resources and of identifiers: JSON:API 1.1 has a status of its own for it.
  if (keyword === 'const' && instancePath.endsWith('/type')) {
    const detail = `${where} must be ${allowedAt(instancePath, all)}.`
    return new ApiError(409, 'type_mismatch', detail, { source: { pointer: instancePath } })
  }
  const said = {
    required: () => `${where} lacks "${params.missingProperty}".`,
    const: () => `${where} must be ${allowedAt(instancePath, all)}.`,
    type: () => `${where} must be ${[params.type].flat().map(typeWithArticle).join(' or ')}.`,
    maxItems: () => `${where} must hold at most ${params.limit} items; send the rest in another request.`,
  }[keyword]
  return badRequest('invalid_document', said?.() ?? `${where} ${message}.`, { pointer: instancePath })
}

/** As in `"extend" or "restart"`. */
const allowedAt = (path: string, errors: ErrorObject[]): string =>
  errors
    .filter(({ keyword, instancePath }) => keyword === 'const' && instancePath === path)
    .map(({ params }) => JSON.stringify(params.allowedValue))
    .join(' or ')

const typeWithArticle = (type: string) => (type === 'null' ? type : withArticle(type))
