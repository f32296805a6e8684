export interface BatchOptions<Item> {
  /** Only items of one group run together. */
  groupOf: (item: Item) => string
  /** Two items that share one of these never run together. */
  keysOf: (item: Item) => string[]
  /** Most items of a batch. */
  size: number
  /**
   * For items from clients that send the next request when the previous one is answered: a batch then takes half of
   * the waiting items, so that one half is processed while the other is answered.
   */
  pipelined: boolean
  /** Whether a failure is independent of the items. After any other failure, each item is retried alone. */
  failsWholeBatch: (error: unknown) => boolean
}

/**
 * Processes all items in one transaction; the results are in the order of the items. When it fails, nothing was
 * written: code after the commit must not throw.
 */
export type RunBatch<Owner, Item, Result> = (owner: Owner, items: Item[]) => Promise<Result[]>

interface Waiting<Item, Result> {
  item: Item
  resolve: (result: Result | Promise<Result>) => void
  reject: (error: unknown) => void
}

interface Group<Item, Result> {
  waiting: Waiting<Item, Result>[]
  /** Number of running batches. */
  running: number
  /** Number of them that have run for longer than SLOW_MS. */
  slow: number
  /** Number of items in the batch that finished last. */
  lastSize: number
}

/** Maximum number of concurrent batches of a group. */
const MAX_RUNNING = 4
/** A batch that has run for this long is most likely waiting for a lock; others should not wait for it. */
const SLOW_MS = 100
/** Batches are not split below this size. */
const MIN_BATCH = 8

/**
 * Returns a function that processes an item with `run`, together with other items that wait at the same moment. A
 * single item does not wait; items that arrive while a batch runs form the next batch when it has finished, when it
 * is slow, or when there are enough for a full one. Owners are independent of each other.
 */
export function inBatches<Owner extends object, Item, Result>(
  run: RunBatch<Owner, Item, Result>,
  options: BatchOptions<Item>,
): (owner: Owner, item: Item) => Promise<Result> {
  const groupsOf = new WeakMap<Owner, Map<string, Group<Item, Result>>>()

  return (owner, item) =>
    new Promise((resolve, reject) => {
      const groups = groupsOf.get(owner) ?? new Map<string, Group<Item, Result>>()
      groupsOf.set(owner, groups)
      const name = options.groupOf(item)
      const group = groups.get(name) ?? { waiting: [], running: 0, slow: 0, lastSize: 0 }
      groups.set(name, group)
      group.waiting.push({ item, resolve, reject })
      // Items that arrive in the same tick of the event loop go into the same batch.
      if (group.waiting.length === 1 || group.waiting.length === options.size) setImmediate(begin)

      function begin(): void {
        while (mayBegin(group, options)) {
          const batch = takeBatch(group, options)
          const leave = enter(group, begin)
          void runBatch(owner, batch, () => {
            leave()
            group.lastSize = batch.length
            begin()
          })
        }
        if (group.running === 0) groups.delete(name)
      }
    })

  /** @param ended called before the results are returned: the next batch is then on its way to the database. */
  async function runBatch(owner: Owner, batch: Waiting<Item, Result>[], ended: () => void): Promise<void> {
    let results: Result[]
    try {
      results = await run(
        owner,
        batch.map(({ item }) => item),
      )
    } catch (error) {
      ended()
      // Nothing was written, and a single item may be the reason.
      const isShared = batch.length === 1 || options.failsWholeBatch(error)
      for (const { item, resolve, reject } of batch) {
        if (isShared) reject(error)
        else resolve(runAlone(owner, item))
      }
      return
    }
    ended()
    setImmediate(() => {
      for (const [index, { resolve }] of batch.entries()) resolve(results[index]!)
    })
  }

  async function runAlone(owner: Owner, item: Item): Promise<Result> {
    const [result] = await run(owner, [item])
    return result!
  }
}

/** One batch at a time, not counting slow ones; a second one when it is full. */
function mayBegin<Item, Result>(
  { waiting, running, slow }: Group<Item, Result>,
  { size }: BatchOptions<Item>,
): boolean {
  if (waiting.length === 0 || running === MAX_RUNNING) return false
  return running === slow || (running === slow + 1 && waiting.length >= size)
}

/** Counts a batch of the group as running. Returns the function that ends this. */
function enter(group: Pick<Group<never, never>, 'running' | 'slow'>, onSlow: () => void): () => void {
  let isSlow = false
  group.running += 1
  const timer = setTimeout(() => {
    isSlow = true
    group.slow += 1
    onSlow()
  }, SLOW_MS)
  return () => {
    clearTimeout(timer)
    group.running -= 1
    if (isSlow) group.slow -= 1
  }
}

/** The first waiting items, without those that share a key with an earlier one. */
function takeBatch<Item, Result>(
  group: Group<Item, Result>,
  { keysOf, size, pipelined }: BatchOptions<Item>,
): Waiting<Item, Result>[] {
  const share = Math.max(Math.ceil((group.waiting.length + group.lastSize) / (pipelined ? 2 : 1)), MIN_BATCH)
  const most = group.running > group.slow ? size : Math.min(size, share)
  const batch: Waiting<Item, Result>[] = []
  const taken = new Set<string>()
  group.waiting = group.waiting.filter((waiting) => {
    const keys = keysOf(waiting.item)
    if (batch.length === most || keys.some((key) => taken.has(key))) return true
    for (const key of keys) taken.add(key)
    batch.push(waiting)
    return false
  })
  return batch
}
