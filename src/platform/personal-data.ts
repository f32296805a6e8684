/** How modules erase and export what they keep about a contact. All of them are listed in src/personal-data.ts. */
import type { App } from './app.ts'
import type { Tx } from './db/database.ts'

/** A contact, and the customer that it may be. */
export interface Person {
  siteId: string
  contactId: string
  customerId: string | null
  /** The one of now, and those of before. */
  emails: string[]
}

/** The deletion of a contact: by whom, in which request, when. */
export interface Deletion {
  actor: string
  requestId: string | null
  now: Date
}

/** What one module keeps about contacts. */
export interface PersonalData {
  /** Its part of an export, such as "emails". */
  name: string
  /** Locks rows that other transactions lock before the contact. Called before the contact itself is locked. */
  lock?: (tx: Tx, siteIds: string[], contactId: string) => Promise<void>
  /** Removes it, in the transaction that deletes the contact, which is locked. */
  erase: (tx: Tx, person: Person, deletion: Deletion) => Promise<void>
  /** All of it as JSON, except secrets and hashes. */
  export: (app: App, person: Person) => Promise<unknown>
}
