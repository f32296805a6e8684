import type { App } from '../app.ts'
import { inTransaction, isConnectionLost, type Tx, withSavepoint } from '../db/database.ts'

/** How the items of a queue are processed, many in one transaction. */
export interface Batch<Item, Result = void> {
  /** In log messages: "events". */
  what: string
  /** Maximum number of items. */
  size: number
  /** Claims items until the transaction ends, those first that have waited longest. */
  claim: (tx: Tx, limit: number) => Promise<Item[]>
  /** Processes at least one item, with all that is to be written. */
  process: (tx: Tx, items: Item[]) => Promise<Result>
  /** Records that the item failed, and when it is retried, while its claim is still held. */
  recordFailure: (tx: Tx, item: Item, error: Error) => Promise<Result>
  /** Called after each transaction with items has committed. */
  committed?: (items: Item[], result: Result) => void
}

/**
 * Claims items that are due and processes them in one transaction. When that fails, nothing was written, and the
 * items are processed one at a time, so that the one that fails does not block the others. A lost connection is no
 * failure of an item.
 *
 * @returns number of items
 */
export async function processBatch<Item, Result>(app: App, batch: Batch<Item, Result>): Promise<number> {
  let done: Done<Item, Result> | null
  try {
    done = await inTransaction(app.db, (tx) => processTogether(tx, batch))
  } catch (error) {
    if (isConnectionLost(error)) throw error
    app.log.warn({ err: error }, `a batch of ${batch.what} failed; they are processed one at a time`)
    return processSingly(app, batch)
  }
  return finish(batch, done)
}

interface Done<Item, Result> {
  items: Item[]
  result: Result
}

async function processTogether<Item, Result>(
  tx: Tx,
  { claim, process, size }: Batch<Item, Result>,
): Promise<Done<Item, Result> | null> {
  const items = await claim(tx, size)
  return items.length > 0 ? { items, result: await process(tx, items) } : null
}

async function processSingly<Item, Result>(app: App, batch: Batch<Item, Result>): Promise<number> {
  for (let count = 0; ; count++) {
    if (count === batch.size) return count
    const done = await inTransaction(app.db, (tx) => processOne(tx, batch))
    if (finish(batch, done) === 0) return count
  }
}

async function processOne<Item, Result>(
  tx: Tx,
  { claim, process, recordFailure }: Batch<Item, Result>,
): Promise<Done<Item, Result> | null> {
  const [item] = await claim(tx, 1)
  if (item === undefined) return null
  const result = await withSavepoint(
    tx,
    () => process(tx, [item]),
    (error) => recordFailure(tx, item, error),
  )
  return { items: [item], result }
}

function finish<Item, Result>({ committed }: Batch<Item, Result>, done: Done<Item, Result> | null): number {
  if (!done) return 0
  committed?.(done.items, done.result)
  return done.items.length
}
