import type { Operation, Wish } from './journal.ts'

export interface Person {
  contactId: string
  email: string
  /** Once somebody was told that they are one. */
  customerId: string | null
}

/** What the clients know of, from the answers alone. They all work on the same few people, so that they meet. */
export interface World {
  /** Of the account; those that can be granted. */
  offers: string[]
  people: Person[]
  /** The latest request to grant something that was acknowledged. */
  lastGrant: Wish | null
  freshEmail: () => string
  /** Takes in what the answer to an operation tells. */
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
      const { kind, answer, email, contactId } = operation
      if (answer?.status === 201) {
        world.people.push({ contactId: answer.body.data.id, email: email!, customerId: null })
        if (world.people.length > MOST_PEOPLE) world.people.shift()
      }
      if (answer?.status !== 200) return
      const person = world.people.find((known) => known.contactId === contactId)
      if (person) person.customerId ??= answer.body.meta.customer_id ?? null
      if (kind === 'grant') world.lastGrant = operation
    },
  }
  return world
}
