import { readName } from '../../platform/text/names.ts'

/** Names that a cell with several of them can have. */
export interface KnownNames {
  /** By nameKey(). */
  keys: ReadonlySet<string>
  /** Parts of the longest of them. */
  mostParts: number
}

/** What a cell with several names was read as. */
export interface ReadNames {
  /** Each once, as it is written. */
  names: string[]
  /** How it was read, where it can be read in more than one way. */
  ambiguous: string | null
}

const SEPARATOR = /,\s+/y

/** Names that are equal but for case and spaces have the same key. */
export const nameKey = (name: string): string => readName(name).replace(/\s+/g, ' ').toLowerCase()

export function knownNames(names: Iterable<string>): KnownNames {
  const keys = new Set([...names].map(nameKey))
  const mostParts = Math.max(1, ...[...keys].map((key) => key.split(/,\s+/).length))
  return { keys, mostParts }
}

/**
 * Reads the names in a cell that are separated by a comma and a space, which names can contain, too: names in quotes
 * are what they are; then known names come first, the longest first. What is left is separated at each comma.
 *
 * @param trusted names that are no part of a longer one, because they stand alone somewhere in the file
 */
export function readNames(cell: string, known: KnownNames, trusted: KnownNames): ReadNames {
  const parts = partsOf(cell)
  const names = new Map<string, string>()
  let isAmbiguous = false
  let wasDoubtful = false
  for (let start = 0; start < parts.length; ) {
    const length = longestKnown(parts, start, known)
    const run = parts.slice(start, start + Math.max(length, 1))
    const name = readName(textOf(run))
    const isDoubtful = length === 0 && !run[0]!.isQuoted && !trusted.keys.has(nameKey(name))
    // Of two neighbours that nobody knows, the comma can be part of one name.
    if (isDoubtful && wasDoubtful) isAmbiguous = true
    if (run.length > 1 && run.every(({ text }) => known.keys.has(nameKey(text)))) isAmbiguous = true
    if (name !== '' && !names.has(nameKey(name))) names.set(nameKey(name), name)
    wasDoubtful = isDoubtful
    start += run.length
  }
  const read = [...names.values()]
  return { names: read, ambiguous: isAmbiguous ? read.map((name) => `"${name}"`).join(' and ') : null }
}

/** A cell with these names, as readNames() reads it: those that could be read otherwise are in quotes. */
export const writeNames = (names: string[]): string =>
  names.map((name) => (/,\s|^"/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(', ')

interface Part {
  text: string
  isQuoted: boolean
}

/** Sticky, so that every character is looked at once: a name in quotes, or what comes before the next separator. */
const PART = /"((?:[^"]|"")*)"(?=,\s|\s*$)|((?:(?!,\s).)*)/suy

function partsOf(cell: string): Part[] {
  const parts: Part[] = []
  const text = cell.trim()
  for (let at = 0; at < text.length; ) {
    PART.lastIndex = at
    const [whole = '', quoted, bare = ''] = PART.exec(text) ?? []
    if (quoted !== undefined) parts.push({ text: quoted.replaceAll('""', '"'), isQuoted: true })
    else if (bare.trim() !== '') parts.push({ text: bare, isQuoted: false })
    SEPARATOR.lastIndex = at + whole.length
    at += whole.length + (SEPARATOR.exec(text)?.[0].length ?? 0)
    if (SEPARATOR.lastIndex === 0 && whole === '') break
  }
  return parts
}

const textOf = (parts: Part[]): string => parts.map(({ text }) => text).join(', ')

/** How many parts the longest known name has that begins here; 0: none does. */
function longestKnown(parts: Part[], start: number, { keys, mostParts }: KnownNames): number {
  for (let length = Math.min(mostParts, parts.length - start); length > 0; length--) {
    const run = parts.slice(start, start + length)
    if (run.every(({ isQuoted }) => !isQuoted) && keys.has(nameKey(textOf(run)))) return length
  }
  return 0
}
