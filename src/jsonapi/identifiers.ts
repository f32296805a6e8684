const LARGEST_ID = 2n ** 63n - 1n

/** Whether `text` is an id as we write them: decimal digits, no leading zero, at most 64 bits. */
export function isId(text: string): boolean {
  return /^[1-9]\d{0,18}$/.test(text) && BigInt(text) <= LARGEST_ID
}

export interface ResourceIdentifier {
  type: string
  id: string
}

export const identifier = (type: string, id: string): ResourceIdentifier => ({ id, type })
