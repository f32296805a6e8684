import type pg from 'pg'
import type { App } from '../../platform/app.ts'
import { daysBefore } from '../../platform/jsonapi/field-types.ts'
import { checkFiles } from './check-files.ts'
import { type Invariant, invariants } from './invariants.ts'

export interface Finding {
  name: string
  rule: string
  /** Number of rows that violate it; null when it could not be checked. */
  violations: number | null
  /** Some of them, or why it could not be checked. */
  examples: string[]
}

const MOST_EXAMPLES = 5

/** Options of a query that may take an hour: the limit of others is for what somebody waits for. */
const PATIENT = { query_timeout: 3_600_000 }

/**
 * Checks every invariant on one snapshot of the database, and the indexes that the invariants rely on. Changes
 * nothing, and may take a while on a large database.
 */
export async function examine(app: App): Promise<Finding[]> {
  const client = await app.pool.connect()
  try {
    await client.query('begin isolation level repeatable read')
    await client.query('set local statement_timeout = 0')
    const now = app.clock.now()
    const times = [now, daysBefore(now, app.config.KEEP_EVENTS_DAYS)]
    const findings: Finding[] = []
    for (const invariant of invariants) findings.push(await check(client, invariant, times))
    findings.push(await checkIndexes(client))
    await client.query('rollback')
    client.release()
    return [...findings, await checkFiles(app)]
  } catch (error) {
    client.release(true)
    throw error
  }
}

/**
 * Without indexes the tables themselves are read, each once: a broken index would hide what it lacks, and a nested loop
 * would read a table for every row of another.
 */
export async function useIndexes(client: pg.PoolClient, areUsed: boolean): Promise<void> {
  for (const method of ['indexscan', 'indexonlyscan', 'bitmapscan', 'nestloop'])
    await client.query(`set local enable_${method} = ${areUsed ? 'on' : 'off'}`)
}

async function check(
  client: pg.PoolClient,
  { name, rule, violations, callsFunctions = false }: Invariant,
  times: Date[],
): Promise<Finding> {
  // The times are not in every query, and PostgreSQL wants to know the type of each parameter.
  await useIndexes(client, callsFunctions)
  const { rows } = await client.query<{ count: number; examples: string[] }>({
    text: `with violations as (${violations}), clock as (select $1::timestamptz, $2::timestamptz)
     select (select count(*)::int from violations) as count,
            array(select what from violations limit ${MOST_EXAMPLES}) as examples`,
    values: times,
    ...PATIENT,
  })
  return { name, rule, violations: rows[0]!.count, examples: rows[0]!.examples }
}

/** Checks every unique index against its table with PostgreSQL's amcheck. */
async function checkIndexes(client: pg.PoolClient): Promise<Finding> {
  const about = { name: 'indexes', rule: 'The unique indexes are intact.' }
  await client.query('savepoint indexes')
  try {
    await client.query('create extension if not exists amcheck')
    const { rows } = await client.query<{ index: string }>(
      `select i.indexrelid::regclass::text as index from pg_index i join pg_class c on c.oid = i.indexrelid
        where i.indisunique and c.relnamespace = 'public'::regnamespace`,
    )
    const examples: string[] = []
    for (const { index } of rows) {
      await client.query('savepoint one_index')
      const check = { text: 'select bt_index_check($1::regclass, true)', values: [index], ...PATIENT }
      await client.query(check).catch(async (error: Error) => {
        examples.push(`${index}: ${error.message}`)
        await client.query('rollback to savepoint one_index')
      })
    }
    return { ...about, violations: examples.length, examples }
  } catch (error) {
    // A role without the right to create extensions can have it created once by a superuser.
    await client.query('rollback to savepoint indexes')
    return { ...about, violations: null, examples: [`amcheck is not available: ${(error as Error).message}`] }
  }
}
