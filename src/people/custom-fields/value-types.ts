/** The types of custom fields: which values each accepts, and how its values can be compared. */
import { FieldError } from '../../platform/jsonapi/fields.ts'
import { parseEmailAddress } from '../../platform/text/email-address.ts'
import { readName } from '../../platform/text/names.ts'

/** How the values of a type are compared. */
export type ValueKind = 'text' | 'number' | 'date' | 'flag'

interface ValueType {
  kind: ValueKind
  /** Completes "… must be". */
  form: string
  /** The value as it is kept; an empty text stands for none. Undefined: it does not have that form. @throws FieldError */
  read: (text: string, options: string[]) => string | undefined
}

const LONGEST_TEXT = 1_000
const LONGEST_PARAGRAPHS = 10_000

function atMost(longest: number, text: string): string {
  if (text.length > longest) throw new FieldError('too_long', `is too long (at most ${longest} characters)`)
  return text
}

const phone: ValueType = {
  kind: 'text',
  form: 'a phone number such as +1 212 555 0100',
  read: (text) =>
    /^\+?[\d\s()./x#-]{3,40}$/i.test(text) && /\d{3}/.test(text.replace(/\D/g, '')) ? text : undefined,
}

const choice: ValueType = {
  kind: 'text',
  form: 'one of its select_options',
  read(text, options) {
    if (options.includes(text)) return text
    throw new FieldError('invalid', `must be one of ${options.join(', ')}`)
  },
}

const FLAGS: Record<string, string> = {
  ...Object.fromEntries(['true', '1', 'on', 'yes'].map((text) => [text, 'true'])),
  ...Object.fromEntries(['false', '0', 'off', 'no'].map((text) => [text, 'false'])),
}

/** Countries by their codes and by their English names, in lower case. */
const countries = new Map<string, string>()

function countryOf(text: string): string | undefined {
  if (countries.size === 0) {
    const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
    for (const code of letters.flatMap((first) => letters.map((second) => first + second))) {
      const name = code === 'ZZ' ? undefined : names.of(code)
      if (name) for (const spelling of [code, name]) countries.set(spelling.toLowerCase(), code)
    }
  }
  return countries.get(text.toLowerCase())
}

/** As it is written, without zeros that mean nothing. */
function numberOf(text: string): string | undefined {
  const [, sign, whole, fraction = ''] = /^(-?)0*(\d{1,15})(?:\.(\d{1,10}))?$/.exec(text) ?? []
  if (whole === undefined) return undefined
  const decimals = fraction.replace(/0+$/, '')
  const amount = decimals === '' ? whole : `${whole}.${decimals}`
  return amount === '0' ? '0' : sign + amount
}

export function dateOf(text: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? text : undefined
}

const TYPES = {
  TextField: { kind: 'text', form: 'a text', read: (text) => atMost(LONGEST_TEXT, text) },
  TextAreaField: { kind: 'text', form: 'a text', read: (text) => atMost(LONGEST_PARAGRAPHS, text) },
  PhoneField: phone,
  MobilePhoneField: phone,
  EmailField: {
    kind: 'text',
    form: 'an e-mail address',
    read: (text) => parseEmailAddress(text) ?? undefined,
  },
  CheckboxField: { kind: 'flag', form: 'true or false', read: (text) => FLAGS[text.toLowerCase()] },
  SelectBoxField: choice,
  RadioButtonsField: choice,
  CountryField: {
    kind: 'text',
    form: 'a country, by its code or its English name, such as US or Canada',
    read: countryOf,
  },
  NumberField: {
    kind: 'number',
    form: 'a number with at most 15 digits before the decimal point and 10 after it, for example 149.5',
    read: numberOf,
  },
  DateField: { kind: 'date', form: 'a date such as 2026-01-31', read: dateOf },
} satisfies Record<string, ValueType>

export type FieldType = keyof typeof TYPES

/** The first nine are Kajabi's. */
export const FIELD_TYPES = Object.keys(TYPES) as FieldType[]

export const typeOf = (type: FieldType): ValueType => TYPES[type]

/** A value that a field could have, for previews. */
export function sampleValue({
  title,
  type,
  options,
}: {
  title: string
  type: FieldType
  options: string[]
}): string {
  switch (typeOf(type).kind) {
    case 'number':
      return '7'
    case 'date':
      return '2026-01-31'
    case 'flag':
      return 'true'
    case 'text':
      return options[0] ?? title
  }
}

/** Whether values can have several lines; those of other types are stored on one, as names are. */
export const isParagraphs = (type: FieldType): boolean => type === 'TextAreaField'

/** Types whose values are chosen from a list. */
export const hasOptions = (type: FieldType): boolean => TYPES[type] === choice

/** One on each line, as they are given and kept. */
export const optionsIn = (text: string | null): string[] =>
  (text ?? '')
    .split('\n')
    .map(readName)
    .filter((option) => option !== '')
