import type { BenchDatabase } from '../database.ts'

/** Events that are not dispatched yet, and e-mails that are not rendered yet. */
export async function countBacklog({ app }: BenchDatabase): Promise<number> {
  const { rows } = await app.pool.query<{ backlog: number }>(
    `select ((select count(*) from events where dispatched_at is null)
           + (select count(*) from emails where status = 'pending'))::int as backlog`,
  )
  return rows[0]!.backlog
}

/** Events that are not dispatched yet. */
export async function countUndispatched({ app }: BenchDatabase): Promise<number> {
  const { rows } = await app.pool.query<{ count: number }>(
    'select count(*)::int as count from events where dispatched_at is null',
  )
  return rows[0]!.count
}
