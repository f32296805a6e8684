import { sql } from 'kysely'
import { anyOf, type Tx } from '../platform/db/database.ts'

/** Of these ids those that are no offers of the site. With `grantable`, archived offers count as unknown. */
export async function unknownOffers(
  tx: Tx,
  siteId: string,
  ids: string[],
  { grantable }: { grantable: boolean },
): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select id from offers
     where id = ${anyOf(ids)} and site_id = ${siteId} ${grantable ? sql`and archived_at is null` : sql``}`.execute(
    tx,
  )
  const known = new Set(rows.map(({ id }) => id))
  return new Set(ids.filter((id) => !known.has(id)))
}

/** Which of these offers these contacts hold now, as "<contact> <offer>", each with the end of access. */
export async function heldOffers(
  tx: Tx,
  siteId: string,
  contactIds: string[],
  offerIds: string[],
  now: Date,
): Promise<Map<string, Date | null>> {
  const { rows } = await sql<{ contact_id: string; offer_id: string; expires_at: Date | null }>`
    select c.contact_id, h.offer_id, h.expires_at
      from customers c join holdings h on h.site_id = c.site_id and h.customer_id = c.id
     where c.site_id = ${siteId} and c.contact_id = ${anyOf(contactIds)} and h.offer_id = ${anyOf(offerIds)}
       and (h.expires_at is null or h.expires_at > ${now})`.execute(tx)
  return new Map(
    rows.map(({ contact_id, offer_id, expires_at }) => [`${contact_id} ${offer_id}`, expires_at]),
  )
}
