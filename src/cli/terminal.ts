/** What people and mail servers have written, made safe for a terminal: it obeys some characters instead of showing them. */

/** Control characters, and those that change the direction of the text that follows. */
const OBEYED = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

/** On one line, so that no value can pass for another line or column. */
export const onOneLine = (text: string): string =>
  text
    .split(/[\r\n\u2028\u2029]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ')
    .replace(OBEYED, '\ufffd')

/** On several lines; a tab is kept. */
export const printable = (text: string): string =>
  text.replace(/\r\n/g, '\n').replace(OBEYED, (one) => (one === '\n' || one === '\t' ? one : '\ufffd'))

/** JSON that says the same: JSON.stringify() leaves DEL, C1 controls and marks of direction as they are. Its line feeds indent. */
export const escapeControls = (json: string): string =>
  json.replace(OBEYED, (one) =>
    one === '\n' ? one : `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
