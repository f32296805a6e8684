import { randomUUID } from 'node:crypto'
import type { App } from '../../platform/app.ts'
import { inTransaction, retryingDeadlocks, type Tx } from '../../platform/db/database.ts'
import { withoutReactions } from '../../platform/events/without-reactions.ts'
import { type Ledger, StoredLedger, TrialLedger } from './ledger.ts'
import { putSites } from './lists/sites.ts'
import { lists } from './lists.ts'
import type { Counts, Finding } from './outcome.ts'
import { PageRun } from './page-run.ts'
import { type ImportProgress, startProgress } from './progress.ts'
import {
  NotPermitted,
  NotThere,
  oneIn,
  type Source,
  SourceError,
  type SourcePage,
  type SourceRow,
} from './source.ts'
import type { SourceList } from './source-list.ts'
import { beginRun, finishRun, type ListProgress, partName, type Run, savePage } from './stored-progress.ts'

export interface ServerImportOptions {
  source: Source
  accountId: string
  /** All sites of the account. */
  siteIds: string[]
  /** The site of the account that takes the only one of the other server; null: those of the other server are created. */
  into: string | null
  isDryRun: boolean
  /** E-mails, automations and webhooks follow, as from other changes. */
  notify: boolean
  actor: string
  onProgress?: (progress: ImportProgress) => void
}

export interface ServerImportResult {
  /** It continued a run that was interrupted. */
  continued: boolean
  /** By list and type, in the order of the import. */
  counts: Map<string, Counts>
  findings: Finding[]
  /** Lists that could not be read, with the reason. */
  unread: { list: string; reason: string }[]
}

/**
 * Imports what another server shows, list by list and page by page, each page in a transaction in which the progress is
 * recorded, too: a run that was interrupted is continued by the next one, and what has not changed since an earlier run is
 * not written again.
 *
 * @throws SourceError when the other server cannot be read; what was imported stays
 */
export async function runServerImport(app: App, options: ServerImportOptions): Promise<ServerImportResult> {
  const sites = await readSites(options.source)
  if (options.into !== null && sites.length !== 1)
    throw new SourceError(
      `--site is for a server with one site, and ${options.source.url} has ${sites.length}. Leave it out: they are created.`,
    )
  const run = await beginRun(app, options.accountId, options.source.url, { isStored: !options.isDryRun })
  return new ServerImport(app, options, run, sites).perform()
}

async function readSites(source: Source): Promise<SourceRow[]> {
  const rows: SourceRow[] = []
  for (let number = 1; ; number += 1) {
    const page = await source.page('/v1/sites', {}, number, LARGEST_PAGE)
    rows.push(...page.rows)
    if (!page.hasMore) return rows
  }
}

/** More is refused. */
const LARGEST_PAGE = 500

class ServerImport {
  readonly #app: App
  readonly #options: ServerImportOptions
  readonly #run: Run
  readonly #sourceSites: SourceRow[]
  readonly #ledger: Ledger
  readonly #siteIds: string[]
  readonly #unread: ServerImportResult['unread'] = []
  /** Sites here, by their ids there. */
  #sites = new Map<string, string>()

  constructor(app: App, options: ServerImportOptions, run: Run, sourceSites: SourceRow[]) {
    this.#app = app
    this.#options = options
    this.#run = run
    this.#sourceSites = sourceSites
    const stored = new StoredLedger({ accountId: options.accountId, importId: run.id, begunAt: run.begunAt })
    this.#ledger = options.isDryRun ? new TrialLedger(stored) : stored
    this.#siteIds = [...options.siteIds]
  }

  async perform(): Promise<ServerImportResult> {
    await this.#transaction(async (_tx, page) => {
      this.#sites = await putSites(page, this.#sourceSites, this.#options.into)
    })
    for (const list of lists) await this.#importList(list)
    if (!this.#options.isDryRun) await finishRun(this.#app, this.#options.accountId, this.#run)
    return {
      continued: this.#run.continued,
      counts: await this.#counts(),
      findings: await this.#ledger.findings(this.#app.db),
      unread: this.#unread,
    }
  }

  async #importList(list: SourceList): Promise<void> {
    const parts = list.isBySite ? this.#sourceSites.map(({ id }) => id) : ['']
    const progress = startProgress(list.name, this.#options.onProgress)
    try {
      for (const sourceSite of parts) await this.#importPart(list, sourceSite, progress)
      progress.end()
    } catch (error) {
      if (error instanceof NotThere && list.isOptional) return
      if (!(error instanceof NotPermitted || error instanceof NotThere)) throw error
      this.#unread.push({ list: list.name, reason: error.message })
    }
  }

  /** A list, of one site or of all. */
  async #importPart(
    list: SourceList,
    sourceSite: string,
    progress: ReturnType<typeof startProgress>,
  ): Promise<void> {
    const done = this.#run.lists.get(partName(list.name, sourceSite)) ?? { pages: 0, isDone: false }
    if (done.isDone) return
    const query = { ...list.query, ...(sourceSite !== '' && { 'filter[site_id]': sourceSite }) }
    const size = list.pageSize ?? LARGEST_PAGE
    const first = done.pages + 1
    for (let number = first; ; number += 1) {
      const bare = await this.#options.source.page(list.path, query, number, size)
      const page = (await list.addDetails?.(this.#options.source, bare)) ?? bare
      const isDone = !bare.hasMore || bare.rows.length === 0
      await this.#writePage(list, sourceSite, page, { pages: number, isDone })
      progress.add(bare.rows.length, number === first ? bare.total : null)
      if (isDone) return
    }
  }

  async #writePage(
    list: SourceList,
    sourceSite: string,
    page: SourcePage,
    reached: ListProgress,
  ): Promise<void> {
    const bySite = list.isBySite
      ? new Map([[sourceSite, page.rows]])
      : Map.groupBy(page.rows, (row) => this.#siteOf(row))
    await this.#transaction(async (tx, run) => {
      for (const [site, rows] of bySite) {
        const siteId = this.#sites.get(site)
        if (siteId === undefined) await run.skip(list.name, rows, `It does not say which site it is of.`)
        else
          await this.#quietly(tx, run, async () => {
            await list.write(run, siteId, rows, page)
            if (reached.isDone && !this.#options.isDryRun) await list.finish?.(run, siteId)
          })
      }
      if (!this.#options.isDryRun)
        await savePage(tx, this.#options.accountId, this.#run, list.name, sourceSite, reached)
    })
  }

  /** Pages of a server with one site need not name it. */
  #siteOf(row: SourceRow): string {
    return oneIn(row, 'site') ?? (this.#sourceSites.length === 1 ? this.#sourceSites[0]!.id : '')
  }

  #transaction(work: (tx: Tx, run: PageRun) => Promise<void>): Promise<void> {
    const { accountId, isDryRun, notify, actor } = this.#options
    return retryingDeadlocks(() =>
      inTransaction(this.#app.db, (tx) =>
        work(
          tx,
          new PageRun(tx, {
            app: this.#app,
            accountId,
            siteIds: this.#siteIds,
            ledger: this.#ledger,
            isDryRun,
            notify,
            origin: { actor, requestId: randomUUID(), now: this.#app.clock.now() },
          }),
        ),
      ),
    )
  }

  /** Without e-mails, automations and webhooks, unless they are wanted. */
  async #quietly(tx: Tx, run: PageRun, work: () => Promise<void>): Promise<void> {
    if (this.#options.notify || this.#options.isDryRun) await work()
    else await withoutReactions(tx, run.origin.now, work)
  }

  async #counts(): Promise<Map<string, Counts>> {
    const counts = await this.#ledger.counts(this.#app.db)
    const order = ['sites', ...lists.flatMap(({ name, others = [] }) => [name, ...others])]
    return new Map(order.flatMap((type) => (counts.has(type) ? [[type, counts.get(type)!] as const] : [])))
  }
}
