import { sql } from 'kysely'
import type { Db, Tx } from '../platform/db/database.ts'
import { FINAL_STATUSES } from './states.ts'

/** What somebody has of an offer already. */
export interface Standing {
  isCustomer: boolean
  /** By a grant or a purchase, now or from a later time on. */
  isHeld: boolean
  /** A subscription or payment plan of it has not ended. */
  isRunning: boolean
  /** They had a trial of it, or have one. */
  hadTrial: boolean
}

const NOTHING: Standing = { isCustomer: false, isHeld: false, isRunning: false, hadTrial: false }

/** What a contact has of an offer. @param contactId null: nobody is known yet */
export async function readStanding(
  db: Db | Tx,
  { siteId, contactId, offerId }: { siteId: string; contactId: string | null; offerId: string },
  now: Date,
): Promise<Standing> {
  if (contactId === null) return NOTHING
  const { rows } = await sql<Standing>`
    select true as "isCustomer", exists (
             select from holdings h
              where h.customer_id = c.id and h.site_id = c.site_id and h.offer_id = ${offerId}
                and (h.expires_at is null or h.expires_at > ${now})) as "isHeld",
           coalesce(bool_or(s.status <> all (${[...FINAL_STATUSES]}::text[])), false) as "isRunning",
           coalesce(bool_or(s.trial_ends_at is not null), false) as "hadTrial"
      from customers c
      left join purchases p on p.customer_id = c.id and p.site_id = c.site_id and p.offer_id = ${offerId}
      left join subscriptions s on s.purchase_id = p.id and s.site_id = p.site_id
     where c.contact_id = ${contactId} and c.site_id = ${siteId} and c.deleted_at is null
     group by c.id, c.site_id`.execute(db)
  return rows[0] ?? NOTHING
}
