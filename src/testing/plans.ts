import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Statement } from './statements.ts'

interface PlanNode {
  'Node Type': string
  'Actual Loops': number
  'Actual Rows': number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  /** Of the node and everything below it. */
  'Shared Hit Blocks': number
  'Shared Read Blocks': number
  Plans?: PlanNode[]
}

const VACUUM_LIMIT_MS = 60_000

/**
 * Vacuums and analyzes the tables, until every page is known to be visible to all: a transaction that happens to be
 * open elsewhere in the database prevents it, and plans then read more pages. (Without index_cleanup, pages with a few
 * deleted rows would stay as they are.)
 *
 * @param tables all tables when none is named
 * @throws Error after a minute
 */
export async function vacuum(pool: pg.Pool, ...tables: string[]): Promise<void> {
  const end = Date.now() + VACUUM_LIMIT_MS
  for (;;) {
    await pool.query(`vacuum (analyze, index_cleanup on) ${tables.join(', ')}`)
    const { rows } = await pool.query<{ relname: string }>(
      `select relname from pg_class
        where relkind = 'r' and relnamespace = 'public'::regnamespace and relallvisible < relpages
          and (cardinality($1::text[]) = 0 or relname = any ($1))`,
      [tables],
    )
    if (rows.length === 0) return
    if (Date.now() > end)
      throw new Error(`Not all pages are visible of ${rows.map(({ relname }) => relname).join(', ')}.`)
    await sleep(100)
  }
}

/** The number of rows that each select statement reads. */
export async function rowsReadBy(
  pool: pg.Pool,
  statements: Statement[],
): Promise<{ text: string; read: number }[]> {
  const reads = []
  for (const { text, values } of statements.filter((statement) => /^\s*select/.test(statement.text))) {
    const { rows } = await pool.query(`explain (analyze, format json) ${text}`, values)
    reads.push({ text, read: rowsRead(rows[0]['QUERY PLAN'][0].Plan) })
  }
  return reads
}

/** The number of pages that each select statement reads, from memory or not, also within functions. */
export async function pagesReadBy(pool: pg.Pool, statements: Statement[]): Promise<number[]> {
  const reads = []
  for (const { text, values } of statements.filter((statement) => /^\s*select/.test(statement.text))) {
    const { rows } = await pool.query(`explain (analyze, buffers, format json) ${text}`, values)
    const plan: PlanNode = rows[0]['QUERY PLAN'][0].Plan
    reads.push(plan['Shared Hit Blocks'] + plan['Shared Read Blocks'])
  }
  return reads
}

function rowsRead(node: PlanNode): number {
  const read =
    node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
  // What a subquery scan passes on was read by the node below it.
  const own =
    /Scan/.test(node['Node Type']) && node['Node Type'] !== 'Subquery Scan' ? read * node['Actual Loops'] : 0
  return (node.Plans ?? []).reduce((sum, below) => sum + rowsRead(below), own)
}
