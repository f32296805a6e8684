/** The one parser of `multipart/form-data`, for forms and uploads: it reads a stream, and keeps nothing of it. */
import { finished, Readable } from 'node:stream'
import { Dicer } from '@fastify/busboy'
import { parse } from 'content-disposition'
import { badRequest } from '../jsonapi/errors.ts'

export interface Part {
  name: string
  /** Null: a field. */
  fileName: string | null
  contentType: string | undefined
  /** The content; what the reader leaves of it is skipped. */
  stream: Readable
}

interface FoundPart {
  headers: Record<string, string[]>
  stream: Readable
}

/** Header lines of a part; three are usual. */
const MOST_HEADERS = 20

/**
 * Reads the parts of a form, one after the other; those without a name are left out.
 *
 * @throws ApiError 400 for what is cut off or no such form, and for more than `most` parts; also from a part's stream
 */
export async function* readMultipart(
  source: Readable,
  boundary: string | null,
  most: number,
): AsyncGenerator<Part> {
  if (!boundary) throw badRequest('invalid_request', 'The Content-Type of the form has no boundary.')
  let count = 0
  const found = findParts(source, boundary)
  try {
    for await (const { headers, stream } of found as AsyncIterable<FoundPart>) {
      count += 1
      if (count > most) throw badRequest('too_many_fields', `A form may have at most ${most} fields.`)
      const { name, filename = null } = dispositionOf(headers)
      if (name !== undefined)
        yield { name, fileName: filename, contentType: headers['content-type']?.[0], stream }
      stream.resume()
    }
  } finally {
    // What is left is read all the same: many clients look for an answer only when they have sent everything.
    source.unpipe()
    source.resume()
  }
}

function findParts(source: Readable, boundary: string): Readable {
  const found = new Readable({ objectMode: true, read() {} })
  const parser = new Dicer({ boundary, maxHeaderPairs: MOST_HEADERS })
  let current: Readable | null = null
  const fail = () => {
    const error = badRequest('invalid_request', 'The form is cut off, or no well-formed multipart/form-data.')
    current?.destroy(error)
    found.destroy(error)
  }
  parser.on('part', (stream) => {
    current = stream
    // Reported to who reads it, if anybody does.
    stream.on('error', () => {})
    stream.on('header', (headers) => found.push({ headers, stream }))
  })
  parser.on('error', fail)
  parser.on('finish', () => found.push(null))
  finished(source, { writable: false }, (error) => error && fail())
  source.pipe(parser)
  return found
}

function dispositionOf(headers: Record<string, string[]>): { name?: string; filename?: string } {
  try {
    // The bytes of a header are UTF-8, in browsers as in other clients.
    const line = Buffer.from(headers['content-disposition']?.[0] ?? '', 'latin1').toString('utf8')
    return parse(line, { multipart: true }).parameters
  } catch {
    return {}
  }
}
