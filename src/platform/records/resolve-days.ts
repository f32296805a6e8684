import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'
import { LocalDay } from '../jsonapi/fields.ts'
import type { Values } from '../jsonapi/read-attributes.ts'

/**
 * The values with an instant in place of each day that was sent without a time: the first instant of the day in the
 * time zone of the site, or with `end` the first one after it.
 *
 * @param edges the attributes that can be days
 */
export async function resolveDays(
  tx: Tx,
  siteId: string,
  values: Values,
  edges: Record<string, 'start' | 'end'>,
): Promise<Values> {
  const resolved = { ...values }
  for (const [name, edge] of Object.entries(edges)) {
    const value = values[name]
    if (!(value instanceof LocalDay)) continue
    const edgeOf = sql.ref(edge === 'start' ? 'day_start' : 'day_end')
    const { rows } = await sql<{ at: Date }>`
      select ${edgeOf}(${value.day}::date, s.time_zone) as at from sites s where s.id = ${siteId}`.execute(tx)
    resolved[name] = rows[0]!.at
  }
  return resolved
}
