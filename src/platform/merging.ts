/** How modules move what they keep about a contact to the one it is merged into. All are listed in src/merging.ts. */
import { sql } from 'kysely'
import type { Tx } from './db/database.ts'
import type { Deletion, Person, PersonalData } from './personal-data.ts'

/** A contact that is merged into another one of its site; both are locked, and their customers. */
export interface Merge extends Deletion {
  siteId: string
  /** It ends. */
  from: Person
  into: Person
}

/** What one module moves. */
export interface Merging {
  /** What it moves, in the plural: "notes". */
  name: string
  /** Locks what other transactions lock before the contact. Called before the contacts are locked. */
  lock?: (tx: Tx, siteId: string, contactIds: string[]) => Promise<void>
  /** Moves it. @returns how many there were */
  move: (tx: Tx, merge: Merge) => Promise<number>
}

/** The customers of a merge, when both contacts have one; otherwise the one that there is keeps its id. */
export const twoCustomers = ({ from, into }: Merge): { from: string; into: string } | null =>
  from.customerId !== null && into.customerId !== null
    ? { from: from.customerId, into: into.customerId }
    : null

/** Has the rows of a table name the other contact; the table has `site_id` and `contact_id`. */
export const movingRows =
  (table: string): Merging['move'] =>
  async (tx, { siteId, from, into }) => {
    const { numAffectedRows } = await sql`
      update ${sql.table(table)} set contact_id = ${into.contactId}
       where contact_id = ${from.contactId} and site_id = ${siteId}`.execute(tx)
    return Number(numAffectedRows)
  }

/** Locks for both contacts what their deletion locks. */
export const lockingAsDeletion =
  ({ lock }: PersonalData): Merging['lock'] =>
  async (tx, siteId, contactIds) => {
    for (const contactId of contactIds) await lock!(tx, [siteId], contactId)
  }
