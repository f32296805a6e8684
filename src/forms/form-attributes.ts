/** Kinds of values that forms have. */
import { Type } from 'typebox'
import type { Field } from '../platform/jsonapi/fields.ts'

const LONGEST_URL = 2_000

/** An http or https address without a user name and a password. Where a webhook may go is checked when it is saved. */
export const webAddress: Field = {
  schema: Type.String({ format: 'uri', pattern: '^https?://', maxLength: LONGEST_URL }),
  form: 'an http or https address of at most 2,000 characters',
  read(value) {
    const text = typeof value === 'string' ? value.trim() : undefined
    if (text === '') return text
    return text !== undefined && text.length <= LONGEST_URL && isWebAddress(text) ? text : undefined
  },
}

function isWebAddress(text: string): boolean {
  const url = URL.parse(text)
  // Browsers ignore control characters, and would go somewhere else than it seems.
  if (!url || /[\p{Cc}\s]/u.test(text)) return false
  return ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === ''
}

const MOST_ORIGINS = 20

export const originsField: Field = {
  schema: Type.Array(Type.String({ format: 'uri' }), { minItems: 1, maxItems: MOST_ORIGINS }),
  form: `a list of 1 to ${MOST_ORIGINS} origins such as https://www.example.com`,
  read(value) {
    if (!Array.isArray(value) || value.length === 0 || value.length > MOST_ORIGINS) return undefined
    const origins = value.map(originOf)
    return origins.includes(null) ? undefined : [...new Set(origins)]
  },
  fromText: (text) => text.split(',').map((origin) => origin.trim()),
}

/** As browsers send it; a slash at the end is forgiven. */
function originOf(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > LONGEST_URL) return null
  const url = URL.parse(value.trim())
  if (!url || !['http:', 'https:'].includes(url.protocol)) return null
  return url.href === `${url.origin}/` ? url.origin : null
}
