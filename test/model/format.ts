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

/** @param moved how many grants and addresses the response says have moved */
export const mergedResult = (
  who: ContactName,
  contact: Person,
  moved: { grants: number; addresses: number },
): Result => `${contactResult(200, who, contact)}; moved ${moved.grants} grants, ${moved.addresses} addresses`

/** As results name customers, and contacts to whom grants are. */
const OWNER = /(?<=customer of |grant to )#\d+/g

/**
 * A result that names the contact that each owner is merged into, where it is: the server is asked after all commands
 * of a step, and a kept response may be older than the merge.
 */
export const withPresentOwners = (result: Result, survivorOf: (who: ContactName) => ContactName): Result =>
  result.replaceAll(OWNER, survivorOf)

export const foundResult = (found: ContactName[]): Result => `200 finds ${list(found.toSorted())}`

export interface Change {
  held: string[]
  /** Present when offers were to be granted and the customer exists. */
  customer?: string
  isNew?: boolean
  granted?: string[]
  renewed?: string[]
  already?: string[]
  revoked?: string[]
  /** When access to the offers of the request ends. */
  ends?: [offer: string, until: number | null][]
}

export function offersResult({
  held,
  customer,
  isNew,
  granted = [],
  renewed = [],
  already = [],
  revoked = [],
  ends = [],
}: Change): Result {
  const parts = [
    `200 holds ${list(held)}`,
    customer && `customer of ${customer}${isNew ? ' created' : ''}`,
    granted.length > 0 && `granted ${list(granted)}`,
    renewed.length > 0 && `renewed ${list(renewed)}`,
    already.length > 0 && `already granted ${list(already)}`,
    revoked.length > 0 && `revoked ${list(revoked)}`,
    ends.length > 0 && `access to ${list(ends.map(([offer, until]) => `${offer} ${untilText(until)}`))}`,
  ]
  return parts.filter(Boolean).join('; ')
}

/** In whole hours: the model ignores the seconds that a scenario takes. */
const hour = (time: number) => `${Math.floor(time)} h`

const untilText = (until: number | null) => (until === null ? 'on' : `until ${hour(until)}`)

export const grantResult = ({
  who,
  offer,
  from,
  until,
}: Pick<Grant, 'who' | 'offer' | 'from' | 'until'>): Result =>
  `200 grant to ${who}: ${offer} from ${hour(from)} ${untilText(until)}`

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

export function grantLine({ who, offer, at, from, until, announcedAt, gift, ended }: Grant): string {
  const parts = [
    `at ${hour(at)}`,
    `from ${hour(from)} ${untilText(until)}`,
    ...(gift ? [`gift ${JSON.stringify(gift)}`] : []),
    ended ?? (announcedAt === null ? 'live' : `live, its end announced at ${hour(announcedAt)}`),
  ]
  return `grant to ${who}: ${offer} ${parts.join(', ')}`
}

export const eventLine = ({ type, who, offer, reason }: Event) =>
  `event about ${who}: ${[type, offer, reason].filter(Boolean).join(' ')}`

export const emailLine = ({ kind, who, status, to }: Email) =>
  `e-mail to ${who}: ${kind}, ${status}, ${to ?? 'no address'}`
