import { trimAround } from './invisible.ts'

/** Control characters, and the line breaks that Unicode adds to them. */
const CONTROLS = /[\p{Cc}\u2028\u2029]+/gu

/** A name as it is stored: on one line, without control characters or invisible ones at the ends, in NFC. */
export const readName = (text: string): string =>
  trimAround(text.toWellFormed().replace(CONTROLS, ' ')).normalize('NFC')

/** A first or a last name without the other. */
export interface PartOfName {
  kind: 'first' | 'last'
  text: string
}

/**
 * A whole name with one part of it replaced or added. Only of two words is it known which is which.
 *
 * @returns null when it is not clear what the part stands for
 */
export function withPart(name: string, { kind, text }: PartOfName): string | null {
  const words = name.split(/\s+/).filter((word) => word !== '')
  if (words.length === 0) return text
  if (kind === 'first' ? startsWith(name, text) : startsWith(reversed(name), reversed(text))) return name
  if (words.length > 2) return null
  return kind === 'first' ? `${text} ${words.at(-1)}` : `${words[0]} ${text}`
}

const startsWith = (name: string, part: string) => name === part || name.startsWith(`${part} `)

const reversed = (text: string) => text.split(' ').reverse().join(' ')

const WORD = /^\p{L}[\p{L}\p{M}]*(?:['’ʼ-]\p{L}[\p{L}\p{M}]*)*$/u
/** In these the family name comes first. */
const FAMILY_NAME_FIRST = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u
/** "Lovelace, Ada", "Ada & Charles", "Studio 54", an address. */
const NO_NAME_OF_ONE_PERSON = /[,;&+/|@_\d]/
const TITLES = new Set(
  'dr prof professor mr mrs ms miss mx sir madam lady lord herr frau dame m mme mlle monsieur madame sr sra srta don doña señor señora the'.split(
    ' ',
  ),
)
const COMPANIES = new Set(
  'ag bv co company corp corporation gmbh inc kg limited llc ltd plc sa sl srl ug'.split(' '),
)

/**
 * What to greet somebody with, or '' when it is not clear: a title, an initial, a company, a user name, a name in a
 * script that puts the family name first. A name made from an e-mail address is one word in lower case.
 */
export function givenName(name: string): string {
  if (NO_NAME_OF_ONE_PERSON.test(name) || FAMILY_NAME_FIRST.test(name)) return ''
  const words = name.split(/\s+/).filter((word) => word !== '')
  const [first = ''] = words
  if ([...first].length < 2 || !WORD.test(first) || TITLES.has(first.toLowerCase())) return ''
  if (words.length === 1) return isInOneCase(first) ? '' : first
  return COMPANIES.has(words.at(-1)!.toLowerCase().replaceAll('.', '')) ? '' : first
}

/** "jane", "ACME"; not of scripts that have no case. */
const isInOneCase = (word: string) => {
  const [lower, upper] = [word.toLowerCase(), word.toUpperCase()]
  return lower !== upper && (word === lower || word === upper)
}
