import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../platform/db/database.ts'
import { badRequest } from '../platform/jsonapi/errors.ts'
import type { FilterSql, LookedUpFilter, Scope } from '../platform/jsonapi/resource.ts'
import { parseTime } from '../platform/jsonapi/times.ts'

type Column = RawBuilder<unknown>
type Edge = 'start' | 'end'

/** `filter[start_date]` and `filter[end_date]`, whose days are those of the site, the last one included. */
export const dateRange = (column: Column, what: string): Record<string, LookedUpFilter> => ({
  start_date: {
    description: `${what} on this day or later, in the time zone of the site; a time with its zone is possible too`,
    find: (...given) => bound(column, 'start', ...given),
  },
  end_date: {
    description: `${what} on this day or earlier, in the time zone of the site; a time with its zone is possible too`,
    find: (...given) => bound(column, 'end', ...given),
  },
})

async function bound(
  column: Column,
  edge: Edge,
  ...[db, value, scope, parameter]: Parameters<LookedUpFilter['find']>
): Promise<FilterSql> {
  const time = readTime(value, parameter)
  if (!/^\d{4}-\d\d-\d\d$/.test(value))
    return { where: edge === 'start' ? sql`${column} >= ${time}` : sql`${column} <= ${time}` }
  const edges = await edgesOf(db, value, edge, scope)
  // Plain comparisons with times that are known are the range of an index.
  const alternatives = edges.map(({ at, siteIds }) => {
    const isWithin = edge === 'start' ? sql`${column} >= ${at}` : sql`${column} < ${at}`
    return edges.length === 1 ? isWithin : sql`(${isWithin} and r.site_id = any (${siteIds}::bigint[]))`
  })
  return { where: alternatives.length === 0 ? sql`false` : sql`(${sql.join(alternatives, sql` or `)})` }
}

function readTime(value: string, parameter: string): Date {
  try {
    return parseTime(value)
  } catch (error) {
    throw badRequest('invalid_filter', `${parameter} ${(error as Error).message}.`, { parameter })
  }
}

/** When a day begins, or when it has ended, in the zones of the sites. */
async function edgesOf(
  db: Db | Tx,
  day: string,
  edge: Edge,
  { siteIds }: Scope,
): Promise<{ at: Date; siteIds: string[] }[]> {
  const edgeOf = sql.ref(edge === 'start' ? 'day_start' : 'day_end')
  const { rows } = await sql<{ at: Date; siteIds: string[] }>`
    select ${edgeOf}(${day}::date, s.time_zone) as at, array_agg(s.id) as "siteIds" from sites s
     where s.id = any (${siteIds}::bigint[])
     group by 1`.execute(db)
  return rows
}
