import { expect, test } from 'vitest'
import { inBatches } from './batches.ts'

interface Item {
  group: string
  key: string
}

/** Records what runs together; a batch ends when it is told to. */
function recorder(size: number, atOnce: number) {
  const batches: { keys: string[]; end: (error?: Error) => void }[] = []
  const add = inBatches<Item, string>(
    (items) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve(items.map(({ key }) => `did ${key}`)))
        batches.push({ keys: items.map(({ key }) => key), end })
      }),
    { groupOf: ({ group }) => group, keysOf: ({ key }) => [key], size, atOnce },
  )
  return { batches, add: (key: string, group = 'one') => add({ group, key }) }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('what comes at the same moment runs together, in its order, up to the size', async () => {
  const { batches, add } = recorder(3, 2)
  const results = ['a', 'b', 'c', 'd'].map((key) => add(key))
  await turn()
  expect(batches.map(({ keys }) => keys)).toEqual([['a', 'b', 'c'], ['d']])
  for (const { end } of batches) end()
  expect(await Promise.all(results)).toEqual(['did a', 'did b', 'did c', 'did d'])
})

test('while as many run as may, the rest waits and then goes together', async () => {
  const { batches, add } = recorder(10, 1)
  const first = add('a')
  await turn()
  const rest = [add('b'), add('c')]
  await turn()
  expect(batches).toHaveLength(1)
  batches[0]!.end()
  await first
  await turn()
  expect(batches.map(({ keys }) => keys)).toEqual([['a'], ['b', 'c']])
  batches[1]!.end()
  await Promise.all(rest)
})

test('what shares a key never runs together', async () => {
  const { batches, add } = recorder(10, 2)
  const results = [add('a'), add('a'), add('b')]
  await turn()
  expect(batches.map(({ keys }) => keys)).toEqual([['a', 'b'], ['a']])
  for (const { end } of batches) end()
  expect(await Promise.all(results)).toEqual(['did a', 'did a', 'did b'])
})

test('groups do not wait for each other', async () => {
  const { batches, add } = recorder(10, 1)
  const results = [add('a', 'one'), add('b', 'two')]
  await turn()
  expect(batches.map(({ keys }) => keys)).toEqual([['a'], ['b']])
  for (const { end } of batches) end()
  await Promise.all(results)
})

test('a batch that fails is told to all of it, and the next one runs', async () => {
  const { batches, add } = recorder(1, 1)
  const failing = add('a')
  const next = add('a')
  await turn()
  batches[0]!.end(new Error('away'))
  await expect(failing).rejects.toThrow('away')
  await turn()
  batches[1]!.end()
  expect(await next).toBe('did a')
})
