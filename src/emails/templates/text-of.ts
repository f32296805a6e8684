import { lines } from './data.ts'

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** What begins on a line of its own, and how. */
const BEGINNINGS: Record<string, string> = { br: '\n', li: '\n* ', tr: '\n', hr: '\n\n' }
const BLOCKS = /^(p|div|h[1-6]|ul|ol|blockquote|table)$/
/** What is in these is not to be read. */
const HIDDEN = /^(style|script|head|title)$/

/**
 * HTML as plain text: paragraphs and items of lists on lines of their own, links followed by their addresses. In one
 * pass, whatever the HTML: an expression that looks ahead for the end of something could take minutes.
 */
export function textOf(html: string): string {
  let text = ''
  let hiddenIn = ''
  let address = ''
  for (const token of withoutComments(html)
    .replace(/\s+/g, ' ')
    .split(/(<[^<>]*>)/)) {
    const [, isEnd = '', tag = ''] = /^<(\/?)(\w+)[^<>]*>$/.exec(token) ?? []
    const name = tag.toLowerCase()
    if (hiddenIn) {
      if (isEnd && name === hiddenIn) hiddenIn = ''
    } else if (!token.startsWith('<')) text += decode(token)
    else if (!isEnd && HIDDEN.test(name)) hiddenIn = name
    else if (BLOCKS.test(name)) text += '\n\n'
    else if (!isEnd) text += BEGINNINGS[name] ?? ''
    if (name !== 'a' || hiddenIn) continue
    if (isEnd && address && !text.endsWith(address)) text += ` (${address})`
    address = isEnd ? '' : hrefOf(token)
  }
  return lines(text.replace(/\n /g, '\n').replace(/ {2,}/g, ' '))
}

/** Where the comment ends that the text begins within. */
const endOf = (text: string) => {
  const at = text.indexOf('-->')
  return at === -1 ? text.length : at + '-->'.length
}

const withoutComments = (html: string) =>
  html
    .split('<!--')
    .map((part, index) => (index === 0 ? part : part.slice(endOf(part))))
    .join('')

function hrefOf(tag: string): string {
  const [, quoted = '""'] = / href ?= ?("[^"]*"|'[^']*')/i.exec(tag) ?? []
  return decode(quoted.slice(1, -1))
}

const decode = (text: string) =>
  text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,4}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
