import { MIMEType } from 'node:util'

/** Headers of that length hold no type that is read here. */
const LONGEST = 300

/** What a Content-Type says of how to read a body. */
export interface MediaType {
  /** In lower case, as `application/json`; empty when the header cannot be read. */
  name: string
  charset: string | null
  /** Of multipart. */
  boundary: string | null
}

const NONE: MediaType = { name: '', charset: null, boundary: null }

/** Reads a Content-Type header; one that is absent or malformed says nothing. */
export function parseMediaType(header: string | undefined): MediaType {
  if (header === undefined || header.length > LONGEST) return NONE
  try {
    const { essence, params } = new MIMEType(header)
    return { name: essence, charset: params.get('charset') || null, boundary: params.get('boundary') || null }
  } catch {
    return NONE
  }
}
