import { type RawBuilder, sql } from 'kysely'
import { matchingContacts } from '../../bulk/match-contacts.ts'
import type { Tx } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { originRow } from '../../platform/events/origin-row.ts'
import type { LoadScope } from '../../platform/jsonapi/resources.ts'

/** Who is to be invited: members of a site who hold something and have never signed in. */
export interface InvitationWish {
  siteId: string
  /** Filters of contacts, as segments have them; null: everybody. */
  filter: Record<string, unknown> | null
  /** Also who was invited before, unless that was in the last 24 hours. */
  again: boolean
}

export interface InvitedMember {
  contact_id: string
  customer_id: string
  name: string
  email: string
}

export const MOST_INVITED = 1_000

/**
 * Invites the next members: each gets the welcome e-mail with a link to sign in for the first time, and is never taken
 * for new again. Who is invited by another process at this moment is left to it.
 *
 * @param limit at most MOST_INVITED
 * @returns those who were invited, in the order of their ids
 * @throws ApiError 422 that points at the filter
 */
export async function inviteMembers(
  tx: Tx,
  wish: InvitationWish,
  limit: number,
  scope: LoadScope,
  origin: Origin,
): Promise<InvitedMember[]> {
  const waiting = await waitingFor(tx, wish, scope, origin.now)
  const { rows } = await sql<InvitedMember>`
    with chosen as materialized (
      select c.id from customers c where ${waiting}
       order by c.id limit ${limit} for no key update of c skip locked
    )
    update customers c set invited_at = ${origin.now}
      from chosen where c.id = chosen.id and c.site_id = ${wish.siteId}
    returning c.contact_id, c.id as customer_id, c.name, c.email`.execute(tx)
  const invited = rows.toSorted((one, other) => Number(one.customer_id) - Number(other.customer_id))
  await recordRequests(tx, wish.siteId, invited, origin)
  return invited
}

/** How many would be invited now. @throws ApiError 422 that points at the filter */
export async function countWaiting(
  tx: Tx,
  wish: InvitationWish,
  scope: LoadScope,
  now: Date,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from customers c where ${await waitingFor(tx, wish, scope, now)}`.execute(
    tx,
  )
  return rows[0]!.count
}

async function waitingFor(
  tx: Tx,
  { siteId, filter, again }: InvitationWish,
  scope: LoadScope,
  now: Date,
): Promise<RawBuilder<unknown>> {
  const matches = filter === null ? null : await matchingContacts(tx, filter, siteId, scope)
  return sql`c.site_id = ${siteId} and c.deleted_at is null and c.email is not null
    and c.sign_in_count = 0 and c.password_hash is null
    and (c.invited_at is null or (${again}::boolean and c.invited_at < ${now}::timestamptz - interval '24 hours'))
    and exists (select from holdings h
                 where h.site_id = c.site_id and h.customer_id = c.id and h.starts_at <= ${now}
                   and (h.expires_at is null or h.expires_at > ${now}))
    ${matches === null ? sql`` : sql`and c.contact_id in (${matches})`}`
}

/** The events from which the welcome e-mails follow, with the offers that each holds. */
async function recordRequests(
  tx: Tx,
  siteId: string,
  members: InvitedMember[],
  origin: Origin,
): Promise<void> {
  if (members.length === 0) return
  const row = JSON.stringify(originRow(origin))
  const ids = members.map(({ customer_id }) => customer_id)
  await sql`
    select from record_events(array(
      select row(${siteId}, 'welcome_email_requested', ${origin.now}, ${row}::jsonb, c.contact_id, c.id, null, null,
                 jsonb_build_object('offer_ids', (
                   select coalesce(jsonb_agg(distinct h.offer_id::text), '[]') from holdings h
                    where h.site_id = c.site_id and h.customer_id = c.id
                      and (h.expires_at is null or h.expires_at > ${origin.now}))))::new_event
        from customers c where c.id = any (${ids}::bigint[]) and c.site_id = ${siteId}
       order by c.id))`.execute(tx)
}
