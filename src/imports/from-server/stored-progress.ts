/** How far a run has come, so that the next one continues it. */
import { sql } from 'kysely'
import type { App } from '../../platform/app.ts'
import { inTransaction, type Tx } from '../../platform/db/database.ts'
import { SourceError } from './source.ts'

export interface ListProgress {
  pages: number
  isDone: boolean
}

export interface Run {
  id: string
  begunAt: Date
  continued: boolean
  /** By list and site. */
  lists: Map<string, ListProgress>
}

interface StoredRun {
  id: string
  begun_at: Date | null
}

/** How a list of a site is named; of a list of all sites, the site is empty. */
export const partName = (list: string, sourceSite: string) => `${list} ${sourceSite}`

/** Continues the run of an account and a server that was interrupted, or begins one. @param isStored false: a dry run */
export async function beginRun(
  app: App,
  accountId: string,
  source: string,
  { isStored }: { isStored: boolean },
): Promise<Run> {
  const now = app.clock.now()
  return inTransaction(app.db, async (tx) => {
    const known = await find(tx, accountId, source)
    if (!isStored) return { id: known?.id ?? '0', begunAt: now, continued: false, lists: new Map() }
    const run = known ?? (await insert(tx, accountId, source, now))
    if (run.begun_at !== null)
      return {
        id: run.id,
        begunAt: run.begun_at,
        continued: true,
        lists: await readLists(tx, accountId, run.id),
      }
    await sql`delete from server_import_lists where import_id = ${run.id} and account_id = ${accountId}`.execute(
      tx,
    )
    await sql`
      update server_imports set begun_at = ${now}, finished_at = null, updated_at = ${now}
       where id = ${run.id} and account_id = ${accountId}`.execute(tx)
    return { id: run.id, begunAt: now, continued: false, lists: new Map() }
  })
}

async function find(tx: Tx, accountId: string, source: string): Promise<StoredRun | undefined> {
  const { rows } = await sql<StoredRun>`
    select id, begun_at from server_imports where account_id = ${accountId} and source = ${source} for update`.execute(
    tx,
  )
  return rows[0]
}

async function insert(tx: Tx, accountId: string, source: string, now: Date): Promise<StoredRun> {
  const { rows } = await sql<StoredRun>`
    insert into server_imports (account_id, source, created_at, updated_at)
    values (${accountId}, ${source}, ${now}, ${now})
    on conflict (account_id, source) do update set updated_at = excluded.updated_at
    returning id, begun_at`.execute(tx)
  return rows[0]!
}

async function readLists(tx: Tx, accountId: string, id: string): Promise<Map<string, ListProgress>> {
  const { rows } = await sql<{ list: string; source_site: string } & ListProgress>`
    select list, source_site, pages, is_done as "isDone" from server_import_lists
     where import_id = ${id} and account_id = ${accountId}`.execute(tx)
  return new Map(rows.map(({ list, source_site, ...progress }) => [partName(list, source_site), progress]))
}

/**
 * Records that a page has been written, in its transaction.
 *
 * @throws SourceError when another process has written it meanwhile
 */
export async function savePage(
  tx: Tx,
  accountId: string,
  { id }: Run,
  list: string,
  sourceSite: string,
  { pages, isDone }: ListProgress,
): Promise<void> {
  const { numAffectedRows } = await sql`
    insert into server_import_lists as l (account_id, import_id, list, source_site, pages, is_done)
    values (${accountId}, ${id}, ${list}, ${sourceSite}, ${pages}, ${isDone})
    on conflict (import_id, list, source_site, account_id)
      do update set pages = excluded.pages, is_done = excluded.is_done where l.pages = excluded.pages - 1`.execute(
    tx,
  )
  if (numAffectedRows === 1n) return
  throw new SourceError('Another import from this server is running. Wait for its end.')
}

/** The next run begins again. */
export async function finishRun(app: App, accountId: string, { id }: Run): Promise<void> {
  const now = app.clock.now()
  await sql`
    update server_imports set begun_at = null, finished_at = ${now}, updated_at = ${now}
     where id = ${id} and account_id = ${accountId}`.execute(app.db)
}
