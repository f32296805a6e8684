import { expect, test } from 'vitest'
import { inBatches } from './batches.ts'

interface Item {
  group: string
  key: string
}

/** Records what runs together; a batch ends when the test says so. */
function recorder(size: number, pipelined = false) {
  const batches: { keys: string[]; end: (error?: Error) => void }[] = []
  const add = inBatches<object, Item, string>(
    (_owner, items) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve(items.map(({ key }) => `did ${key}`)))
        batches.push({ keys: items.map(({ key }) => key), end })
      }),
    {
      groupOf: ({ group }) => group,
      keysOf: ({ key }) => [key],
      size,
      pipelined,
      failsWholeBatch: (error) => (error as Error).message === 'away',
    },
  )
  const owner = {}
  return { batches, add: (key: string, group = 'one') => add(owner, { group, key }) }
}

const nextIteration = () => new Promise((resolve) => setImmediate(resolve))

test('items that arrive at the same time run in one batch, in order, up to the size', async () => {
  const { batches, add } = recorder(3)
  const results = ['a', 'b', 'c', 'd'].map((key) => add(key))
  await nextIteration()
  expect(batches.map(({ keys }) => keys)).toEqual([['a', 'b', 'c']])
  batches[0]!.end()
  await nextIteration()
  expect(batches.map(({ keys }) => keys)).toEqual([['a', 'b', 'c'], ['d']])
  batches[1]!.end()
  expect(await Promise.all(results)).toEqual(['did a', 'did b', 'did c', 'did d'])
})

test('while a batch runs, other items wait and then run in one batch, before the first one returns', async () => {
  const { batches, add } = recorder(10)
  const running: number[] = []
  const first = add('a').then(() => running.push(batches.length))
  await nextIteration()
  const rest = [add('b'), add('c')]
  await nextIteration()
  expect(batches).toHaveLength(1)
  batches[0]!.end()
  await first
  expect(running).toEqual([2])
  expect(batches.map(({ keys }) => keys)).toEqual([['a'], ['b', 'c']])
  batches[1]!.end()
  await Promise.all(rest)
})

test('a full batch does not wait for the running one, a third batch does', async () => {
  const { batches, add } = recorder(2)
  const results = ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => add(key))
  await nextIteration()
  expect(batches.map(({ keys }) => keys)).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
  batches[1]!.end()
  await nextIteration()
  expect(batches.map(({ keys }) => keys).at(-1)).toEqual(['e', 'f'])
  for (const { end } of batches) end()
  await Promise.all(results)
})

test('when pipelined, waiting items and those that arrive after a batch returns are split in halves', async () => {
  const { batches, add } = recorder(64, true)
  const client = async (key: string) => {
    for (let round = 0; round < 4; round++) await add(key)
  }
  const clients = Array.from({ length: 32 }, (_, index) => client(String(index)))
  for (let ended = 0; ended < 8; ended++) {
    while (batches.length === ended) await nextIteration()
    // Clients of the previous batch send their next item before this one ends.
    await nextIteration()
    await nextIteration()
    batches[ended]!.end()
  }
  await Promise.all(clients)
  expect(batches.map(({ keys }) => keys.length)).toEqual(Array(8).fill(16))
})

test('when pipelined, a few items still run in one batch', async () => {
  const { batches, add } = recorder(64, true)
  const results = Array.from({ length: 8 }, (_, index) => add(String(index)))
  await nextIteration()
  expect(batches.map(({ keys }) => keys.length)).toEqual([8])
  batches[0]!.end()
  await Promise.all(results)
})

test('a batch that waits for a lock does not block later items, up to a few batches', async () => {
  const { batches, add } = recorder(10)
  const results = [add('a')]
  const lead = performance.now()
  for (const key of ['b', 'c', 'd']) {
    while (batches.length < results.length) await nextIteration()
    results.push(add(key))
  }
  while (batches.length < 4) await nextIteration()
  expect(performance.now() - lead).toBeGreaterThan(250)
  results.push(add('e'), add('f'))
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(batches).toHaveLength(4)
  batches[2]!.end()
  await nextIteration()
  expect(batches.map(({ keys }) => keys)).toEqual([['a'], ['b'], ['c'], ['d'], ['e', 'f']])
  for (const { end } of batches) end()
  await Promise.all(results)
})

test('there are never more than four concurrent batches, also when many items wait', async () => {
  const { batches, add } = recorder(2)
  const results = Array.from({ length: 40 }, (_, index) => add(String(index)))
  await new Promise((resolve) => setTimeout(resolve, 450))
  expect(batches).toHaveLength(4)
  for (let ended = 0; ended < 20; ended++) {
    while (batches.length === ended) await nextIteration()
    batches[ended]!.end()
  }
  expect(await Promise.all(results)).toHaveLength(40)
})

test('an item that fails immediately, alone or with others, gets its error', async () => {
  const fail = () => {
    throw new Error('at once')
  }
  const add = inBatches<object, string, string>(fail, {
    groupOf: () => 'one',
    keysOf: (key) => [key],
    size: 10,
    pipelined: false,
    failsWholeBatch: () => false,
  })
  const owner = {}
  const results = await Promise.allSettled([add(owner, 'a'), add(owner, 'b')])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})

test('when pipelined, a batch that runs beside another is full', async () => {
  const { batches, add } = recorder(16, true)
  const results = Array.from({ length: 40 }, (_, index) => add(String(index)))
  await nextIteration()
  expect(batches.map(({ keys }) => keys.length)).toEqual([16, 16])
  for (const { end } of batches) end()
  while (batches.length === 2) await nextIteration()
  batches[2]!.end()
  await Promise.all(results)
})

test('items with the same key never run concurrently', async () => {
  const { batches, add } = recorder(10)
  const results = [add('a'), add('a'), add('b')]
  await nextIteration()
  expect(batches.map(({ keys }) => keys)).toEqual([['a', 'b']])
  batches[0]!.end()
  await nextIteration()
  expect(batches.map(({ keys }) => keys)).toEqual([['a', 'b'], ['a']])
  for (const { end } of batches) end()
  expect(await Promise.all(results)).toEqual(['did a', 'did a', 'did b'])
})

test('groups do not wait for each other', async () => {
  const { batches, add } = recorder(10)
  const results = [add('a', 'one'), add('b', 'two')]
  await nextIteration()
  expect(batches.map(({ keys }) => keys)).toEqual([['a'], ['b']])
  for (const { end } of batches) end()
  await Promise.all(results)
})

test('a failure that no item has caused fails the whole batch, and the next one runs', async () => {
  const { batches, add } = recorder(2)
  const failing = [add('a'), add('b')]
  const next = add('a')
  await nextIteration()
  batches[0]!.end(new Error('away'))
  for (const result of failing) await expect(result).rejects.toThrow('away')
  await nextIteration()
  batches[1]!.end()
  expect(await next).toBe('did a')
})

test('after any other failure each item runs alone, and fails alone', async () => {
  const { batches, add } = recorder(2)
  const [good, bad] = [add('good'), add('bad')]
  await nextIteration()
  batches[0]!.end(new Error('wrong'))
  await nextIteration()
  expect(batches.slice(1).map(({ keys }) => keys)).toEqual([['good'], ['bad']])
  batches[1]!.end()
  batches[2]!.end(new Error('wrong'))
  expect(await good).toBe('did good')
  await expect(bad).rejects.toThrow('wrong')
})
