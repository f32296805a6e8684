import { Type } from 'typebox'
import { unprocessable } from '../../platform/jsonapi/errors.ts'
import { NullableText } from '../../platform/jsonapi/nullable.ts'
import { describeProblem, parseEmailAddress } from '../../platform/text/email-address.ts'
import { type PartOfName, readName } from '../../platform/text/names.ts'
import { type CustomValues, isHandle } from '../custom-fields/read-values.ts'
import { type ExternalId, ExternalIds, parseExternalIds } from '../external-ids/external-ids.ts'

/** Texts on one line that can be set on a contact. */
const LINES = [
  'phone_number',
  'business_number',
  'mobile_phone_number',
  'address_line_1',
  'address_line_2',
  'address_city',
  'address_state',
  'address_country',
  'address_zip',
] as const

const LONGEST_TEXT = 1_000

const Text = (notes: object = {}) => Type.Optional(NullableText({ maxLength: LONGEST_TEXT, ...notes }))

const NamePart = Type.Optional(
  Type.String({ description: 'Part of the name, where `name` is not given', examples: [] }),
)

/** The attributes that can be set on a contact, as parseContactAttributes() reads them. */
export const ContactAttributesSchema = Type.Object({
  name: Text(),
  first_name: NamePart,
  last_name: NamePart,
  email: Type.String({ format: 'email' }),
  subscribed: Type.Optional(Type.Boolean({ description: 'Whether the contact takes marketing e-mails' })),
  ...Object.fromEntries(LINES.map((name) => [name, Text()])),
  mobile_phone_number: Text({ 'x-extension': true }),
  external_user_id: Text({ description: 'The id that another system has for the person' }),
  external_user_ids: Type.Optional(Type.Unsafe<unknown>({ ...ExternalIds, 'x-extension': true })),
})

export type ContactValues = {
  [Name in (typeof LINES)[number]]?: string | null
} & {
  name?: string
  email?: string
  subscribed?: boolean
  /** By handle, as readCustomValues() returns them; what is not named stays. */
  custom?: CustomValues
}

/** The ids that other systems have for a contact. */
export interface WantedIds {
  /** All of them. */
  externalIds?: ExternalId[]
  /** The first without a source; null: there is to be none. */
  externalUserId?: string | null
}

/** What a request wants of a contact; whatever is undefined was not given. */
export interface ContactChanges extends WantedIds {
  values: ContactValues
  /** A first or a last name without the other, and no whole name. */
  partOfName?: PartOfName
}

export interface ContactAttributes extends ContactChanges {
  /** Values of custom fields as they are given, to be read by readCustomValues(): that takes the site. */
  custom: Record<string, unknown>
  /** Names that a contact does not have, or that are read-only. */
  ignored: string[]
}

/**
 * Reads the attributes of a request about a contact: e-mails as parseEmailAddress() does, names as readName() does,
 * `first_name` and `last_name` make a `name` when it is missing, a blank text is none.
 *
 * @throws ApiError 422 that points at the attribute
 */
export function parseContactAttributes(given: Record<string, unknown>): ContactAttributes {
  const values: ContactValues = {}
  const custom: Record<string, unknown> = {}
  const ignored: string[] = []
  const ids: WantedIds = {}
  for (const [name, value] of Object.entries(given)) {
    if (name === 'name') values.name = parseLine(name, value) ?? ''
    else if (name === 'email') values.email = parseEmail(value)
    else if (name === 'subscribed') values.subscribed = parseFlag(name, value)
    else if (name === 'external_user_id') ids.externalUserId = parseLine(name, value)
    else if (name === 'external_user_ids') ids.externalIds = parseExternalIds(value)
    else if (isOneOf(LINES, name)) values[name] = parseLine(name, value)
    else if (isHandle(name)) custom[name] = value
    else if (!['first_name', 'last_name'].includes(name)) ignored.push(name)
  }
  return { ...withParts(values, given), ...ids, custom, ignored }
}

/** The values of a contact that is new: one part of a name is all of it then. */
export const valuesOfNew = ({
  values,
  partOfName,
  externalIds,
  externalUserId,
}: ContactChanges): ContactValues & WantedIds => ({
  ...(partOfName && { name: partOfName.text }),
  ...values,
  externalIds,
  externalUserId,
})

function withParts(values: ContactValues, given: Record<string, unknown>): ContactChanges {
  const [first, last] = [partOf(given.first_name), partOf(given.last_name)]
  if (values.name || (first === '' && last === '')) return { values }
  if (first !== '' && last !== '') return { values: { ...values, name: `${first} ${last}` } }
  const { name: _, ...others } = values
  const partOfName: PartOfName = first === '' ? { kind: 'last', text: last } : { kind: 'first', text: first }
  return { values: others, partOfName }
}

const partOf = (value: unknown) => (typeof value === 'string' ? readName(value) : '')

const isOneOf = <Name extends string>(names: readonly Name[], name: string): name is Name =>
  (names as readonly string[]).includes(name)

const pointerTo = (name: string) => `/data/attributes/${name}`

function parseLine(name: string, value: unknown): string | null {
  if (value === null) return null
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw unprocessable('invalid', `${name} must be a string`, pointerTo(name))
  }
  const text = readName(String(value))
  if (text.length > LONGEST_TEXT)
    throw unprocessable(
      'too_long',
      `${name} is too long (at most ${LONGEST_TEXT} characters)`,
      pointerTo(name),
    )
  return text === '' ? null : text
}

function parseEmail(value: unknown): string {
  if (value === null || (typeof value === 'string' && value.trim() === '')) {
    throw unprocessable('blank', "Email can't be blank", pointerTo('email'))
  }
  const address = parseEmailAddress(value)
  if (address) return address
  throw unprocessable(
    'invalid',
    `Email is not an e-mail address${describeProblem(value)}`,
    pointerTo('email'),
  )
}

function parseFlag(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw unprocessable('invalid', `${name} must be true or false`, pointerTo(name))
}
