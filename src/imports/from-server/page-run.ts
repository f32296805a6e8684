import { createHash } from 'node:crypto'
import type { App } from '../../platform/app.ts'
import { type Tx, withSavepoint } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { ApiError } from '../../platform/jsonapi/errors.ts'
import type { KnownRow, Ledger } from './ledger.ts'
import { type Outcome, type OutcomeStatus, skipped } from './outcome.ts'

/** What is read of a resource of the other server, as it is to be here; ids in it are those of the other server. */
export interface Wanted {
  /** The id there. */
  id: string
}

/** One that is to be written. */
export interface Fresh<What extends Wanted> {
  wanted: What
  /** The resource here, which an earlier run made; null: it is new. */
  targetId: string | null
}

export interface Writer<What extends Wanted> {
  /** What became of each, in their order. */
  write(fresh: Fresh<What>[]): Promise<Outcome[]>
  /** What would become of each in a dry run; left out: it would be written as it is. */
  check?(fresh: Fresh<What>[]): Promise<Outcome[]>
}

export interface RunOptions {
  app: App
  accountId: string
  /** All sites of the account, also those that the run creates. */
  siteIds: string[]
  ledger: Ledger
  isDryRun: boolean
  /** E-mails, automations and webhooks follow, as from other changes. */
  notify: boolean
  origin: Origin
}

/** One page of a list in its transaction. */
export class PageRun {
  readonly tx: Tx
  readonly options: RunOptions

  constructor(tx: Tx, options: RunOptions) {
    this.tx = tx
    this.options = options
  }

  get origin(): Origin {
    return this.options.origin
  }

  /** Resources here by their ids there, as far as there are any. */
  async targets(type: string, sourceIds: string[]): Promise<Map<string, string>> {
    const known = await this.options.ledger.find(this.tx, type, [...new Set(sourceIds)])
    return new Map(
      [...known].flatMap(([id, { targetId }]) => (targetId === null ? [] : [[id, targetId] as const])),
    )
  }

  /** Writes what is new, has changed since an earlier run, or could not be written then; and records all. */
  async put<What extends Wanted>(type: string, wanted: What[], writer: Writer<What>): Promise<void> {
    const { ledger, isDryRun } = this.options
    const known = await ledger.find(
      this.tx,
      type,
      wanted.map(({ id }) => id),
    )
    const digested = wanted.map((one) => ({ wanted: one, digest: digestOf(one), row: known.get(one.id) }))
    const fresh = digested.filter(({ row, digest }) => !isDone(row, digest))
    const given = fresh.map(({ wanted: one, row }) => ({ wanted: one, targetId: row?.targetId ?? null }))
    const outcomes = isDryRun ? await check(writer, given) : await writer.write(given)
    await ledger.record(this.tx, type, [
      ...digested
        .filter(({ row, digest }) => isDone(row, digest))
        .map(({ wanted: { id }, digest, row }) => ({
          sourceId: id,
          digest,
          outcome: { status: 'unchanged' as const, targetId: row!.targetId },
        })),
      ...fresh.map(({ wanted: { id }, digest }, index) => ({
        sourceId: id,
        digest,
        outcome: outcomes[index]!,
      })),
    ])
  }

  /** Records that rows were skipped. */
  skip(type: string, rows: { id: string }[], problem: string): Promise<void> {
    const outcome = skipped(problem)
    return this.options.ledger.record(
      this.tx,
      type,
      rows.map(({ id }) => ({ sourceId: id, digest: '', outcome })),
    )
  }

  /** Records parts that were written with what they are part of. */
  note(type: string, parts: { id: string; targetId: string | null }[], status: OutcomeStatus): Promise<void> {
    return this.options.ledger.record(
      this.tx,
      type,
      parts.map(({ id, targetId }) => ({ sourceId: id, digest: '', outcome: { status, targetId } })),
    )
  }

  /** Runs `work`; when it fails, nothing of it is written. */
  inSavepoint<Result>(work: () => Promise<Result>): Promise<Result> {
    return withSavepoint<Result>(this.tx, work, async (error) => {
      throw error
    })
  }

  /** Writes one after the other; what the rules of the server refuse is skipped, and nothing of it is written. */
  async each<Item>(items: Item[], write: (item: Item) => Promise<Outcome>): Promise<Outcome[]> {
    const outcomes: Outcome[] = []
    for (const item of items)
      outcomes.push(
        await withSavepoint<Outcome>(
          this.tx,
          () => write(item),
          async (error) => {
            if (error instanceof ApiError) return skipped(error.message)
            throw error
          },
        ),
      )
    return outcomes
  }
}

const isDone = (row: KnownRow | undefined, digest: string): row is KnownRow =>
  row !== undefined && row.targetId !== null && row.digest === digest

const check = async <What extends Wanted>(writer: Writer<What>, fresh: Fresh<What>[]): Promise<Outcome[]> =>
  (await writer.check?.(fresh)) ??
  fresh.map(({ targetId }) => ({ status: targetId === null ? 'created' : 'changed', targetId }))

const digestOf = (wanted: Wanted): string => createHash('sha256').update(JSON.stringify(wanted)).digest('hex')
