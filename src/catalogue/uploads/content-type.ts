/** Bytes that the type of a file is detected from. */
export const SAMPLE_BYTES = 4_100

/** Texts have no mark of their own: of these the name says what they are. */
const TEXTS: Record<string, string> = {
  csv: 'text/csv',
  ics: 'text/calendar',
  md: 'text/markdown',
  srt: 'application/x-subrip',
  txt: 'text/plain',
  vtt: 'text/vtt',
}

/**
 * The media type of a file, from its content: what the sender says of it does not count, and the name only for texts.
 * The library is loaded with the first file.
 *
 * @param sample its first SAMPLE_BYTES bytes
 */
export async function detectContentType(sample: Uint8Array, fileName: string): Promise<string> {
  const { fileTypeFromBuffer } = await import('file-type')
  const found = await fileTypeFromBuffer(sample)
  if (found && found.mime !== 'application/xml') return found.mime
  const text = textOf(sample)
  if (text === null) return 'application/octet-stream'
  if (/<svg[\s>]/i.test(text)) return 'image/svg+xml'
  if (/^\s*<(?:!doctype html|html|head|body|script)\b/i.test(text)) return 'text/html'
  if (found) return found.mime
  const [, ending = ''] = /\.(\w{1,5})$/.exec(fileName) ?? []
  return TEXTS[ending.toLowerCase()] ?? 'text/plain'
}

/** Null for what is no text. The sample may end within a character. */
function textOf(sample: Uint8Array): string | null {
  if (sample.includes(0)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true })
  } catch {
    return null
  }
}

/** What browsers show in a page and cannot run. Everything else is downloaded; no sandbox shows a PDF. */
export const isShownInline = (type: string): boolean =>
  /^(?:video|audio)\/[\w.+-]+$/.test(type) ||
  ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'].includes(type)
