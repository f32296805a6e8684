/** Whether the headers of a response are those that the OpenAPI document describes. */
import type { ValidateFunction } from 'ajv'
import type { OpenApi, Reference, Response } from '../platform/http/openapi/document.ts'
import { at, pointerTo } from './contract.ts'

interface Header {
  required?: boolean
  schema: { type?: string }
}

/** Of HTTP itself: what they mean is no matter of one API. */
const OF_HTTP = [
  ...['cache-control', 'connection', 'content-length', 'content-type', 'date', 'keep-alive'],
  ...['pragma', 'strict-transport-security', 'transfer-encoding', 'vary'],
]

/**
 * What is wrong with the headers of a response, in words.
 *
 * @param pointer to the description of the response in the document
 * @param validatorOf the validator of the schema at a pointer
 */
export function headerProblems(
  document: OpenApi,
  pointer: string,
  headers: Headers,
  validatorOf: (pointer: string) => ValidateFunction,
): string[] {
  const { headers: described = {}, content } = at(document, pointer) as Response
  const names = Object.keys(described)
  const known = new Set([...OF_HTTP, ...names.map((name) => name.toLowerCase())])
  const undocumented = [...headers.keys()].filter((name) => !known.has(name))
  return [
    ...undocumented.map((name) => `the header ${name} is not documented`),
    ...typeProblems(Object.keys(content ?? {}), headers.get('content-type')),
    ...names.flatMap((name) => {
      const reference = (described[name] as Partial<Reference>).$ref?.slice(1)
      const place = reference ?? `${pointer}${pointerTo('headers', name)}`
      return valueProblems(name, at(document, place) as Header, headers.get(name), () =>
        validatorOf(`${place}/schema`),
      )
    }),
  ]
}

/** JSON:API allows no parameters of its media type; plain JSON may name its charset, and texts the version of their format. */
function typeProblems(documented: string[], sent: string | null): string[] {
  if (documented.length === 0)
    return sent === null || sent === '' ? [] : [`a body of the type ${sent} is not documented`]
  const allowed = documented.flatMap((type) => [
    type,
    ...(type.startsWith('application/vnd.') ? [] : [`${type}; charset=utf-8`]),
  ])
  const isText = documented.some((type) => type.startsWith('text/') && sent?.startsWith(`${type};`))
  return sent !== null && (allowed.includes(sent) || isText)
    ? []
    : [`the content-type is ${sent}, and not ${documented.join(' or ')}`]
}

function valueProblems(
  name: string,
  { required, schema }: Header,
  sent: string | null,
  validator: () => ValidateFunction,
): string[] {
  if (sent === null) return required ? [`the header ${name} is missing`] : []
  const value = schema.type === 'integer' && /^\d+$/.test(sent) ? Number(sent) : sent
  const validate = validator()
  return validate(value) ? [] : [`the header ${name} is ${sent}: ${JSON.stringify(validate.errors)}`]
}
