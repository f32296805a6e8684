import { ApiError, type ErrorSource, errorDocument, flatError, titleOf } from '../../jsonapi/errors.ts'
import { MEDIA_TYPE } from '../../jsonapi/schemas.ts'
import type { Media, Response } from './document.ts'
import { errorHeaders, referToHeaders } from './headers.ts'

/** A status, what it means, and an error with it. */
interface Described {
  description: string
  code: string
  detail: string
  source?: ErrorSource
}

const ERRORS: Record<number, Described> = {
  400: {
    description: 'The request is malformed',
    code: 'invalid_document',
    detail: '/data must be an object.',
    source: { pointer: '/data' },
  },
  401: {
    description: 'The credentials are missing, wrong or expired',
    code: 'unauthorized',
    detail: 'The access token is expired, revoked or invalid. Get a new one from POST /v1/oauth/token.',
  },
  403: {
    description: 'The API key, or the role of its user, lacks a permission',
    code: 'forbidden',
    detail: 'The API key or the role of its user lacks the permission manage:contacts.',
  },
  404: {
    description: 'There is no such resource, or the caller cannot see it',
    code: 'not_found',
    detail: 'There is no contact with the id 7.',
  },
  406: {
    description: 'Strict mode: the Accept header allows no answer',
    code: 'not_acceptable',
    detail: 'Answers are sent as application/vnd.api+json; accept that.',
    source: { header: 'Accept' },
  },
  409: {
    description: 'The request conflicts with the state of the resource, or with another request',
    code: 'type_mismatch',
    detail: '/data/type must be "contacts".',
    source: { pointer: '/data/type' },
  },
  413: {
    description: 'The body is too large',
    code: 'body_too_large',
    detail: 'The body is larger than 1 MB.',
  },
  415: {
    description: 'Strict mode: the media type of the body is not that of JSON:API',
    code: 'unsupported_media_type',
    detail: 'The body must be sent as application/vnd.api+json.',
    source: { header: 'Content-Type' },
  },
  422: {
    description: 'A value is invalid, or the Idempotency-Key was used for another request',
    code: 'blank',
    detail: "Email can't be blank",
    source: { pointer: '/data/attributes/email' },
  },
  429: {
    description: 'Too many requests; wait as long as Retry-After says',
    code: 'too_many_requests',
    detail: 'More than 600 requests in a minute. Wait as long as Retry-After says.',
  },
  503: {
    description: 'The server is at capacity, or its database is unavailable; try again',
    code: 'database_unavailable',
    detail: 'The database does not answer in time.',
  },
}

const REQUEST_ID = 'f3b1c6de-8f0f-4f3c-9d55-0f6f2f1f7d8e'

/** The name of a component, as in `NotFound`, or `FlatNotFound` where errors are flat. */
const nameOf = (status: number, isFlat: boolean) =>
  `${isFlat ? 'Flat' : ''}${titleOf(status).replaceAll(' ', '')}`

/**
 * Components of the answers with errors: one for each status, and the same with flat errors.
 *
 * @param schemas references to the components of an error document and of a flat error
 */
export function errorResponses(schemas: { document: object; flat: object }): Record<string, Response> {
  return Object.fromEntries(
    Object.entries(ERRORS).flatMap(([text, { code, detail, source, description }]) => {
      const status = Number(text)
      const error = new ApiError(status, code, detail, { source })
      return [false, true].map((isFlat) => {
        const content: Record<string, Media> = isFlat
          ? { 'application/json': { schema: schemas.flat, example: flatError(error) } }
          : { [MEDIA_TYPE]: { schema: schemas.document, example: errorDocument(error, REQUEST_ID) } }
        const headers = referToHeaders(errorHeaders(status, isFlat))
        return [nameOf(status, isFlat), { description, headers, content }]
      })
    }),
  )
}

/** A reference to one of them. @throws for a status that is not described here */
export function referToError(status: number, isFlat: boolean) {
  if (!ERRORS[status]) throw new Error(`The OpenAPI document has no answer of the status ${status}`)
  return { $ref: `#/components/responses/${nameOf(status, isFlat)}` }
}
