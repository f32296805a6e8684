/** What is in the database: for tests that nothing is written. */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { App } from '../platform/app.ts'

export type Snapshot = Map<string, string>

/** A checksum of each table, but for when keys were used and attempts were counted: a refused request may write that. */
export async function snapshotOf({ db, pool }: App): Promise<Snapshot> {
  const { rows: tables } = await sql<{ name: string }>`
    select tablename as name from pg_tables
     where schemaname = 'public' and tablename not in ('api_key_uses', 'attempts') order by 1`.execute(db)
  const text = tables
    .map(
      ({ name }) =>
        `select '${name}' as name, (select md5(coalesce(string_agg(t::text, e'\n' order by t::text), '')) from "${name}" t) as sum`,
    )
    .join(' union all ')
  // Prepared by name: planning it takes longer than reading the few rows of a test.
  const name = createHash('md5').update(text).digest('hex')
  const { rows } = await pool.query<{ name: string; sum: string }>({ name, text })
  return new Map(rows.map(({ name, sum }) => [name, sum]))
}

/** Starts to watch. @returns a function that names the tables that have changed since it was last called */
export async function watchTables(app: App): Promise<() => Promise<string[]>> {
  let last = await snapshotOf(app)
  return async () => {
    const before = last
    last = await snapshotOf(app)
    return changesBetween(before, last)
  }
}

/** Names of the tables that differ. */
export const changesBetween = (before: Snapshot, after: Snapshot): string[] =>
  [...after].filter(([name, sum]) => before.get(name) !== sum).map(([name]) => name)
