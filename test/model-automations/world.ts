/** The state of the model: the contacts and automations of one site. */
import type { Definition, OfferName, TagName } from './commands.ts'

export interface World {
  /** Hours since the scenario began. */
  hour: number
  /** Orders the work within an hour. */
  tick: number
  contacts: Contact[]
  automations: Automation[]
}

export interface Contact {
  isDeleted: boolean
  isCustomer: boolean
  tags: Set<TagName>
  /** The held offers, with the hour in which access ends. */
  held: Map<OfferName, number>
  events: Event[]
  runs: Run[]
  emails: number
  calls: number
}

export interface Automation {
  /** Shared with its runs until it is rewritten. */
  definition: Definition
  version: number
  isEnabled: boolean
  isDeleted: boolean
}

export interface Event {
  type: string
  /** The offer or tag of the event. */
  resource: OfferName | TagName | null
  run: Run | null
  depth: number
  isDispatched: boolean
}

export interface Run {
  automation: Automation
  definition: Definition
  version: number
  event: Event
  status: 'active' | 'completed' | 'stopped'
  reason: string | null
  steps: string[]
  due: { hour: number; tick: number }
}

export const newWorld = (): World => ({ hour: 0, tick: 0, contacts: [newContact()], automations: [] })

export const newContact = (): Contact => ({
  isDeleted: false,
  isCustomer: false,
  tags: new Set(),
  held: new Map(),
  events: [],
  runs: [],
  emails: 0,
  calls: 0,
})
