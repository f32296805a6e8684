/** The order of a folder of the collection: what is there, then a new one that is created, changed and deleted. */
import type { Item } from './postman.ts'

/** A grant, before it is listed, and its change, before it is replaced. */
const OUT_OF_ORDER: Record<string, number> = { addOffersToContact: 0, updateGrant: 2 }

/** Sorts a folder so that it can be run from its beginning to its end. */
export const inOrder = (items: Item[]): Item[] => items.toSorted((a, b) => rankOf(a) - rankOf(b))

function rankOf({ id, request }: Item): number {
  const { method, url } = request!
  if (OUT_OF_ORDER[id!] !== undefined) return OUT_OF_ORDER[id!]!
  const isOfAll = url.path.length === 2
  if (method === 'GET') return isOfAll ? 1 : 2
  if (method === 'POST') return isOfAll ? 3 : 5
  if (method !== 'DELETE') return 4
  return isWholeOne(url.path) ? 7 : 6
}

/** v1/contacts/:id */
export const isWholeOne = (path: string[]): boolean => path.length === 3 && path[2]!.startsWith(':')
