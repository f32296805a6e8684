import { type Kysely, sql } from 'kysely'
import { parseEmailAddress } from '../../text/email-address.ts'

/**
 * Addresses are stored in the form in which they are compared, so that indexes compare them as they are: lower() took
 * different characters for one. Names are stored in NFC.
 */
// biome-ignore lint/suspicious/noExplicitAny: the schema as it was then has no types
export async function up(db: Kysely<any>): Promise<void> {
  // All at once: who has read contacts and waits to write them could otherwise be waited for, and wait for this.
  await sql`lock table contacts, customers, users, member_links in access exclusive mode`.execute(db)
  for (const [table, scope] of [
    ['contacts', ', site_id'],
    ['customers', ', site_id'],
    ['users', ''],
  ] as const) {
    await sql
      .raw(`drop index ${table}_email; create unique index ${table}_email on ${table} (email${scope})`)
      .execute(db)
  }
  for (const row of await unusual(db, 'contacts', 'email')) await restoreContact(db, row)
  for (const { id, address } of await unusual(db, 'users', 'email')) {
    await sql`
      update users set email = ${address}
       where id = ${id} and not exists (select from users o where o.email = ${address})`.execute(db)
  }
  for (const { given, address } of await unusual(db, 'member_links', 'new_email')) {
    await sql`update member_links set new_email = ${address} where new_email = ${given}`.execute(db)
  }
  for (const table of ['contacts', 'customers']) {
    await sql`
      update ${sql.table(table)} set name = normalize(name)
       where name ~ '[^[:ascii:]]' and name is not normalized`.execute(db)
  }
}

interface Unusual {
  id: string | null
  site_id: string | null
  given: string
  address: string
}

/** Addresses that are not yet in the form in which they are compared. */
// biome-ignore lint/suspicious/noExplicitAny: see above
async function unusual(db: Kysely<any>, table: string, column: string): Promise<Unusual[]> {
  const given = sql.ref(column)
  const { rows } = await sql<Omit<Unusual, 'address'>>`
    select to_jsonb(t) ->> 'id' as id, to_jsonb(t) ->> 'site_id' as site_id, ${given} as given from ${sql.table(table)} t
     where ${given} ~ '[^[:ascii:]]|[A-Z]|xn--' order by 1`.execute(db)
  return rows.flatMap((row) => {
    const address = parseEmailAddress(row.given)
    return address && address !== row.given ? [{ ...row, address }] : []
  })
}

/** When somebody else of the site has that address already, both stay as they are, and can be told apart by their ids. */
// biome-ignore lint/suspicious/noExplicitAny: see above
async function restoreContact(db: Kysely<any>, { id, site_id, given, address }: Unusual): Promise<void> {
  await sql`
    with changed as (
      update contacts set email = ${address}
       where id = ${id} and site_id = ${site_id}
         and not exists (select from contacts o where o.email = ${address} and o.site_id = ${site_id})
         and not exists (select from customers o where o.email = ${address} and o.site_id = ${site_id})
      returning id
    )
    update customers set email = ${address}
     where contact_id in (select id from changed) and site_id = ${site_id} and email = ${given}`.execute(db)
}
