/** The model: everything that must be true of one site, as plain data. */
import type { Answer, ContactName } from '../acts.ts'

export interface Offer {
  products: string[]
  isGift?: boolean
  isDraft?: boolean
  isArchived?: boolean
  /** Access begins then, in hours since the story began; or at once. */
  beginsAt?: number
  /** How long access lasts; or for ever. */
  days?: number
}

/** The offers of the site, in the order in which answers list them. */
export const CATALOGUE: Record<string, Offer> = {
  Course: { products: ['Light'] },
  Bundle: { products: ['Light', 'Colour'] },
  Gift: { products: ['Colour'], isGift: true, days: 5 },
  Day: { products: ['Notes'], days: 1 },
  Later: { products: ['Notes'], beginsAt: 26, days: 1 },
  Draft: { products: [], isDraft: true },
  Old: { products: [], isArchived: true },
}

/** One is an offer of another account, the other no offer at all. */
export const STRANGE_OFFERS = ['Foreign', 'Unknown']

export interface Contact {
  id: ContactName
  name: string
  email: string
  isDeleted: boolean
}

export interface Grant {
  who: ContactName
  offer: string
  /** Hours since the story began, as all times here. */
  at: number
  from: number
  until: number | null
  /** The words of a gift; null: no gift. */
  gift: object | null
  ended: 'revoked' | 'replaced' | 'expired' | 'contact_deleted' | null
}

export interface Event {
  type: string
  who: ContactName
  offer?: string
  reason?: string
}

export interface Email {
  kind: 'welcome' | 'gift' | 'offer_grant'
  who: ContactName
  /** Due until it is in the outbox; cancelled when its recipient was gone by then. */
  status: 'due' | 'kept' | 'cancelled'
  /** Null until then, and again when its recipient is deleted. */
  to: string | null
}

/** The first answer to an Idempotency-Key. */
export interface KeptAnswer {
  /** Whose key it is: the same word means another key on another route. */
  route: string
  key: string
  /** All that the request said. */
  said: string
  answer: Answer
  at: number
  /** Whose data the answer tells. */
  tells: ContactName | null
}

export interface World {
  hour: number
  /** The site confirms grants, unless a request declines it. */
  confirms: boolean
  offers: Record<string, Offer>
  contacts: Contact[]
  /** Who is a customer. Name and e-mail are those of the contact. */
  customers: ContactName[]
  grants: Grant[]
  events: Event[]
  emails: Email[]
  keptAnswers: KeptAnswer[]
}

export const newWorld = (confirms: boolean): World => ({
  hour: 0,
  confirms,
  offers: structuredClone(CATALOGUE),
  contacts: [],
  customers: [],
  grants: [],
  events: [],
  emails: [],
  keptAnswers: [],
})
