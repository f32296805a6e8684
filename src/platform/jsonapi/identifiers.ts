const LARGEST_ID = 2n ** 63n - 1n

/** Whether `text` is an id as we write them: decimal digits, no leading zero, at most 64 bits. */
export function isId(text: string): boolean {
  return /^[1-9]\d{0,18}$/.test(text) && BigInt(text) <= LARGEST_ID
}

/**
 * An id in a request, as we write ids. One that cannot exist is "0", which nothing has; so is a number beyond 2^53,
 * which has been rounded when JSON was read and might name another resource.
 */
export function readId(id: string | number): string {
  const text = typeof id === 'string' || Number.isSafeInteger(id) ? String(id) : ''
  return isId(text) ? text : '0'
}

/** As in "the contact with the id 7". Of an id that cannot exist only the place in the request is known. */
export const withId = (id: string): string => (id === '0' ? 'with this id' : `with the id ${id}`)

export interface ResourceIdentifier {
  type: string
  id: string
}

export const identifier = (type: string, id: string): ResourceIdentifier => ({ id, type })
