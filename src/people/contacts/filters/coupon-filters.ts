import { sql } from 'kysely'
import type { Column, ContactFilters } from './contact-filter.ts'

/** Codes are compared as coupons are found: in upper or lower case. Also those of a shop that are no coupons here. */
const isCode = (value: string) => {
  const code = value.trim()
  if (code === '') throw new Error('is empty; it must be the code of a coupon')
  return sql`lower(p.coupon_code) = lower(${code})`
}

const bought = (value: string, contact: Column) => sql`
  exists (select from customers pc join purchases p on p.site_id = pc.site_id and p.customer_id = pc.id
           where pc.site_id = ${contact('site_id')} and pc.contact_id = ${contact('id')} and ${isCode(value)})`

export const couponFilters: ContactFilters = {
  used_coupon_code: {
    description: 'Bought something with this coupon code',
    build: (value, contact, { siteIds }) => ({
      where: sql`(${contact('id')}, ${contact('site_id')}) in (
        select pc.contact_id, pc.site_id
          from purchases p join customers pc on pc.site_id = p.site_id and pc.id = p.customer_id
         where p.site_id = any (${siteIds}::bigint[]) and ${isCode(value)})`,
      whereOfGiven: bought(value, contact),
    }),
  },
}
