/** Kinds of values that requests set: what each looks like in a document, and how it is read. */
import { type TSchema, Type } from 'typebox'
import { parseEmailAddress } from '../text/email-address.ts'
import { CURRENCIES } from '../text/money.ts'
import { readName } from '../text/names.ts'
import { isId } from './identifiers.ts'
import type { Attribute } from './resource.ts'

/** How one value is read from a request. */
export interface Field {
  /** Of the value in the document. */
  schema: TSchema
  /** Completes "… must be", also in the help of the command line. */
  form: string
  /** Undefined when the value does not have that form; an empty text stands for none. @throws FieldError, ApiError */
  read: (value: unknown) => unknown
  /** An empty text is a value of its own, other than none. */
  keepsEmpty?: boolean
  /** The value in a document for a text of the command line. Left out: the text. */
  fromText?: (text: string) => unknown
}

/** A value that is refused for another reason than its form. */
export class FieldError extends Error {
  readonly code: string

  /** @param problem completes the name of the attribute, as in "is too long" */
  constructor(code: string, problem: string) {
    super(problem)
    this.code = code
  }
}

interface WriteOptions {
  /** It must be given when the resource is created. */
  required?: boolean
  /** It can be set only then. Left out: always. */
  when?: 'create' | 'update'
}

export type Write = Field & WriteOptions

/** An attribute that requests can set. Null removes the value where the attribute can be null. */
export const writable = (attribute: Attribute, field: Field, options: WriteOptions = {}): Attribute => ({
  ...attribute,
  write: { ...field, ...options },
})

function textField(longest: number, form: string, normalize: (text: string) => string): Field {
  return {
    schema: Type.String({ maxLength: longest }),
    form,
    read(value) {
      if (typeof value !== 'string') return undefined
      const text = normalize(value)
      if (text.length > longest)
        throw new FieldError('too_long', `is too long (at most ${longest} characters)`)
      return text
    },
  }
}

/** A text on one line. */
export const line = (longest = 255): Field => textField(longest, 'a string', readName)

/** A text of any number of lines. */
export const paragraphs = (longest = 20_000): Field =>
  textField(longest, 'a string', (text) => text.trim().normalize('NFC'))

/** A text of any number of lines that can be empty, where it cannot be null. */
export const optionalParagraphs = (longest?: number): Field => ({ ...paragraphs(longest), keepsEmpty: true })

/** A list of texts on one line each. */
export const listOf = (form: string, most: number, one: Field = line()): Field => ({
  schema: Type.Array(one.schema, { maxItems: most }),
  form: `a list of at most ${most} ${form}`,
  read(value) {
    if (!Array.isArray(value) || value.length > most) return undefined
    const items = value.map(one.read)
    return items.some((item) => item === undefined || item === '') ? undefined : items
  },
  fromText: (text) => (text === 'none' ? [] : text.split(',').map((item) => item.trim())),
})

/** A text that the pattern matches. @param form completes "… must be", as in "a color such as #1f6f5c" */
export function matching(pattern: RegExp, form: string): Field {
  return {
    schema: Type.String({ pattern: pattern.source }),
    form,
    read(value) {
      const text = typeof value === 'string' ? value.trim() : undefined
      return text === '' || (text !== undefined && pattern.test(text)) ? text : undefined
    },
  }
}

export const httpsAddress: Field = {
  schema: Type.String({ format: 'uri', pattern: '^https://' }),
  form: 'an https address of at most 2,000 characters',
  read(value) {
    const text = typeof value === 'string' ? value.trim() : undefined
    if (text === '') return text
    const isAddress = text !== undefined && text.length <= 2_000 && /^https:\/\/\S+$/i.test(text)
    return isAddress && URL.canParse(text) ? text : undefined
  },
}

export const emailAddress: Field = {
  schema: Type.String({ format: 'email' }),
  form: 'an e-mail address',
  read(value) {
    if (typeof value !== 'string') return undefined
    return value.trim() === '' ? '' : (parseEmailAddress(value) ?? undefined)
  },
}

export const choice = (choices: readonly string[]): Field => ({
  schema: Type.Union(choices.map((word) => Type.Literal(word))),
  form: `one of ${choices.join(', ')}`,
  read: (value) => (choices.includes(value as string) ? value : undefined),
})

/** A currency of ISO 4217, also in lower case. */
export const currencyCode: Field = {
  ...choice(CURRENCIES),
  form: 'a currency code such as USD',
  read: (value) => {
    const code = typeof value === 'string' ? value.trim().toUpperCase() : undefined
    return code === '' || CURRENCIES.includes(code!) ? code : undefined
  },
}

/** The id of a resource, as a number or in digits; it is read as we write ids. */
export const idField: Field = {
  schema: Type.Unsafe<number | string>({ type: ['integer', 'string'] }),
  form: 'an id, for example "7"',
  read: (value) =>
    ['string', 'number'].includes(typeof value) && isId(String(value)) ? String(value) : undefined,
}

export const flag: Field = {
  schema: Type.Boolean(),
  form: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : undefined),
  fromText: (text) => ({ true: true, on: true, false: false, off: false })[text] ?? text,
}

export const wholeNumber = (least: number, most: number): Field => ({
  schema: Type.Integer({ minimum: least, maximum: most }),
  form: `a whole number from ${least} to ${most}`,
  read: (value) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most ? value : undefined,
  fromText: (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : text),
})

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/

/** JavaScript takes 30 February for 2 March. */
function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

/** A day that was sent without a time; when it begins and ends depends on the time zone of a site. */
export class LocalDay {
  /** As `2026-06-30`. */
  readonly day: string

  constructor(day: string) {
    this.day = day
  }
}

export const time: Field = {
  schema: Type.String({ format: 'date-time' }),
  form: 'a date and time such as 2026-01-15T09:30:00Z',
  read(value) {
    if (typeof value !== 'string' || !ISO_TIME.test(value) || !isDay(value.slice(0, 10))) return undefined
    const date = new Date(value)
    const year = date.getUTCFullYear()
    return year >= 1 && year <= 9_999 ? date : undefined
  },
}

/** A time, or a day in the time zone of a site: see resolveDays(). */
export const timeOrDay: Field = {
  schema: Type.Union([time.schema, Type.String({ format: 'date' })]),
  form: `${time.form}, or a day before 9999-12-31 such as 2026-01-15`,
  read: (value) =>
    // In every zone, its end has a year of four digits.
    typeof value === 'string' && /^[1-9]\d{3}-\d\d-\d\d$/.test(value) && isDay(value) && value < '9999-12-31'
      ? new LocalDay(value)
      : time.read(value),
}
