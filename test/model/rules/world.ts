/** The state of the model: one site, as plain data. */
import type { ContactName, Result } from '../commands.ts'

export interface Offer {
  products: string[]
  isGift?: boolean
  isDraft?: boolean
  isArchived?: boolean
  /** Start of access, in hours since the scenario began; without it, the time of the grant. */
  beginsAt?: number
  /** Length of access; without it, unlimited. */
  days?: number
  /** The end of access is announced so many days before. */
  endingDays?: number
}

/** The offers of the site, in the order in which responses list them. */
export const CATALOGUE: Record<string, Offer> = {
  Course: { products: ['Light'], endingDays: 1 },
  Bundle: { products: ['Light', 'Colour'] },
  Gift: { products: ['Colour'], isGift: true, days: 5, endingDays: 2 },
  Day: { products: ['Notes'], days: 1 },
  Later: { products: ['Notes'], beginsAt: 26, days: 1, endingDays: 1 },
  Draft: { products: [], isDraft: true },
  Old: { products: [], isArchived: true },
}

/** An offer of another account, and one that does not exist. */
export const INVALID_OFFERS = ['Foreign', 'Unknown']

export interface Contact {
  id: ContactName
  name: string
  email: string
  /** Former addresses, which still find the contact. */
  aliases: string[]
  /** Also when it is merged. */
  isDeleted: boolean
  /** The contact that it is merged into. */
  mergedInto: ContactName | null
}

export interface Grant {
  who: ContactName
  offer: string
  /** Hours since the scenario began, as all times here. */
  at: number
  from: number
  until: number | null
  /** When its end is announced; null: it is not, or it has been. */
  announcedAt: number | null
  /** The message of a gift; null when it is not a gift. */
  gift: object | null
  ended: 'revoked' | 'replaced' | 'expired' | 'contact_deleted' | 'merged' | null
}

export interface Event {
  type: string
  who: ContactName
  offer?: string
  reason?: string
}

export interface Email {
  kind: 'welcome' | 'gift' | 'offer_grant' | 'access_ending'
  who: ContactName
  /** Due until it is in the outbox; cancelled when its recipient is deleted by then. */
  status: 'due' | 'kept' | 'cancelled'
  /** Null until then, and again when its recipient is deleted. */
  to: string | null
}

/** The first result under an Idempotency-Key. */
export interface KeptResult {
  /** The same key on another route is another key. */
  route: string
  key: string
  /** The whole request. */
  body: string
  result: Result
  at: number
  /** The contact whose data the result contains. */
  containsDataOf: ContactName | null
}

export interface World {
  hour: number
  /** The commands so far. */
  commands: number
  /** Whether the site sends an e-mail for each grant, unless a request declines it, and for each end of access. */
  confirms: boolean
  offers: Record<string, Offer>
  contacts: Contact[]
  /** Contacts who are customers. Their name and e-mail are those of the contact. */
  customers: ContactName[]
  /** Contacts whose customer is that of the contact that they are merged into. */
  passedOn: ContactName[]
  grants: Grant[]
  events: Event[]
  emails: Email[]
  keptResults: KeptResult[]
}

export const newWorld = (confirms: boolean): World => ({
  hour: 0,
  commands: 0,
  confirms,
  offers: structuredClone(CATALOGUE),
  contacts: [],
  customers: [],
  passedOn: [],
  grants: [],
  events: [],
  emails: [],
  keptResults: [],
})

/** The time in hours. Each command takes a moment, so that a period that begins later also ends later. */
export const nowIn = ({ hour, commands }: World): number => hour + commands / 1_000_000
