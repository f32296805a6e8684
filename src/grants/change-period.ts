import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import type { Origin } from '../platform/events/events.ts'
import { originRow } from '../platform/events/origin-row.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import { invalidAttribute } from '../platform/jsonapi/read-attributes.ts'
import type { Row } from '../platform/jsonapi/resource.ts'
import { findOne, lockOne, type Rows } from '../platform/records/lock-one.ts'
import { grants } from './grants.resource.ts'

export const grantRows: Rows = { resource: grants, table: 'offer_grants', ending: null }

interface Grant extends Row {
  contact_id: string
  customer_id: string
  offer_id: string
  starts_at: Date
  expires_at: Date | null
  revoked_at: Date | null
}

/** What is not given stays; an end of null: access does not end. */
export interface Period {
  starts_at?: Date
  expires_at?: Date | null
}

/**
 * Locks a live grant of the caller's sites, and before it its customer, as granting does.
 *
 * @throws ApiError 404, and 409 for a grant that has ended
 */
export async function lockGrant(tx: Tx, siteIds: string[], id: string, now: Date): Promise<Grant> {
  const { site_id, customer_id } = await findOne<Grant>(tx, grantRows, siteIds, id)
  const customers = await sql<{ contact_id: string }>`
    select contact_id from customers where site_id = ${site_id} and id = ${customer_id} for no key update`.execute(
    tx,
  )
  const grant = await lockOne<Grant>(tx, grantRows, siteIds, id)
  const hasExpired = grant.expires_at !== null && grant.expires_at <= now
  if (grant.revoked_at === null && !hasExpired) return { ...grant, ...customers.rows[0]! }
  throw new ApiError(409, 'grant_ended', `The grant ${id} has ended. Grant the offer again.`)
}

/**
 * Changes the period of a locked grant, and records it.
 *
 * @throws ApiError 422 for an end that is over, or not after the start
 */
export async function changePeriod(tx: Tx, grant: Grant, period: Period, origin: Origin): Promise<void> {
  const starts_at = period.starts_at ?? grant.starts_at
  const expires_at = period.expires_at === undefined ? grant.expires_at : period.expires_at
  if (isSame(starts_at, grant.starts_at) && isSame(expires_at, grant.expires_at)) return
  if (expires_at !== null && expires_at <= origin.now)
    throw invalidAttribute(
      'expires_at',
      'invalid',
      'must be in the future. To end access now, revoke the offer',
    )
  if (expires_at !== null && expires_at <= starts_at) {
    const name = period.expires_at === undefined ? 'starts_at' : 'expires_at'
    throw invalidAttribute(name, 'invalid', 'must leave the end of access after its start')
  }
  await sql`
    update offer_grants g
       set starts_at = ${starts_at}, expires_at = ${expires_at},
           ending_notice_at = ending_notice(${expires_at}::timestamptz, o.access_ending_days, site_zone(g.site_id), ${origin.now})
      from offers o
     where g.id = ${grant.id} and g.site_id = ${grant.site_id} and o.id = g.offer_id and o.site_id = g.site_id`.execute(
    tx,
  )
  await sql`
    select from record_events(array[access_changed(
      ${grant.site_id}, ${JSON.stringify(originRow(origin))}::jsonb, ${grant.contact_id}, ${grant.customer_id},
      ${grant.offer_id}, ${grant.id}, ${starts_at}, ${grant.expires_at}, ${expires_at}, ${origin.now})])`.execute(
    tx,
  )
}

const endOf = (time: Date | null) => time?.getTime() ?? Number.POSITIVE_INFINITY

const isSame = (one: Date | null, other: Date | null) => endOf(one) === endOf(other)
