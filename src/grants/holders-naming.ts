import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import type { Referrer } from '../platform/references/in-use.ts'
import type { ReferredType } from '../platform/references/referable.ts'

/** The customers of a site who hold an offer, in words: the site is in use while there are any. */
export async function holdersNaming(tx: Tx, siteId: string, type: ReferredType): Promise<Referrer[]> {
  if (type !== 'sites') return []
  const { rows } = await sql<{ count: number }>`
    select count(distinct customer_id)::int as count from holdings where site_id = ${siteId}`.execute(tx)
  const { count } = rows[0]!
  if (count === 0) return []
  const name = `${count === 1 ? '1 customer who holds' : `${count} customers who hold`} an offer`
  return [{ name, remedy: 'Revoke the offers of the site' }]
}
