import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'

/** The products to which contacts of a site have access now or later, by contact. */
export async function heldProducts(
  tx: Tx,
  siteId: string,
  contactIds: string[],
  now: Date,
): Promise<Map<string, Set<string>>> {
  const { rows } = await sql<{ contact_id: string; products: string[] }>`
    select c.contact_id, array_agg(distinct p.product_id) as products
      from customers c
      -- Looked up for each customer: no index serves a join with grants and purchases together.
      cross join lateral (select offer_id, expires_at from holdings
                           where site_id = c.site_id and customer_id = c.id offset 0) h
      join offer_products p on p.offer_id = h.offer_id and p.site_id = c.site_id
     where c.contact_id = any (${contactIds}::bigint[]) and c.site_id = ${siteId}
       and (h.expires_at is null or h.expires_at > ${now})
     group by c.contact_id`.execute(tx)
  return new Map(rows.map(({ contact_id, products }) => [contact_id, new Set(products)]))
}

/** The offers that contacts of a site hold now or later, by contact; each with its grant, or null when it was bought. */
export async function heldOffers(
  tx: Tx,
  siteId: string,
  contactIds: string[],
  now: Date,
): Promise<Map<string, Map<string, string | null>>> {
  const { rows } = await sql<{ contact_id: string; offer_id: string; grant_id: string | null }>`
    select c.contact_id, h.offer_id, max(h.grant_id) as grant_id
      from customers c
      cross join lateral (select offer_id, grant_id, expires_at from holdings
                           where site_id = c.site_id and customer_id = c.id offset 0) h
     where c.contact_id = any (${contactIds}::bigint[]) and c.site_id = ${siteId}
       and (h.expires_at is null or h.expires_at > ${now})
     group by c.contact_id, h.offer_id`.execute(tx)
  const held = new Map<string, Map<string, string | null>>()
  for (const { contact_id, offer_id, grant_id } of rows)
    held.set(contact_id, (held.get(contact_id) ?? new Map<string, string | null>()).set(offer_id, grant_id))
  return held
}
