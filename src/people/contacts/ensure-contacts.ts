import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { originRow } from '../../platform/events/origin-row.ts'
import { findContactsByEmail } from './find-contact.ts'

/** Somebody to be a contact. */
export interface NewPerson {
  /** As parseEmailAddress() reads it. */
  email: string
  name: string
  /** Wants to get marketing e-mails. */
  subscribed?: boolean
  /** Who brings them; left out: who brings all. */
  origin?: Origin
}

/**
 * Contacts of a site for these people, many at a time; those that there are not yet are created. An existing contact
 * is not changed. What others create at the same moment is found.
 *
 * @param people no e-mail twice
 * @returns ids by e-mail
 */
export async function ensureContacts(
  tx: Tx,
  siteId: string,
  people: NewPerson[],
  origin: Origin,
): Promise<Map<string, string>> {
  if (people.length === 0) return new Map()
  const emails = people.map(({ email }) => email)
  const known = await findContactsByEmail(tx, siteId, emails)
  const missing = people.filter(({ email }) => !known.has(email))
  if (missing.length === 0) return known
  // In this order, so that two that create the same contacts cannot deadlock.
  const { rows } = await sql<{ id: string; email: string }>`
    insert into contacts (site_id, name, email, subscribed, created_at, updated_at)
    select ${siteId}, p.name, p.email, coalesce(p.subscribed, false), ${origin.now}, ${origin.now}
      from jsonb_to_recordset(${JSON.stringify(missing)}::jsonb) p (name text, email text, subscribed boolean)
     order by p.email
    on conflict do nothing
    returning id, email`.execute(tx)
  const origins = new Map(missing.map(({ email, origin: own = origin }) => [email, own]))
  await recordCreated(
    tx,
    siteId,
    rows.map(({ id, email }) => ({ id, origin: origins.get(email)! })),
  )
  for (const { id, email } of rows) known.set(email, id)
  if (rows.length === missing.length) return known
  return findContactsByEmail(tx, siteId, emails)
}

/** Records that these contacts were created. */
export async function recordCreated(
  tx: Tx,
  siteId: string,
  created: { id: string; origin: Origin }[],
): Promise<void> {
  if (created.length === 0) return
  const rows = created.map(({ id, origin }) => ({ id, now: origin.now, origin: originRow(origin) }))
  await sql`
    select from record_events(array(
      select row(${siteId}, 'contact_created', c.now, c.origin, c.id, null, null, null, '{}')::new_event
        from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) c (id bigint, now timestamptz, origin jsonb)
       order by c.id))`.execute(tx)
}
