import { unprocessable } from '../jsonapi/errors.ts'
import { parseEmailAddress } from './email-address.ts'

/** What can be set on a contact itself; all but `subscribed` are texts. */
const TEXTS = [
  'phone_number',
  'business_number',
  'address_line_1',
  'address_line_2',
  'address_city',
  'address_state',
  'address_country',
  'address_zip',
  'custom_1',
  'custom_2',
  'custom_3',
] as const

const LONGEST_TEXT = 1_000

export type ContactValues = { [Name in (typeof TEXTS)[number]]?: string | null } & {
  name?: string
  email?: string
  subscribed?: boolean
}

export interface ContactAttributes {
  values: ContactValues
  /** Belongs to the customer; undefined: not given. */
  externalUserId: string | null | undefined
  /** Names that a contact does not have, or that are read-only. */
  ignored: string[]
}

/**
 * Reads the attributes of a request about a contact: e-mails are trimmed and lower-cased, `first_name` and
 * `last_name` make a `name` when it is missing, a blank text is none.
 *
 * @throws ApiError 422 that points at the attribute
 */
export function parseContactAttributes(given: Record<string, unknown>): ContactAttributes {
  const values: ContactValues = {}
  const ignored: string[] = []
  let externalUserId: string | null | undefined
  for (const [name, value] of Object.entries(given)) {
    if (name === 'name') values.name = parseText(name, value) ?? ''
    else if (name === 'email') values.email = parseEmail(value)
    else if (name === 'subscribed') values.subscribed = parseFlag(name, value)
    else if (name === 'external_user_id') externalUserId = parseText(name, value)
    else if (isText(name)) values[name] = parseText(name, value)
    else if (!['first_name', 'last_name'].includes(name)) ignored.push(name)
  }
  const folded = values.name ? undefined : fullName(given)
  if (folded !== undefined) values.name = folded
  return { values, externalUserId, ignored }
}

const isText = (name: string): name is (typeof TEXTS)[number] => (TEXTS as readonly string[]).includes(name)

const pointerTo = (name: string) => `/data/attributes/${name}`

function parseText(name: string, value: unknown): string | null {
  if (value === null) return null
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw unprocessable('invalid', `${name} must be a text`, pointerTo(name))
  }
  const text = String(value).trim()
  if (text.length > LONGEST_TEXT)
    throw unprocessable(
      'too_long',
      `${name} is too long (${LONGEST_TEXT} characters at most)`,
      pointerTo(name),
    )
  return text === '' ? null : text
}

function parseEmail(value: unknown): string {
  if (value === null || (typeof value === 'string' && value.trim() === '')) {
    throw unprocessable('blank', "Email can't be blank", pointerTo('email'))
  }
  const address = parseEmailAddress(value)
  if (!address) throw unprocessable('invalid', 'Email is not an e-mail address', pointerTo('email'))
  return address.toLowerCase()
}

function parseFlag(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw unprocessable('invalid', `${name} must be true or false`, pointerTo(name))
}

function fullName({ first_name, last_name }: Record<string, unknown>): string | undefined {
  const parts = [first_name, last_name].filter((part) => typeof part === 'string' && part.trim() !== '')
  return parts.length > 0 ? parts.map((part) => (part as string).trim()).join(' ') : undefined
}
