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
    if (text === undefined || !isWebAddress(text)) return undefined
    // Headers take ASCII alone: other letters are encoded, as browsers do it.
    const { href } = new URL(text)
    return href.length <= LONGEST_URL ? href : undefined
  },
}

function isWebAddress(text: string): boolean {
  const url = URL.parse(text)
  // Browsers ignore control characters, and would go somewhere else than it seems.
  if (!url || /[\p{Cc}\s]/u.test(text)) return false
  return isOfTheWeb(url) && url.username === '' && url.password === ''
}

/** In a policy for browsers, a semicolon or comma in the host would start another directive. */
const isOfTheWeb = ({ protocol, hostname }: URL) =>
  ['http:', 'https:'].includes(protocol) && !/[;,]/.test(hostname)

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
  if (!url || !isOfTheWeb(url)) return null
  return url.href === `${url.origin}/` ? url.origin : null
}
