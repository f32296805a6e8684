/**
 * Cursors: places in a sorted list, in a form that clients pass on without reading it. A cursor is not a secret and is
 * not trusted: it decides where in a list a page begins, never which rows are in that list.
 */
import { badRequest } from './errors.ts'
import { isId } from './identifiers.ts'
import type { Place, SortKey } from './sorting.ts'

export type Direction = 'after' | 'before'

/** A page by cursor, as a request asks for it. */
export interface CursorPage {
  direction: Direction
  /** As it was given; empty for the start of the list with `page[after]`, for its end with `page[before]`. */
  cursor: string
  place: Place | null
  /** What its cursors are bound to. */
  list: SortedList
}

export interface SortedList {
  type: string
  /** As clients write it, as in `-created_at`. */
  sort: string
  keys: SortKey[]
}

/** Texts in a URL, of which Node.js takes 16 kB in all. */
const LONGEST_CURSOR = 8_000

export const encodeCursor = ({ type, sort }: SortedList, place: Place): string =>
  Buffer.from(JSON.stringify([type, sort, ...place])).toString('base64url')

/**
 * Reads a cursor of this list.
 *
 * @throws ApiError 400 when it is malformed, or a cursor of another list or sort
 */
export function decodeCursor(parameter: string, cursor: string, { type, sort, keys }: SortedList): Place {
  const [ofType, ofSort, ...place] = readArray(cursor)
  const id = place.at(-1)
  if (typeof ofType !== 'string' || typeof ofSort !== 'string' || typeof id !== 'string' || !isId(id))
    throw malformedCursor(parameter)
  if (ofType !== type || ofSort !== sort)
    throw badRequest(
      'invalid_cursor',
      `The cursor in ${parameter} belongs to another list or another sort. Send the sort that it was made with, or leave ${parameter} empty to start again.`,
      { parameter },
    )
  const isPlace =
    place.length === keys.length &&
    keys.every(
      ({ nullable }, index) => typeof place[index] === 'string' || (nullable && place[index] === null),
    )
  if (!isPlace) throw malformedCursor(parameter)
  return place as Place
}

export const malformedCursor = (parameter: string) =>
  badRequest(
    'invalid_cursor',
    `${parameter} is not a cursor of this list. Take one from the links or from meta.cursors of a page, or leave ${parameter} empty to start again.`,
    { parameter },
  )

function readArray(cursor: string): unknown[] {
  if (cursor.length > LONGEST_CURSOR || !/^[\w-]+$/.test(cursor)) return []
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(read) ? read : []
  } catch {
    return []
  }
}
