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

const SEPARATOR = /,\s+/

/** Names that are equal but for case and spaces have the same key. */
export const nameKey = (name: string): string => readName(name).replace(/\s+/g, ' ').toLowerCase()

export function knownNames(names: Iterable<string>): KnownNames {
  const keys = new Set([...names].map(nameKey))
  const mostParts = Math.max(1, ...[...keys].map((key) => key.split(SEPARATOR).length))
  return { keys, mostParts }
}

/**
 * Reads the names in a cell that are separated by a comma and a space, which names can contain, too: known names come
 * first, the longest first. What is left is separated at each comma.
 *
 * @param trusted names that are no part of a longer one, because they stand alone somewhere in the file
 */
export function readNames(cell: string, known: KnownNames, trusted: KnownNames): ReadNames {
  const parts = cell.split(SEPARATOR).filter((part) => part.trim() !== '')
  const names = new Map<string, string>()
  let isAmbiguous = false
  let wasDoubtful = false
  for (let start = 0; start < parts.length; ) {
    const length = longestKnown(parts, start, known)
    const name = readName(parts.slice(start, start + Math.max(length, 1)).join(', '))
    const isDoubtful = length === 0 && !trusted.keys.has(nameKey(name))
    // Of two neighbours that nobody knows, the comma can be part of one name.
    if (isDoubtful && wasDoubtful) isAmbiguous = true
    if (length > 1 && parts.slice(start, start + length).every((part) => known.keys.has(nameKey(part))))
      isAmbiguous = true
    if (!names.has(nameKey(name))) names.set(nameKey(name), name)
    wasDoubtful = isDoubtful
    start += Math.max(length, 1)
  }
  const read = [...names.values()]
  return { names: read, ambiguous: isAmbiguous ? read.map((name) => `"${name}"`).join(' and ') : null }
}

/** How many parts the longest known name has that begins here; 0: none does. */
function longestKnown(parts: string[], start: number, { keys, mostParts }: KnownNames): number {
  for (let length = Math.min(mostParts, parts.length - start); length > 0; length--)
    if (keys.has(nameKey(parts.slice(start, start + length).join(', ')))) return length
  return 0
}
