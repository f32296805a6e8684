import { sql } from 'kysely'
import { anyOf, type Tx } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { originRow } from '../../platform/events/origin-row.ts'

/** A contact that is to be a customer, and what is known of the customer. */
export interface CustomerToPut {
  contactId: string
  /** Used where it is free; null: the server chooses. */
  id: string | null
  created_at: Date | null
  last_request_at: Date | null
  /** What the welcome e-mail lists. */
  offerIds: string[]
}

/**
 * Makes contacts of a site customers, many at a time; those who are stay as they are. A contact without a name gets
 * that of the customer, which is made from the e-mail.
 *
 * @param siteIds all sites of the account: an id is used once in it
 * @param sendWelcome whether the events say that they get the welcome e-mail
 * @returns the contacts that have become customers
 */
export async function putCustomers(
  tx: Tx,
  { siteId, siteIds }: { siteId: string; siteIds: string[] },
  wanted: CustomerToPut[],
  { sendWelcome, origin }: { sendWelcome: boolean; origin: Origin },
): Promise<Set<string>> {
  if (wanted.length === 0) return new Set()
  const list = JSON.stringify(await withFreeIds(tx, siteIds, wanted))
  const { rows } = await sql<{ id: string; contact_id: string }>`
    insert into customers (id, site_id, contact_id, name, email, created_at, updated_at, last_request_at)
    select coalesce(w.id, nextval(pg_get_serial_sequence('customers', 'id'))), ${siteId}, c.id,
           coalesce(nullif(c.name, ''), split_part(c.email, '@', 1)), c.email, coalesce(w.created_at, ${origin.now}),
           ${origin.now}, w.last_request_at
      from jsonb_to_recordset(${list}::jsonb)
           w ("contactId" bigint, id bigint, created_at timestamptz, last_request_at timestamptz)
      join contacts c on c.id = w."contactId" and c.site_id = ${siteId} and c.deleted_at is null
     where not exists (select from customers o where o.contact_id = c.id and o.site_id = ${siteId})
     order by c.id
    on conflict do nothing
    returning id, contact_id`.execute(tx)
  if (rows.length === 0) return new Set()
  const row = JSON.stringify(originRow(origin))
  const offersOf = new Map(wanted.map(({ contactId, offerIds }) => [contactId, offerIds]))
  const created = rows.map((one) => ({ ...one, offer_ids: offersOf.get(one.contact_id) ?? [] }))
  await sql`
    update contacts set name = split_part(email, '@', 1), updated_at = ${origin.now}
     where id = any (${rows.map(({ contact_id }) => contact_id)}::bigint[]) and site_id = ${siteId} and name = ''`.execute(
    tx,
  )
  await sql`
    select from record_events(array(
      select row(${siteId}, 'customer_created', ${origin.now}, ${row}::jsonb, c.contact_id, c.id, null, null,
                 jsonb_build_object('send_welcome_email', ${sendWelcome}::boolean, 'offer_ids', c.offer_ids))::new_event
        from jsonb_to_recordset(${JSON.stringify(created)}::jsonb) c (id bigint, contact_id bigint, offer_ids jsonb)
       order by c.contact_id))`.execute(tx)
  return new Set(rows.map(({ contact_id }) => contact_id))
}

/** Without ids that the account has, or that are here twice. */
async function withFreeIds(tx: Tx, siteIds: string[], wanted: CustomerToPut[]): Promise<CustomerToPut[]> {
  const ids = wanted.flatMap(({ id }) => id ?? [])
  if (ids.length === 0) return wanted
  const rows = await tx
    .selectFrom('customers')
    .select('id')
    .where('id', '=', anyOf(ids))
    .where('site_id', '=', anyOf(siteIds))
    .execute()
  const taken = new Set(rows.map(({ id }) => id))
  return wanted.map((customer) => {
    if (customer.id === null) return customer
    const isTaken = taken.has(customer.id)
    taken.add(customer.id)
    return isTaken ? { ...customer, id: null } : customer
  })
}
