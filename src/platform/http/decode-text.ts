import { ApiError, badRequest } from '../jsonapi/errors.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Decodes what a client has sent by the charset that it declares, and as UTF-8 when it declares none. A byte order
 * mark is left out.
 *
 * @param charset a label of the WHATWG Encoding standard, as `windows-1252`; null for none
 * @throws ApiError 400 for an unknown charset, and for bytes that are not of the charset; it names where they stand
 */
export function decodeText(
  bytes: Uint8Array,
  charset: string | null,
  where: 'body' | 'query' = 'body',
): string {
  const decoder = charset === null ? utf8 : decoderOf(charset)
  try {
    return decoder.decode(bytes)
  } catch {
    throw badRequest(
      'invalid_encoding',
      where === 'query' ? QUERY_REFUSED : bodyRefused(charset && decoder.encoding),
    )
  }
}

const QUERY_REFUSED = 'The query is not valid UTF-8. Escape its characters as UTF-8, as in caf%C3%A9.'

const bodyRefused = (encoding: string | null) =>
  encoding === null
    ? 'The body is not valid UTF-8. Send it as UTF-8, or name its charset in the Content-Type.'
    : `The body is not valid ${encoding}, which its Content-Type declares.`

function decoderOf(charset: string) {
  try {
    return new TextDecoder(charset, { fatal: true })
  } catch {
    throw new ApiError(
      400,
      'unsupported_charset',
      `The charset "${charset.slice(0, 50)}" is not supported. Send the body as UTF-8.`,
      { source: { header: 'Content-Type' } },
    )
  }
}
