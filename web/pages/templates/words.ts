/** The texts of a template as the editor has them. */

/** In the order in which they are edited. */
export const FIELDS = ['subject', 'preheader', 'heading', 'body', 'button', 'footer', 'text'] as const

export type FieldName = (typeof FIELDS)[number]

/** What each field says; an automation's own text part can be left to be generated: null. */
export type Words = Record<FieldName, string | null>

export const wordsOf = (own: Partial<Words>, defaults: Partial<Words>): Words =>
  Object.fromEntries(FIELDS.map((field) => [field, own[field] ?? defaults[field] ?? null])) as Words

/** As the API keeps them: a text that is the default is null, and follows the default from then on. */
export const toAttributes = (words: Words, defaults: Partial<Words>): Words =>
  Object.fromEntries(
    FIELDS.map((field) => [field, words[field] === (defaults[field] ?? null) ? null : words[field]]),
  ) as Words

/** The place in a text that an error of a template names: "body, line 2, column 6: …". */
export function placeIn(text: string, detail: string): number | undefined {
  const [, line, column] = /, line (\d+), column (\d+):/.exec(detail) ?? []
  if (line === undefined) return undefined
  const before = text.split('\n').slice(0, Number(line) - 1)
  return before.reduce((length, one) => length + one.length + 1, 0) + Number(column) - 1
}
