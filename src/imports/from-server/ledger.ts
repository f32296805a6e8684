import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/database.ts'
import { type Counts, type Finding, OUTCOME_STATUSES, type Outcome } from './outcome.ts'

/** What is known of a resource of the other server from this run or an earlier one. */
export interface KnownRow {
  targetId: string | null
  digest: string
}

export interface RecordedRow {
  sourceId: string
  digest: string
  outcome: Outcome
}

/** Which resource of the other server is which one here, and what became of it. */
export interface Ledger {
  /** By the id there; what has not been read is left out. */
  find(tx: Tx, type: string, sourceIds: string[]): Promise<Map<string, KnownRow>>
  /** Those of a type whose ids there begin so, and which are here. */
  findBeginning(tx: Tx, type: string, beginning: string): Promise<{ sourceId: string; targetId: string }[]>
  record(tx: Tx, type: string, rows: RecordedRow[]): Promise<void>
  forget(tx: Tx, type: string, sourceIds: string[]): Promise<void>
  /** What this run has done, by type. */
  counts(db: Db): Promise<Map<string, Counts>>
  /** What this run has skipped or left out, in the order of types and ids. */
  findings(db: Db): Promise<Finding[]>
}

const NO_COUNTS: Counts = { created: 0, changed: 0, unchanged: 0, skipped: 0 }

export interface RunOf {
  accountId: string
  importId: string
  begunAt: Date
}

/** The one in the database, by which a run that was interrupted continues. */
export class StoredLedger implements Ledger {
  readonly #run: RunOf

  constructor(run: RunOf) {
    this.#run = run
  }

  async find(tx: Tx, type: string, sourceIds: string[]): Promise<Map<string, KnownRow>> {
    if (sourceIds.length === 0) return new Map()
    const { rows } = await sql<{ source_id: string; target_id: string | null; digest: string }>`
      select source_id, target_id, encode(digest, 'hex') as digest from server_import_rows
       where ${this.#isOurs()} and type = ${type} and source_id = any (${sourceIds}::text[])`.execute(tx)
    return new Map(
      rows.map(({ source_id, target_id, digest }) => [source_id, { targetId: target_id, digest }]),
    )
  }

  async findBeginning(tx: Tx, type: string, beginning: string) {
    const { rows } = await sql<{ sourceId: string; targetId: string }>`
      select source_id as "sourceId", target_id as "targetId" from server_import_rows
       where ${this.#isOurs()} and type = ${type} and starts_with(source_id, ${beginning})
         and target_id is not null`.execute(tx)
    return rows
  }

  async record(tx: Tx, type: string, rows: RecordedRow[]): Promise<void> {
    if (rows.length === 0) return
    const { accountId, importId, begunAt } = this.#run
    const list = rows.map(({ sourceId, digest, outcome: { status, targetId, problem, leftOut } }) => ({
      source_id: sourceId,
      digest,
      status,
      target_id: targetId,
      problem: problem ?? null,
      left_out: leftOut ?? {},
    }))
    await sql`
      insert into server_import_rows (account_id, import_id, type, source_id, target_id, digest, begun_at, status, problem,
                                      left_out)
      select ${accountId}, ${importId}, ${type}, r.source_id, r.target_id, decode(r.digest, 'hex'), ${begunAt}, r.status,
             r.problem, r.left_out
        from jsonb_to_recordset(${JSON.stringify(list)}::jsonb)
             r (source_id text, target_id bigint, digest text, status text, problem text, left_out jsonb)
      on conflict (import_id, type, source_id, account_id) do update
        set target_id = excluded.target_id, digest = excluded.digest, begun_at = excluded.begun_at,
            problem = excluded.problem,
            left_out = case when excluded.status = 'unchanged' then server_import_rows.left_out else excluded.left_out end,
            -- Lists change while they are read: what a page shows again was counted.
            status = case when server_import_rows.begun_at = excluded.begun_at and excluded.status = 'unchanged'
                          then server_import_rows.status else excluded.status end`.execute(tx)
  }

  async forget(tx: Tx, type: string, sourceIds: string[]): Promise<void> {
    await sql`
      delete from server_import_rows
       where ${this.#isOurs()} and type = ${type} and source_id = any (${sourceIds}::text[])`.execute(tx)
  }

  async counts(db: Db): Promise<Map<string, Counts>> {
    const { rows } = await sql<{ type: string; status: keyof Counts; count: number }>`
      select type, status, count(*)::int as count from server_import_rows
       where ${this.#isOurs()} and begun_at = ${this.#run.begunAt} group by type, status`.execute(db)
    const counts = new Map<string, Counts>()
    for (const { type, status, count } of rows)
      counts.set(type, { ...NO_COUNTS, ...counts.get(type), [status]: count })
    return counts
  }

  async findings(db: Db): Promise<Finding[]> {
    const { rows } = await sql<Finding>`
      select type, source_id as id, status, problem, left_out as "leftOut" from server_import_rows
       where ${this.#isOurs()} and begun_at = ${this.#run.begunAt} and (problem is not null or left_out <> '{}')
       order by type, length(source_id), source_id`.execute(db)
    return rows
  }

  #isOurs() {
    return sql`import_id = ${this.#run.importId} and account_id = ${this.#run.accountId}`
  }
}

/** In place of an id here: a dry run would create the resource. */
export const NEW = '0'

/** That of a dry run: what would become of each resource, on top of what earlier runs have recorded. */
export class TrialLedger implements Ledger {
  readonly #stored: Ledger
  readonly #rows = new Map<string, Map<string, RecordedRow>>()

  constructor(stored: Ledger) {
    this.#stored = stored
  }

  async find(tx: Tx, type: string, sourceIds: string[]): Promise<Map<string, KnownRow>> {
    const known = await this.#stored.find(tx, type, sourceIds)
    const tried = this.#rows.get(type)
    for (const id of sourceIds) {
      const row = tried?.get(id)
      if (row) known.set(id, { targetId: row.outcome.targetId, digest: row.digest })
    }
    return known
  }

  findBeginning(tx: Tx, type: string, beginning: string) {
    return this.#stored.findBeginning(tx, type, beginning)
  }

  async record(_tx: Tx, type: string, rows: RecordedRow[]): Promise<void> {
    const tried = this.#rows.get(type) ?? new Map<string, RecordedRow>()
    this.#rows.set(type, tried)
    for (const row of rows) {
      const { status, targetId } = row.outcome
      const isNew = status === 'created' && targetId === null
      if (!tried.has(row.sourceId))
        tried.set(row.sourceId, isNew ? { ...row, outcome: { ...row.outcome, targetId: NEW } } : row)
    }
  }

  async forget(): Promise<void> {}

  async counts(): Promise<Map<string, Counts>> {
    const counts = new Map<string, Counts>()
    for (const [type, rows] of this.#rows) {
      const statuses = [...rows.values()].map(({ outcome }) => outcome.status)
      const count = (wanted: keyof Counts) => statuses.filter((status) => status === wanted).length
      counts.set(
        type,
        Object.fromEntries(OUTCOME_STATUSES.map((status) => [status, count(status)])) as unknown as Counts,
      )
    }
    return counts
  }

  async findings(): Promise<Finding[]> {
    return [...this.#rows].flatMap(([type, rows]) =>
      [...rows.values()].flatMap(({ sourceId, outcome: { status, problem = null, leftOut = {} } }) =>
        problem !== null || Object.keys(leftOut).length > 0
          ? [{ type, id: sourceId, status, problem, leftOut }]
          : [],
      ),
    )
  }
}
