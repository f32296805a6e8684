import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from '../jsonapi/errors.ts'
import { MEDIA_TYPE } from '../jsonapi/schemas.ts'
import type { Route } from './route.ts'

/**
 * Content negotiation as JSON:API 1.1 has it, for JSONAPI_STRICT: no parameters but ext and profile on
 * the media type. What OAuth clients send as a form takes no part.
 */
export function refuseOtherMediaTypes({ access, form }: Route, headers: IncomingHttpHeaders): void {
  if (access === 'public' || form) return
  const type = headers['content-type']
  if (type !== undefined && !isPlain(type)) {
    throw new ApiError(415, 'unsupported_media_type', `The body must be sent as ${MEDIA_TYPE}.`, {
      source: { header: 'Content-Type' },
    })
  }
  const accepted = headers.accept?.split(',') ?? ['*/*']
  if (
    !accepted.some(
      (one) => isPlain(one.replace(/;\s*q=[\d.]+\s*$/, '')) || /^\s*(\*|application)\/\*/.test(one),
    )
  ) {
    throw new ApiError(406, 'not_acceptable', `Answers come as ${MEDIA_TYPE}; accept that.`, {
      source: { header: 'Accept' },
    })
  }
}

function isPlain(type: string): boolean {
  const [name, ...parameters] = type.split(';').map((part) => part.trim())
  return name === MEDIA_TYPE && parameters.every((parameter) => /^(ext|profile)=/.test(parameter))
}
