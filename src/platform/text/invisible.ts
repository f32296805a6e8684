/** Characters that nobody sees: controls, formats, spaces, and what Unicode says to ignore in display. */
export const INVISIBLE = /[\p{Cc}\p{Cf}\p{Z}\p{DI}]/u

/** Variation selectors, joiners and tags belong to the emoji or the letter before them. */
const BELONGS_TO_THE_CHARACTER_BEFORE = /\u200c|\u200d|[\ufe00-\ufe0f]|[\u{e0020}-\u{e007f}]/u

/** Without the invisible characters at both ends. In linear time, unlike a regular expression anchored at the end. */
export function trimInvisible(text: string): string {
  return trim(text, (character) => INVISIBLE.test(character))
}

/** The same, but an emoji or a letter keeps the invisible characters that it is written with. */
export function trimAround(text: string): string {
  return trim(
    text,
    (character) => INVISIBLE.test(character) && !BELONGS_TO_THE_CHARACTER_BEFORE.test(character),
  )
}

function trim(text: string, goes: (character: string) => boolean): string {
  let start = 0
  while (start < text.length) {
    const character = String.fromCodePoint(text.codePointAt(start)!)
    if (!goes(character)) break
    start += character.length
  }
  let end = text.length
  while (end > start) {
    const character = lastCharacter(text, end)
    if (!goes(character)) break
    end -= character.length
  }
  return text.slice(start, end)
}

function lastCharacter(text: string, end: number): string {
  const pair = text.slice(Math.max(0, end - 2), end)
  return pair.length === 2 && pair.codePointAt(0)! > 0xffff ? pair : text.slice(end - 1, end)
}

/** Unicode's names of those that text editors, web pages and spreadsheets leave behind. */
const NAMES: Record<string, string> = {
  'U+0009': 'CHARACTER TABULATION',
  'U+000A': 'LINE FEED',
  'U+000B': 'LINE TABULATION',
  'U+000C': 'FORM FEED',
  'U+000D': 'CARRIAGE RETURN',
  'U+001B': 'ESCAPE',
  'U+0020': 'SPACE',
  'U+007F': 'DELETE',
  'U+0085': 'NEXT LINE',
  'U+00A0': 'NO-BREAK SPACE',
  'U+00AD': 'SOFT HYPHEN',
  'U+034F': 'COMBINING GRAPHEME JOINER',
  'U+061C': 'ARABIC LETTER MARK',
  'U+115F': 'HANGUL CHOSEONG FILLER',
  'U+1160': 'HANGUL JUNGSEONG FILLER',
  'U+1680': 'OGHAM SPACE MARK',
  'U+180E': 'MONGOLIAN VOWEL SEPARATOR',
  'U+2000': 'EN QUAD',
  'U+2001': 'EM QUAD',
  'U+2002': 'EN SPACE',
  'U+2003': 'EM SPACE',
  'U+2004': 'THREE-PER-EM SPACE',
  'U+2005': 'FOUR-PER-EM SPACE',
  'U+2006': 'SIX-PER-EM SPACE',
  'U+2007': 'FIGURE SPACE',
  'U+2008': 'PUNCTUATION SPACE',
  'U+2009': 'THIN SPACE',
  'U+200A': 'HAIR SPACE',
  'U+200B': 'ZERO WIDTH SPACE',
  'U+200C': 'ZERO WIDTH NON-JOINER',
  'U+200D': 'ZERO WIDTH JOINER',
  'U+200E': 'LEFT-TO-RIGHT MARK',
  'U+200F': 'RIGHT-TO-LEFT MARK',
  'U+2028': 'LINE SEPARATOR',
  'U+2029': 'PARAGRAPH SEPARATOR',
  'U+202A': 'LEFT-TO-RIGHT EMBEDDING',
  'U+202B': 'RIGHT-TO-LEFT EMBEDDING',
  'U+202C': 'POP DIRECTIONAL FORMATTING',
  'U+202D': 'LEFT-TO-RIGHT OVERRIDE',
  'U+202E': 'RIGHT-TO-LEFT OVERRIDE',
  'U+202F': 'NARROW NO-BREAK SPACE',
  'U+205F': 'MEDIUM MATHEMATICAL SPACE',
  'U+2060': 'WORD JOINER',
  'U+2061': 'FUNCTION APPLICATION',
  'U+2062': 'INVISIBLE TIMES',
  'U+2063': 'INVISIBLE SEPARATOR',
  'U+2064': 'INVISIBLE PLUS',
  'U+2066': 'LEFT-TO-RIGHT ISOLATE',
  'U+2067': 'RIGHT-TO-LEFT ISOLATE',
  'U+2068': 'FIRST STRONG ISOLATE',
  'U+2069': 'POP DIRECTIONAL ISOLATE',
  'U+3000': 'IDEOGRAPHIC SPACE',
  'U+3164': 'HANGUL FILLER',
  'U+FE0E': 'VARIATION SELECTOR-15',
  'U+FE0F': 'VARIATION SELECTOR-16',
  'U+FEFF': 'ZERO WIDTH NO-BREAK SPACE',
  'U+FFA0': 'HALFWIDTH HANGUL FILLER',
}

/** A character that nobody sees in words, as in "U+200B ZERO WIDTH SPACE". */
export function nameOf(character: string): string {
  const code = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
  const kind = /\p{Cc}/u.test(character) ? 'control' : 'format'
  return `${code} ${NAMES[code] ?? `(a ${kind} character)`}`
}
