/** The lines in which results and facts are compared, formatted alike for the model and for the server. */
import type { ContactName, Result } from './commands.ts'
import { CATALOGUE, type Email, type Event, type Grant } from './rules/world.ts'

const OFFERS = Object.keys(CATALOGUE)

/** In the order in which responses list them. */
export const inOrder = (offers: string[]) => offers.toSorted((a, b) => OFFERS.indexOf(a) - OFFERS.indexOf(b))

export const refusal = (status: number, code: string, place?: string): Result =>
  `${status} ${code}${place ? ` at ${place}` : ''}`

export const hasFailed = (result: Result) => !result.startsWith('2')

export const replayed = (result: Result): Result => `${result} (replayed)`

interface Person {
  name: string
  /** Null when the person was erased. */
  email: string | null
}

const person = ({ name, email }: Person) => `"${name}" <${email ?? ''}>`

export const contactResult = (status: number, who: ContactName, contact: Person): Result =>
  `${status} ${who} is ${person(contact)}`

export interface Change {
  held: string[]
  /** Present when offers were to be granted and the customer exists. */
  customer?: string
  isNew?: boolean
  granted?: string[]
  already?: string[]
  revoked?: string[]
}

export function offersResult({
  held,
  customer,
  isNew,
  granted = [],
  already = [],
  revoked = [],
}: Change): Result {
  const parts = [
    `200 holds ${list(held)}`,
    customer && `customer of ${customer}${isNew ? ' created' : ''}`,
    granted.length > 0 && `granted ${list(granted)}`,
    already.length > 0 && `already granted ${list(already)}`,
    revoked.length > 0 && `revoked ${list(revoked)}`,
  ]
  return parts.filter(Boolean).join('; ')
}

const list = (names: string[]) => (names.length > 0 ? names.join(', ') : 'nothing')

export interface Page {
  name: string
  email: string
  /** As included in the single resource, and as listed at their own URL. */
  offers: string[]
  listed: string[]
  /** What a customer can open now. */
  products?: string[]
}

/** @param page null: not found */
export function pageLine(noun: 'contact' | 'customer', who: ContactName, page: Page | null): string {
  if (!page) return `page of ${noun} ${who}: not found`
  const { offers, listed, products } = page
  const parts = [person(page), `offers ${list(offers)}`, `listed ${list(listed)}`]
  if (products) parts.push(`opens ${list(products)}`)
  return `page of ${noun} ${who}: ${parts.join('; ')}`
}

export const contactLine = (who: ContactName, contact: Person) => `contact ${who}: ${person(contact)}`

export const aliasLine = (who: ContactName, email: string) => `alias of ${who}: ${email}`

export const customerLine = (who: ContactName, contact: Person) => `customer ${who}: ${person(contact)}`

export const grantLine = ({ who, offer, at, from, until, gift, ended }: Grant) =>
  `grant to ${who}: ${offer} at ${at} h, from ${from} h ${until === null ? 'on' : `until ${until} h`}, ${gift ? `gift ${JSON.stringify(gift)}, ` : ''}${ended ?? 'live'}`

export const eventLine = ({ type, who, offer, reason }: Event) =>
  `event about ${who}: ${[type, offer, reason].filter(Boolean).join(' ')}`

export const emailLine = ({ kind, who, status, to }: Email) =>
  `e-mail to ${who}: ${kind}, ${status}, ${to ?? 'no address'}`
