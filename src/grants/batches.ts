export interface BatchOptions<Item> {
  /** Only items of one group run together. */
  groupOf: (item: Item) => string
  /** Two items that share one of these never run together. */
  keysOf: (item: Item) => string[]
  /** Most items of a batch. */
  size: number
  /** Most batches of a group at the same time; what comes meanwhile waits, and goes together. */
  atOnce: number
}

/** Does with each item what is to be done. A result that is not known yet does not hold up the next batch. */
export type RunBatch<Item, Result> = (items: Item[]) => Promise<(Result | Promise<Result>)[]>

interface Waiting<Item, Result> {
  item: Item
  resolve: (result: Result | Promise<Result>) => void
  reject: (error: unknown) => void
}

interface Group<Item, Result> {
  waiting: Waiting<Item, Result>[]
  running: number
}

/** Returns a function that does with an item what `run` does, together with what waits at the same moment. */
export function inBatches<Item, Result>(
  run: RunBatch<Item, Result>,
  options: BatchOptions<Item>,
): (item: Item) => Promise<Result> {
  const groups = new Map<string, Group<Item, Result>>()

  return (item) =>
    new Promise((resolve, reject) => {
      const name = options.groupOf(item)
      const group = groups.get(name) ?? { waiting: [], running: 0 }
      groups.set(name, group)
      group.waiting.push({ item, resolve, reject })
      // What else arrives in this turn of the event loop is there when it ends.
      if (group.waiting.length === 1) setImmediate(begin, name, group)
    })

  function begin(name: string, group: Group<Item, Result>): void {
    while (group.waiting.length > 0 && group.running < options.atOnce) {
      group.running += 1
      void runBatch(takeBatch(group, options)).then(() => {
        group.running -= 1
        begin(name, group)
      })
    }
    if (group.running === 0) groups.delete(name)
  }

  async function runBatch(batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await run(batch.map(({ item }) => item))
      for (const [index, { resolve }] of batch.entries()) resolve(results[index]!)
    } catch (error) {
      for (const { reject } of batch) reject(error)
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
