import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/database.ts'
import { parseEmailAddress } from '../../platform/text/email-address.ts'

/**
 * The id of the contact of a site whose e-mail this is, or once was, in any spelling: aliases are found, too. Null when
 * there is none.
 */
export async function findContactByEmail(db: Db | Tx, siteId: string, email: string): Promise<string | null> {
  const { rows } = await sql<{ id: string | null }>`select ${idByEmail(siteId, email)} as id`.execute(db)
  return rows[0]!.id
}

/** SQL for what findContactByEmail() returns. Each address of a site leads to one contact at most. */
export const idByEmail = (siteId: string, email: string): RawBuilder<string | null> => {
  const address = parseEmailAddress(email) ?? ''
  return sql`(
    select id from contacts where email = ${address} and site_id = ${siteId}
     union all
    select contact_id from contact_aliases where email = ${address} and site_id = ${siteId})`
}

/**
 * The same for many at once.
 *
 * @param addresses as parseEmailAddress() reads them
 * @returns ids by address; none for an address that leads to nobody
 */
export async function findContactsByEmail(
  db: Db | Tx,
  siteId: string,
  addresses: string[],
): Promise<Map<string, string>> {
  if (addresses.length === 0) return new Map()
  const isOne = sql`email = any (${addresses}::text[]) and site_id = ${siteId}`
  const { rows } = await sql<{ email: string; id: string }>`
    select email, id from contacts where ${isOne}
     union all
    select email, contact_id from contact_aliases where ${isOne}`.execute(db)
  return new Map(rows.map(({ email, id }) => [email, id]))
}
