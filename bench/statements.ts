import pg from 'pg'
import { attach } from '../src/platform/db/embedded/attachment.ts'

/** Makes the PostgreSQL of a folder record the time of statements, including those inside functions. */
export async function countStatements(folder: string): Promise<void> {
  await onServer(folder, `alter system set shared_preload_libraries = 'pg_stat_statements'`)
  // The setting exists only on a server that was started with the library.
  await onServer(folder, `alter system set pg_stat_statements.track = 'all'`)
}

/** Starts the server, runs `work` and stops it again. */
async function onServer(folder: string, statement: string): Promise<void> {
  const { connection, release } = await attach(folder, { name: 'bestow bench' })
  const client = new pg.Client(connection)
  await client.connect()
  await client.query(statement)
  await client.end()
  await release()
}

/** The statements that took the most time so far, in all databases, a line each. */
export async function slowestStatements(client: pg.Client): Promise<string[]> {
  await client.query('create extension if not exists pg_stat_statements')
  const { rows } = await client.query<{ total: number; calls: number; mean: number; query: string }>(
    `select sum(total_exec_time)::float8 as total, sum(calls)::int as calls,
            (sum(total_exec_time) / sum(calls))::float8 as mean, regexp_replace(query, '\\s+', ' ', 'g') as query
       from pg_stat_statements group by query order by total desc limit 25`,
  )
  return rows.map(
    ({ total, calls, mean, query }) =>
      `${total.toFixed(0).padStart(8)} ms  ${String(calls).padStart(8)} ×  ${mean.toFixed(3).padStart(9)} ms  ${query.slice(0, 150)}`,
  )
}
