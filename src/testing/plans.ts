import type pg from 'pg'
import type { Statement } from './statements.ts'

interface PlanNode {
  'Node Type': string
  'Actual Loops': number
  'Actual Rows': number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
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

function rowsRead(node: PlanNode): number {
  const read =
    node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
  const own = /Scan/.test(node['Node Type']) ? read * node['Actual Loops'] : 0
  return (node.Plans ?? []).reduce((sum, below) => sum + rowsRead(below), own)
}
