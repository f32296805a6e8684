/** Attributes as another server shows them; null: it does not, or not in this form. */
type Attributes = Record<string, unknown>

export function textIn(attributes: Attributes, name: string): string | null {
  const value = attributes[name]
  return typeof value === 'string' && value !== '' ? value : null
}

/** A whole number, also one that is written as a text. */
export function numberIn(attributes: Attributes, name: string): number | null {
  const value = attributes[name]
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null
}

export const flagIn = (attributes: Attributes, name: string): boolean => attributes[name] === true

export function dateIn(attributes: Attributes, name: string): Date | null {
  const text = textIn(attributes, name)
  if (text === null) return null
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? null : date
}

/** One of these words. */
export function oneOfIn<Word extends string>(
  attributes: Attributes,
  name: string,
  words: readonly Word[],
): Word | null {
  const text = textIn(attributes, name)?.toLowerCase()
  return words.find((word) => word === text) ?? null
}
