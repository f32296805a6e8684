import type { ContactValues } from '../../../people/contacts/contact-attributes.ts'
import type { CustomField } from '../../../people/custom-fields/find-fields.ts'
import { readCustomValue } from '../../../people/custom-fields/read-values.ts'
import { ApiError } from '../../../platform/jsonapi/errors.ts'
import { describeWritten, parseWrittenAddress } from '../../../platform/text/email-address.ts'
import { isCustom } from '../../columns.ts'
import type { ImportContext, ImportRow } from '../../import-kind.ts'
import { isRounded } from '../../reading/read-cell.ts'
import { readDate } from '../../reading/read-date.ts'
import { RowProblem } from '../../row-problem.ts'

/** What a row says of a contact. */
export interface ReadContact {
  values: ContactValues & { email: string }
  id: string | null
  customerId: string | null
  isCustomer: boolean
  createdAt: Date | null
  customerCreatedAt: Date | null
  lastActivity: Date | null
  /** The cells, as they are: names with commas between them. */
  tags: string
  products: string
}

/** Reports a cell that is left out. @param field whose column it is */
export type LeaveOut = (field: string, reason: string) => void

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

/**
 * Reads a row about a contact. A cell without which the contact is still right is left out and reported; anything else
 * that is wrong is the problem of the row.
 *
 * @param customFields by handle
 * @throws RowProblem
 */
export function readContact(
  { values, raw }: ImportRow,
  context: ImportContext,
  customFields: Map<string, CustomField>,
  leaveOut: LeaveOut,
): ReadContact {
  const readTime = (field: string): Date | null => {
    const text = values[field]
    if (text === undefined) return null
    const time = readDate(text, context.dates)
    if (time !== null && time <= context.origin.now) return time
    leaveOut(field, time === null ? 'It is no date that is known here' : 'It is in the future')
    return null
  }
  const readId = (field: string): string | null => {
    const text = values[field]
    if (text === undefined || /^[1-9]\d{0,11}$/.test(text)) return text ?? null
    leaveOut(field, 'It is no id: a whole number of at most 12 digits')
    return null
  }
  const customerCreatedAt = readTime('customer_created_at')
  const customerId = readId('customer_id')
  return {
    values: {
      email: readEmail(values.email),
      ...readContactName(values),
      ...readSubscribed(values.subscribed),
      ...readLines(values, leaveOut),
      ...readCustom(raw, customFields),
    },
    id: readId('id'),
    customerId,
    isCustomer: customerId !== null || customerCreatedAt !== null,
    createdAt: readTime('created_at'),
    customerCreatedAt,
    lastActivity: readTime('last_activity'),
    tags: values.tags ?? '',
    products: values.products ?? '',
  }
}

function readEmail(text: string | undefined): string {
  if (text === undefined) throw new RowProblem('email', 'blank', 'The row has no e-mail address.')
  const email = parseWrittenAddress(text)
  if (email !== null) return email
  throw new RowProblem('email', 'invalid', `It is not an e-mail address${describeWritten(text)}.`)
}

function readContactName({ name, first_name: first, last_name: last }: Record<string, string>) {
  const whole = name ?? [first, last].filter((part) => part !== undefined).join(' ')
  if (whole === '') return {}
  if (whole.length > LONGEST_TEXT)
    throw new RowProblem('name', 'too_long', `It is longer than ${LONGEST_TEXT} characters.`)
  return { name: whole }
}

const YES = ['true', 'yes', 'y', '1', 'subscribed', 'on', 'opted in']
const NO = ['false', 'no', 'n', '0', 'unsubscribed', 'off', 'opted out', 'never subscribed']

function readSubscribed(text: string | undefined): { subscribed?: boolean } {
  if (text === undefined) return {}
  const word = text.toLowerCase()
  if (YES.includes(word)) return { subscribed: true }
  if (NO.includes(word)) return { subscribed: false }
  throw new RowProblem('subscribed', 'invalid', 'It must be true or false.')
}

function readLines(values: Record<string, string>, leaveOut: LeaveOut): ContactValues {
  const lines: ContactValues = {}
  for (const name of LINES) {
    const text = values[name]
    if (text === undefined) continue
    if (isRounded(text)) leaveOut(name, 'A spreadsheet has rounded the number')
    else if (text.length > LONGEST_TEXT)
      throw new RowProblem(name, 'too_long', `It is longer than ${LONGEST_TEXT} characters.`)
    else lines[name] = text
  }
  return lines
}

function readCustom(raw: Record<string, string>, fields: Map<string, CustomField>): ContactValues {
  const custom: Record<string, string> = {}
  for (const [handle, cell] of Object.entries(raw)) {
    const field = isCustom(handle) ? fields.get(handle) : undefined
    if (field === undefined) continue
    try {
      const value = readCustomValue(field, cell, [])
      if (value !== null) custom[handle] = value
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      throw new RowProblem(handle, error.code, `${error.message}.`)
    }
  }
  return Object.keys(custom).length > 0 ? { custom } : {}
}

/**
 * What two rows about one person say together: the later one counts, but its blanks erase nothing. Who does not
 * take marketing e-mails in one of them takes none.
 */
export function mergeContacts(first: ReadContact, later: ReadContact): ReadContact {
  const custom = { ...first.values.custom, ...later.values.custom }
  const isUnsubscribed = [first, later].some(({ values }) => values.subscribed === false)
  return {
    ...first,
    values: {
      ...first.values,
      ...later.values,
      ...(Object.keys(custom).length > 0 && { custom }),
      ...(isUnsubscribed && { subscribed: false }),
    },
    id: first.id ?? later.id,
    customerId: first.customerId ?? later.customerId,
    isCustomer: first.isCustomer || later.isCustomer,
    createdAt: earlier(first.createdAt, later.createdAt),
    customerCreatedAt: earlier(first.customerCreatedAt, later.customerCreatedAt),
    lastActivity: later.lastActivity ?? first.lastActivity,
  }
}

const earlier = (one: Date | null, other: Date | null): Date | null =>
  one === null || (other !== null && other < one) ? other : one
