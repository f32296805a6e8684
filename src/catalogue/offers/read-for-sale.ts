import { sql } from 'kysely'
import type { Db } from '../../platform/db/database.ts'
import type { INTERVALS, PAYMENT_TYPES } from './price-terms.ts'

/** What the page of an offer shows, and what it sells. */
export interface OfferForSale {
  id: string
  token: string
  title: string
  description: string | null
  image_url: string | null
  payment_type: (typeof PAYMENT_TYPES)[number]
  /** Of each payment, in the smallest unit of the currency. */
  price: number
  currency: string
  interval: (typeof INTERVALS)[number] | null
  interval_count: number
  payments_total: number | null
  trial_days: number | null
  /** The payment provider works out the tax, and adds it to the price. */
  isTaxed: boolean
  isArchived: boolean
  /** Titles, in their order. */
  products: string[]
}

/** The offer of a site with this token, also one that is archived; null when there is none. */
export async function readOfferForSale(db: Db, siteId: string, token: string): Promise<OfferForSale | null> {
  const { rows } = await sql<Omit<OfferForSale, 'price'> & { price: string }>`
    select o.id, o.token, o.title, o.description, o.image_url, o.payment_type, o.price_in_cents as price, o.currency,
           o.interval, o.interval_count, o.payments_total, o.trial_days, o.archived_at is not null as "isArchived",
           (select s.automatic_tax from sites s where s.id = o.site_id) as "isTaxed",
           array(select p.title from offer_products l join products p on p.id = l.product_id and p.site_id = l.site_id
                  where l.offer_id = o.id and l.site_id = o.site_id order by l.position, p.id) as products
      from offers o
     where o.token = ${token} and o.site_id = ${siteId}`.execute(db)
  return rows[0] ? { ...rows[0], price: Number(rows[0].price) } : null
}

/** The path of the page of an offer, below the base of its site. */
export const offerPath = (token: string): string => `/offers/${encodeURIComponent(token)}`
