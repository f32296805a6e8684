import type { Intent, Operation } from './journal.ts'

export interface Person {
  contactId: string
  email: string
  /** Known once a response has contained it. */
  customerId: string | null
}

/** What clients know from responses. They all work on the same few contacts, so that requests conflict. */
export interface World {
  /** Ids of offers that can be granted. */
  offers: string[]
  people: Person[]
  /** The latest acknowledged grant request. */
  lastGrant: Intent | null
  freshEmail: () => string
  /** Adds what the response to an operation contains. */
  learn: (operation: Operation) => void
}

const MOST_PEOPLE = 30

export function makeWorld(offers: string[]): World {
  let count = 0
  const world: World = {
    offers,
    people: [],
    lastGrant: null,
    freshEmail: () => `person-${++count}@example.com`,
    learn(operation) {
      const { kind, response, email, contactId } = operation
      if (response?.status === 201) {
        world.people.push({ contactId: response.body.data.id, email: email!, customerId: null })
        if (world.people.length > MOST_PEOPLE) world.people.shift()
      }
      if (response?.status !== 200) return
      const person = world.people.find((known) => known.contactId === contactId)
      if (person) person.customerId ??= response.body.meta.customer_id ?? null
      if (kind === 'grant') world.lastGrant = operation
    },
  }
  return world
}
