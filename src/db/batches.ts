export interface BatchOptions<Item> {
  /** Only items of one group run together. */
  groupOf: (item: Item) => string
  /** Two items that share one of these never run together. */
  keysOf: (item: Item) => string[]
  /** Most items of a batch. */
  size: number
  /** Most batches of a group at the same time; what comes meanwhile waits, and goes together. */
  atOnce: number
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
  running: number
}

/**
 * Returns a function that does with an item what `run` does, together with what waits at the same moment. An item
 * that comes alone does not wait. Owners have nothing to do with each other.
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
      const group = groups.get(name) ?? { waiting: [], running: 0 }
      groups.set(name, group)
      group.waiting.push({ item, resolve, reject })
      // What else arrives in this turn of the event loop is there when it ends.
      if (group.waiting.length === 1) setImmediate(begin)

      function begin(): void {
        while (group.waiting.length > 0 && group.running < options.atOnce) {
          group.running += 1
          void runBatch(owner, takeBatch(group, options)).then(() => {
            group.running -= 1
            begin()
          })
        }
        if (group.running === 0) groups.delete(name)
      }
    })

  async function runBatch(owner: Owner, batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await run(
        owner,
        batch.map(({ item }) => item),
      )
      for (const [index, { resolve }] of batch.entries()) resolve(results[index]!)
    } catch (error) {
      // Nothing was written, and only one of them may be the reason.
      const isShared = batch.length === 1 || options.isCommon(error)
      for (const { item, resolve, reject } of batch) {
        if (isShared) reject(error)
        else resolve(run(owner, [item]).then(([result]) => result!))
      }
    }
  }
}

/** The first that wait, without those that share a key with one before them. */
function takeBatch<Item, Result>(
  group: Group<Item, Result>,
  { keysOf, size }: BatchOptions<Item>,
): Waiting<Item, Result>[] {
  const batch: Waiting<Item, Result>[] = []
  const taken = new Set<string>()
  group.waiting = group.waiting.filter((waiting) => {
    const keys = keysOf(waiting.item)
    if (batch.length === size || keys.some((key) => taken.has(key))) return true
    for (const key of keys) taken.add(key)
    batch.push(waiting)
    return false
  })
  return batch
}
