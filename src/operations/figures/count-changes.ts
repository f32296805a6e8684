/** Keeps the counts that figures by day are added up from. */
import { sql } from 'kysely'
import type { App } from '../../platform/app.ts'
import { inTransaction, type Tx } from '../../platform/db/database.ts'
import {
  activeBefore,
  changedMuch,
  changesOfAccess,
  QUARTER_MS,
  quarterOf,
  type Range,
} from './changes-of-access.ts'

/** Whoever writes a grant commits it within this time. What takes its time from longer ago is corrected: see migration 0067. */
const SETTLED_MS = 5 * 60_000
/** Less is not worth a run of its own. */
const LEAST_MS = 30_000
/** Two days more than figures go back. */
const KEPT_MS = 368 * 86_400_000
const MOST = 20_000

/**
 * Counts what has changed in all sites, up to a while ago, and again what was changed since it was counted; several
 * processes may do so, one at a time.
 *
 * @param most grants that began or ended which one statement counts
 * @returns 0 when nothing is left
 */
export async function countChanges({ db, clock }: Pick<App, 'db' | 'clock'>, most = MOST): Promise<number> {
  const now = clock.now().getTime()
  const oldest = quarterOf(new Date(now - KEPT_MS))
  return inTransaction(db, async (tx) => {
    await sql`insert into access_counted default values on conflict do nothing`.execute(tx)
    const { rows } = await sql<{ until: Date | null }>`
      select until, set_config('jit', 'off', true) from access_counted for update skip locked`.execute(tx)
    if (!rows[0]) return 0
    const { until } = rows[0]
    if (!until) return begin(tx, oldest)
    const end = new Date(now - SETTLED_MS)
    if (end.getTime() - until.getTime() >= LEAST_MS)
      return goOn(tx, { siteId: null, from: until, to: end }, oldest, most)
    return correctOne(tx, until, oldest, most)
  })
}

/** From the oldest day that figures can ask for on. */
async function begin(tx: Tx, oldest: Date): Promise<number> {
  await sql`delete from access_counts`.execute(tx)
  await keepActiveBefore(tx, null, oldest)
  return setUntil(tx, oldest)
}

async function goOn(tx: Tx, left: Range, oldest: Date, most: number): Promise<number> {
  const range = await firstPart(tx, left, most)
  await count(tx, range)
  await sql`
    with old as (
      delete from access_counts where since < ${oldest} and since > '-infinity' returning site_id, change
    )
    insert into access_counts (site_id, since, grants, change)
    select site_id, '-infinity', 0, sum(change) from old group by site_id
    on conflict (site_id, since) do update set change = access_counts.change + excluded.change`.execute(tx)
  return setUntil(tx, range.to)
}

async function setUntil(tx: Tx, until: Date): Promise<number> {
  await sql`update access_counted set until = ${until}`.execute(tx)
  return 1
}

/** Counts one site again from where something was changed. */
async function correctOne(tx: Tx, until: Date, oldest: Date, most: number): Promise<number> {
  const { rows } = await sql<{ site_id: string; since: Date }>`
    with taken as (
      delete from access_corrections where site_id = (select site_id from access_corrections limit 1)
      returning site_id, since
    )
    select site_id, min(since) as since from taken group by site_id`.execute(tx)
  const [correction] = rows
  if (!correction) return 0
  const { site_id: siteId, since } = correction
  if (since >= until) return 1
  const from = since < oldest ? oldest : quarterOf(since)
  if (since < oldest) {
    await sql`delete from access_counts where site_id = ${siteId}`.execute(tx)
    await keepActiveBefore(tx, siteId, oldest)
  } else await sql`delete from access_counts where site_id = ${siteId} and since >= ${from}`.execute(tx)
  for (let left: Range = { siteId, from, to: until }; left.from < left.to; ) {
    const range = await firstPart(tx, left, most)
    await count(tx, range)
    left = { ...left, from: range.to }
  }
  return 1
}

const keepActiveBefore = (tx: Tx, siteId: string | null, time: Date) =>
  sql`insert into access_counts (site_id, since, grants, change)
      select site_id, '-infinity', 0, count from (${activeBefore(siteId, time)}) active`.execute(tx)

/** As much of a range as a statement can count in its time. */
async function firstPart(tx: Tx, range: Range, most: number): Promise<Range> {
  const length = range.to.getTime() - range.from.getTime()
  if (length <= QUARTER_MS) return range
  const { rows } = await changedMuch(range, most).execute(tx)
  if (!rows[0]!.is_much) return range
  return firstPart(tx, { ...range, to: new Date(range.from.getTime() + Math.ceil(length / 2)) }, most)
}

/** A quarter can be counted in parts. */
const count = (tx: Tx, range: Range) =>
  sql`insert into access_counts (site_id, since, grants, change)
      select * from (${changesOfAccess(range)}) counted
      on conflict (site_id, since) do update
        set grants = access_counts.grants + excluded.grants, change = access_counts.change + excluded.change`.execute(
    tx,
  )
