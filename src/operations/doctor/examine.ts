import type pg from 'pg'
import type { App } from '../../platform/app.ts'
import { type Invariant, invariants } from './invariants.ts'

export interface Finding {
  name: string
  sentence: string
  /** How many rows break it; null when it could not be looked at. */
  broken: number | null
  /** Some of them, or why it could not be looked at. */
  examples: string[]
}

const MOST_EXAMPLES = 5
const DAY_MS = 86_400_000

/**
 * Holds every invariant against the database, as it is at one moment, and checks the indexes that they rest
 * on. It changes nothing, and may take a while on a large database.
 */
export async function examine(app: App): Promise<Finding[]> {
  const client = await app.pool.connect()
  try {
    await client.query('begin isolation level repeatable read')
    await client.query('set local statement_timeout = 0')
    // The tables themselves are read: a broken index would hide what it lacks.
    await client.query('set local enable_indexscan = off')
    await client.query('set local enable_indexonlyscan = off')
    await client.query('set local enable_bitmapscan = off')
    const now = app.clock.now()
    const times = [now, new Date(now.getTime() - app.config.KEEP_EVENTS_DAYS * DAY_MS)]
    const findings: Finding[] = []
    for (const invariant of invariants) findings.push(await hold(client, invariant, times))
    findings.push(await checkIndexes(client))
    await client.query('rollback')
    client.release()
    return findings
  } catch (error) {
    client.release(true)
    throw error
  }
}

async function hold(
  client: pg.PoolClient,
  { name, sentence, broken }: Invariant,
  times: Date[],
): Promise<Finding> {
  // The times are not in every query, and PostgreSQL wants to know the type of each parameter.
  const { rows } = await client.query<{ count: number; examples: string[] }>(
    `with broken as (${broken}), clock as (select $1::timestamptz, $2::timestamptz)
     select (select count(*)::int from broken) as count,
            array(select what from broken limit ${MOST_EXAMPLES}) as examples`,
    times,
  )
  return { name, sentence, broken: rows[0]!.count, examples: rows[0]!.examples }
}

/** Reads every unique index against its table, by PostgreSQL's own amcheck. */
async function checkIndexes(client: pg.PoolClient): Promise<Finding> {
  const about = { name: 'indexes', sentence: 'The unique indexes are sound.' }
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
      await client.query('select bt_index_check($1::regclass, true)', [index]).catch(async (error: Error) => {
        examples.push(`${index}: ${error.message}`)
        await client.query('rollback to savepoint one_index')
      })
    }
    return { ...about, broken: examples.length, examples }
  } catch (error) {
    // Whoever may not make extensions can have it made once by who may.
    await client.query('rollback to savepoint indexes')
    return { ...about, broken: null, examples: [`amcheck is not available: ${(error as Error).message}`] }
  }
}
