import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { originRow } from '../../platform/events/origin-row.ts'

/**
 * Works out when and why purchases of a site end, and what their customers have paid, from the facts that are
 * recorded by now: to be called after each change of them. See settle_purchases.sql.
 */
export async function settlePurchases(
  tx: Tx,
  siteId: string,
  purchaseIds: string[],
  origin: Origin,
): Promise<void> {
  if (purchaseIds.length === 0) return
  await sql`
    select settle_purchases(${siteId}::bigint, ${purchaseIds}::bigint[], ${originJson(origin)}::jsonb, ${origin.now}::timestamptz)`.execute(
    tx,
  )
}

/** An origin as functions of the database read it. */
export const originJson = (origin: Origin): string => JSON.stringify(originRow(origin))
