/** A queue that is defined in one place: its table, how its items are processed, and what they are called. */
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Harness, startHarness } from '../../testing/harness.ts'
import type { Tx } from '../db/database.ts'
import { databaseText } from '../metrics.ts'
import { doubling, nextAttempt } from './backoff.ts'
import { countJobs, findJobs, retryJobs } from './jobs.ts'
import { processBatch } from './process-batch.ts'
import { defineQueue, type Queue } from './queue.ts'
import { isInProgress, nextDue } from './schedule.ts'

interface Letter {
  id: string
  text: string
  attempts: number
}

const BACKOFF = { pausesMs: doubling(60_000, 60_000), maxAttempts: 2 }

let h: Harness
let letters: Queue
/** Texts in the order in which their transactions committed. */
let committed: string[][]

beforeEach(async () => {
  h = await startHarness()
  committed = []
  await h.app.pool.query(
    `create table letters (id bigint generated always as identity, text text not null, status text not null default 'pending',
                           attempts integer not null default 0, due_at timestamptz, created_at timestamptz not null default now(),
                           error text)`,
  )
  letters = defineQueue({
    name: 'letters',
    everyMs: 1_000,
    kind: 'letter',
    table: 'letters',
    isPending: sql`status = 'pending'`,
    isFailed: sql`status = 'failed'`,
    columns: { what: sql`text`, attempts: sql`attempts`, createdAt: sql`created_at`, error: sql`error` },
    retry: (condition, now) => sql`
      update letters set status = 'pending', attempts = 0, due_at = ${now} where ${condition}`,
    run: (app) =>
      processBatch(app, {
        what: 'letters',
        size: 10,
        claim: async (tx, limit) =>
          (
            await sql<Letter>`select * from letters where status = 'pending' and (due_at is null or due_at <= ${app.clock.now()})
                               order by id limit ${limit} for update skip locked`.execute(tx)
          ).rows,
        process: write,
        async recordFailure(tx, { id, attempts }, { message }) {
          const due = nextAttempt(BACKOFF, attempts + 1, app.clock.now())
          await sql`update letters set attempts = attempts + 1, error = ${message}, due_at = ${due},
                           status = ${due ? 'pending' : 'failed'} where id = ${id}`.execute(tx)
        },
        committed: (items) => void committed.push(items.map(({ text }) => text)),
      }),
  })
})
afterEach(() => h.close())

/** Fails for a letter without text, after it has written the others. */
async function write(tx: Tx, items: Letter[]): Promise<void> {
  for (const { id, text } of items) {
    await sql`update letters set status = 'written' where id = ${id}`.execute(tx)
    if (text === '') throw new Error('nothing to write')
  }
}

const add = (...texts: string[]) =>
  h.app.pool.query('insert into letters (text) select unnest($1::text[])', [texts])

const statuses = async () =>
  (await h.app.pool.query('select status from letters order by id')).rows.map(({ status }) => status)

test('items are processed together; one that fails is undone and retried, and does not block the others', async () => {
  await add('one', 'two')
  expect(await letters.run(h.app, () => {})).toBe(2)
  await add('three', '', 'four')
  expect(await letters.run(h.app, () => {})).toBe(3)
  expect(committed).toEqual([['one', 'two'], ['three'], [''], ['four']])
  expect(await statuses()).toEqual(['written', 'written', 'written', 'pending', 'written'])
  expect(await letters.run(h.app, () => {})).toBe(0)
})

test('a queue is scheduled, counted, listed and retried by its description alone', async () => {
  await add('', 'later')
  const due = new Date(h.app.clock.now().getTime() + 3_600_000)
  await h.app.pool.query(`update letters set due_at = $1 where text = 'later'`, [due])
  expect(await isInProgress(h.app, [letters])).toBe(true)
  await letters.run(h.app, () => {})
  expect(await isInProgress(h.app, [letters])).toBe(false)
  const retryAt = (await nextDue(h.app, [letters]))!
  expect(retryAt.getTime()).toBeLessThan(due.getTime())
  await h.app.pool.query(`update letters set due_at = null where text = ''`)
  await letters.run(h.app, () => {})
  expect(await nextDue(h.app, [letters])).toEqual(due)

  expect(await countJobs(h.app.db, [letters])).toEqual({ pending: { letter: 1 }, failed: { letter: 1 } })
  const text = await databaseText(await countJobs(h.app.db, [letters]), null)
  expect(text).toContain('bestow_pending{kind="letter"} 1\n')
  expect(text).toContain('bestow_failed{kind="letter"} 1\n')
  const [job, ...others] = await findJobs(h.app.db, [letters], { onlyFailed: true, most: 10 })
  expect(others).toEqual([])
  expect(job).toMatchObject({
    kind: 'letter',
    what: '',
    isFailed: true,
    attempts: 2,
    error: 'nothing to write',
  })
  expect(await findJobs(h.app.db, [letters], { onlyFailed: false, most: 10 })).toHaveLength(2)
  expect(await retryJobs(h.app, letters, '999')).toBe(0)
  expect(await retryJobs(h.app, letters, job!.id)).toBe(1)
  expect(await countJobs(h.app.db, [letters])).toEqual({ pending: { letter: 2 }, failed: { letter: 0 } })
})
