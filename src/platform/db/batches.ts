export interface BatchOptions<Item> {
  /** Only items of one group run together. */
  groupOf: (item: Item) => string
  /** Two items that share one of these never run together. */
  keysOf: (item: Item) => string[]
  /** Most items of a batch. */
  size: number
  /**
   * 2 for items that come from clients who come again when they were answered: a batch then takes half of those at
   * hand, so that the one half is worked on while the other is answered. 1 for all others.
   */
  parts: 1 | 2
  /** Whether a failure has nothing to do with the items. After any other, each is tried alone. */
  isCommon: (error: unknown) => boolean
}

/**
 * Does with each item what is to be done, all in one transaction; the results come in the order of the items. When
 * it fails, nothing was written: what comes after the commit must not throw.
 */
export type RunBatch<Owner, Item, Result> = (owner: Owner, items: Item[]) => Promise<Result[]>

interface Waiting<Item, Result> {
  item: Item
  resolve: (result: Result | Promise<Result>) => void
  reject: (error: unknown) => void
}

interface Group<Item, Result> {
  waiting: Waiting<Item, Result>[]
  /** How many batches. */
  running: number
  /** How many of them have run for long. */
  slow: number
  /** How many items the batch had that has ended last. */
  answered: number
}

/** Most batches of a group at the same time. */
const MOST_RUNNING = 4
/** A batch that has run for so many milliseconds waits for somebody, most likely, and others should not wait for it. */
const SLOW_MS = 100
/** No batch is made smaller than this to leave something for the next one. */
const WORTHWHILE = 8

/**
 * Returns a function that does with an item what `run` does, together with what waits at the same moment. An item
 * that comes alone does not wait; what comes while a batch runs goes together when it has ended, when it takes
 * too long or when there is enough for a full one. Owners have nothing to do with each other.
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
      const group = groups.get(name) ?? { waiting: [], running: 0, slow: 0, answered: 0 }
      groups.set(name, group)
      group.waiting.push({ item, resolve, reject })
      // What else arrives in this turn of the event loop is there when it ends.
      if (group.waiting.length === 1 || group.waiting.length === options.size) setImmediate(begin)

      function begin(): void {
        while (mayBegin(group, options)) {
          const batch = takeBatch(group, options)
          const leave = enter(group, begin)
          void runBatch(owner, batch, () => {
            leave()
            group.answered = batch.length
            begin()
          })
        }
        if (group.running === 0) groups.delete(name)
      }
    })

  /** @param ended is called before anybody is answered: what is next is then on its way to the database. */
  async function runBatch(owner: Owner, batch: Waiting<Item, Result>[], ended: () => void): Promise<void> {
    let results: Result[]
    try {
      results = await run(
        owner,
        batch.map(({ item }) => item),
      )
    } catch (error) {
      ended()
      // Nothing was written, and only one of them may be the reason.
      const isShared = batch.length === 1 || options.isCommon(error)
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

/** One at a time, without those that are slow; a second one when it is full. */
function mayBegin<Item, Result>(
  { waiting, running, slow }: Group<Item, Result>,
  { size }: BatchOptions<Item>,
): boolean {
  if (waiting.length === 0 || running === MOST_RUNNING) return false
  return running === slow || (running === slow + 1 && waiting.length >= size)
}

/** Counts a batch of the group. Returns what ends that. */
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

/** The first that wait, without those that share a key with one before them. */
function takeBatch<Item, Result>(
  group: Group<Item, Result>,
  { keysOf, size, parts }: BatchOptions<Item>,
): Waiting<Item, Result>[] {
  const share = Math.max(Math.ceil((group.waiting.length + group.answered) / parts), WORTHWHILE)
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
