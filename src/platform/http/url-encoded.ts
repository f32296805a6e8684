/** The one parser of `application/x-www-form-urlencoded`, for queries and forms. It runs in linear time. */
import { badRequest } from '../jsonapi/errors.ts'
import { decodeText } from './decode-text.ts'

/** How many parameters a query may have, and how many fields a form. */
export const MOST_FIELDS = 200

/**
 * Splits a text into its pairs of name and value, in their order. What lacks a "=" has an empty value.
 *
 * @param text one character per byte, as Node gives a request's URL
 * @param what the plural of what is parsed, for the error
 * @param charset of the bytes; null for UTF-8
 * @throws ApiError 400 for more than MOST_FIELDS, and for bytes that are not of the charset
 */
export function parseUrlEncoded(
  text: string,
  what: 'parameters' | 'fields',
  charset: string | null = null,
): [string, string][] {
  const pieces = text.split('&', MOST_FIELDS + 1).filter((piece) => piece !== '')
  if (pieces.length > MOST_FIELDS)
    throw badRequest(`too_many_${what}`, `A request may have at most ${MOST_FIELDS} ${what}.`)
  return pieces.map((piece) => {
    const at = piece.indexOf('=')
    const [name, value] = at === -1 ? [piece, ''] : [piece.slice(0, at), piece.slice(at + 1)]
    return [decode(name, what, charset), decode(value, what, charset)]
  })
}

const PLAIN = /^[\x20-\x24\x26-\x2a\x2c-\x7f]*$/

function decode(text: string, what: 'parameters' | 'fields', charset: string | null): string {
  // Charsets differ from ASCII in what is not plain, but for a few (UTF-16) that no URL is written in.
  if (PLAIN.test(text)) return text
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/%([\da-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  return decodeText(Buffer.from(bytes, 'latin1'), charset, what === 'parameters' ? 'query' : 'body')
}
