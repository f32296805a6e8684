import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { routes } from '../../src/api.ts'
import type { Route } from '../../src/platform/http/route.ts'
import { makeAccount } from '../../src/testing/fixtures.ts'
import { type Harness, startHarness } from '../../src/testing/harness.ts'
import { oneOfEach } from '../../src/testing/one-of-each.ts'
import { scenarioCount } from '../depth.ts'
import { fuzz } from './fuzz.ts'
import { nameOf, openWorld, type World } from './valid-requests.ts'

const COUNT = Number(process.env.FUZZ_COUNT ?? scenarioCount(2_500, 200_000))
/** The same requests in each run of `npm test`; long runs try others each time. */
const SEED = 20_261_127
vi.setConfig({ testTimeout: 3_600_000 })

let world: World
/** Ids of another account. */
let others: string[]
beforeAll(async () => {
  const h = await startHarness({ settings: { PASSWORD_GRANT: 'on' } })
  world = await openWorld(h)
  others = await idsOfAnother(h)
})
afterAll(() => world.h.close())

async function idsOfAnother(h: Harness): Promise<string[]> {
  const account = await makeAccount(h.app)
  return Object.values(await oneOfEach(h, h.clientWith(account.token), account.siteId))
}

const KILOBYTE = 1024

/** Of the heap, without garbage. */
function bytesInUse(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}

test(`${COUNT} generated requests: no error of the server, no hang, nothing that the documents do not allow, no leak`, async () => {
  const rejections: unknown[] = []
  const note = (reason: unknown) => rejections.push(reason)
  process.on('unhandledRejection', note)
  const batches = COUNT / 10
  let [done, begun] = [0, 0]
  const onBatch = () => {
    // Caches are full, and code is compiled, after the first part.
    if (++done === Math.ceil(batches / 2)) begun = bytesInUse()
  }
  const seed = Number(process.env.FUZZ_SEED ?? (COUNT > 2_500 ? Date.now() % 2 ** 31 : SEED))
  expect(await fuzz(world, others, { count: COUNT, seed, onBatch })).toBeNull()
  process.off('unhandledRejection', note)
  expect(rejections).toEqual([])
  const perRequest = (bytesInUse() - begun) / (COUNT / 2)
  expect(perRequest).toBeLessThan(4 * KILOBYTE)
})

type Handler = (context: { query: Record<string, string> }) => Promise<unknown>

/** The list of contacts, with a fault for some requests. */
const withFault = (fault: (query: Record<string, string>) => unknown): Route[] =>
  routes.map((route) => {
    if (nameOf(route) !== 'GET /v1/contacts') return route
    const handler: Handler = async (context) => {
      await fault(context.query)
      return (route.handler as unknown as Handler)(context)
    }
    return { ...route, handler } as unknown as Route
  })

test.each<[string, (query: Record<string, string>) => unknown, RegExp, number]>([
  [
    'fails',
    ({ sort }) => (sort as unknown as string[] | undefined)?.map(String),
    /GET \/v1\/contacts\?.*500/,
    30_000,
  ],
  [
    'hangs',
    ({ include }) => include !== undefined && new Promise(() => {}),
    /GET \/v1\/contacts\?.* hangs/,
    10_000,
  ],
])('a request that %s is found', async (_, fault, message, limitMs) => {
  const h = await startHarness({ routes: withFault(fault) })
  const faulty = await openWorld(h)
  const operations = routes.filter((route) => nameOf(route) === 'GET /v1/contacts')
  const found = await fuzz(faulty, others, { count: 2_000, seed: 1, operations, limitMs })
  expect(found).toMatch(message)
  h.server.server.closeAllConnections()
  await h.close()
})
