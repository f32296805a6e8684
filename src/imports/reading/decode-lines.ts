import { Transform } from 'node:stream'
import { badRequest } from '../../platform/jsonapi/errors.ts'

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/** Bytes of a line: what has none of them is no CSV file. */
const LONGEST_LINE = 4_000_000

/**
 * The text of a CSV file, as it arrives: UTF-16 if it begins with its byte order mark; otherwise each line as UTF-8, or
 * as Windows-1252 when it is no valid UTF-8. By the line, so that a file need not be read twice to know its encoding.
 * Every line break becomes a line feed.
 */
export function decodeLines(): Transform {
  let decode: Decode | undefined
  let rest = Buffer.alloc(0)
  let heldBack = ''
  const decoded = (isLast: boolean): string => {
    decode ??= decoderFor(rest)
    const { text, read } = decode(rest, isLast)
    rest = rest.subarray(read)
    // A line feed may follow.
    const all = heldBack + text
    heldBack = !isLast && all.endsWith('\r') ? '\r' : ''
    return all.slice(0, all.length - heldBack.length).replace(/\r\n?/g, '\n')
  }
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      rest = Buffer.concat([rest, chunk])
      if (rest.length > LONGEST_LINE) return done(tooLong())
      if (decode === undefined && rest.length < 3) return done()
      done(null, decoded(false))
    },
    flush: (done) => done(null, decoded(true)),
  })
}

const tooLong = () =>
  badRequest('malformed_csv', 'The file has a line that is longer than any row: it is no CSV file.')

/** Reads the bytes that are complete, and says how many these are. */
type Decode = (bytes: Buffer, isLast: boolean) => { text: string; read: number }

function decoderFor(beginning: Buffer): Decode {
  if (beginning[0] !== 0xff || beginning[1] !== 0xfe) return decodeBytes
  const decoder = new TextDecoder('utf-16le')
  return (bytes, isLast) => ({ text: decoder.decode(bytes, { stream: !isLast }), read: bytes.length })
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
const windows1252 = new TextDecoder('windows-1252')

/** What follows the last line break waits: it may end within a character. */
function decodeBytes(bytes: Buffer, isLast: boolean) {
  const end = Math.max(bytes.lastIndexOf(LINE_FEED), bytes.lastIndexOf(CARRIAGE_RETURN)) + 1
  const read = isLast ? bytes.length : end
  return { text: decodeOr(bytes.subarray(0, read), decodeEachLine), read }
}

/** The text of UTF-8, or what `otherwise` makes of other bytes. */
function decodeOr(bytes: Buffer, otherwise: (bytes: Buffer) => string): string {
  try {
    return utf8.decode(bytes)
  } catch {
    return otherwise(bytes)
  }
}

function decodeEachLine(bytes: Buffer): string {
  const lines: string[] = []
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(LINE_FEED, start)
    const end = found < 0 ? bytes.length : found + 1
    lines.push(decodeOr(bytes.subarray(start, end), (line) => windows1252.decode(line)))
    start = end
  }
  return lines.join('')
}
