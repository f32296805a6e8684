import type { App } from '../src/platform/app.ts'

/**
 * Fills tables while they have only the indexes of constraints: creating an index after all rows takes a fraction of the
 * time.
 */
export async function withoutIndexes(
  { pool }: Pick<App, 'pool'>,
  tables: string[],
  fill: () => Promise<void>,
): Promise<void> {
  const { rows: indexes } = await pool.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
       from pg_index i
      where i.indrelid = any ($1::regclass[])
        and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`,
    [tables],
  )
  for (const { name } of indexes) await pool.query(`drop index ${name}`)
  await fill()
  for (const { definition } of indexes) await pool.query(definition)
}
