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
  /**
   * How what they had of it last has ended: because somebody deactivated or revoked it, or with its access period; null:
   * otherwise, or it has not.
   */
  endedBy: 'owner' | 'time' | null
}

const NOTHING: Standing = {
  isCustomer: false,
  isHeld: false,
  isRunning: false,
  hadTrial: false,
  endedBy: null,
}

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
           coalesce(bool_or(s.trial_ends_at is not null), false) as "hadTrial", (
             select had.ended_by
               from (select g.granted_at as began_at, g.id,
                            case when g.revoke_reason in ('revoked', 'replaced') then 'owner'
                                 when g.revoke_reason = 'expired' or g.expires_at <= ${now} then 'time' end as ended_by
                       from offer_grants g
                      where g.customer_id = c.id and g.site_id = c.site_id and g.offer_id = ${offerId}
                        and g.revoke_reason is distinct from 'merged'
                     union all
                     select b.created_at, b.id,
                            case when exists (
                                   select from purchase_blocks k
                                    where k.purchase_id = b.id and k.site_id = b.site_id and k.cause = 'deactivated'
                                      and k.since <= ${now} and k.waived_at is null) then 'owner'
                                 when b.deactivation_reason = 'expired' and b.deactivated_at <= ${now} then 'time' end
                       from purchases b
                      where b.customer_id = c.id and b.site_id = c.site_id and b.offer_id = ${offerId}) had
              order by had.began_at desc, had.id desc limit 1) as "endedBy"
      from customers c
      left join purchases p on p.customer_id = c.id and p.site_id = c.site_id and p.offer_id = ${offerId}
      left join subscriptions s on s.purchase_id = p.id and s.site_id = p.site_id
     where c.contact_id = ${contactId} and c.site_id = ${siteId} and c.deleted_at is null
     group by c.id, c.site_id`.execute(db)
  return rows[0] ?? NOTHING
}
