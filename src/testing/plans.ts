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
  const own = /Scan/.test(node['Node Type']) ? read * node['Actual Loops'] : 0
  return (node.Plans ?? []).reduce((sum, below) => sum + rowsRead(below), own)
}
