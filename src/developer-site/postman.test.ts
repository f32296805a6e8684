/** The collection for Postman, as it is served, and as newman runs it. */
import newman, { type NewmanRunOptions, type NewmanRunSummary } from 'newman'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isControlDue, scenarioCount } from '../../test/depth.ts'
import { makeDemo } from '../demo/demo.ts'
import { inTransaction } from '../platform/db/database.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import type { Collection, Item } from './postman.ts'

/** The converter takes some seconds. */
const isDue = isControlDue(2, 3)
/** A run is 200 requests, with three scripts each. */
const RUNS = scenarioCount(0, 2)

let h: Harness
let off: Harness
let collection: Collection
beforeAll(async () => {
  if (!isDue) return
  h = await startHarness()
  off = await startHarness({ settings: { EXTENSIONS: 'off' } })
  collection = await collectionAt(h)
})
afterAll(() => Promise.all([h?.close(), off?.close()]))

const collectionAt = async ({ url }: Harness): Promise<Collection> =>
  (await fetch(`${url}/postman_collection.json`)).json() as Promise<Collection>

const itemsOf = (items: Item[]): Item[] => items.flatMap((item) => (item.item ? itemsOf(item.item) : [item]))
const idsIn = ({ item }: Collection) => new Set(itemsOf(item).map(({ id }) => id))

test.runIf(isDue)(
  'it has every operation of the document, and without extensions only those of Kajabi',
  async () => {
    const document = (await (await fetch(`${h.url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { operationId?: string }>>
    }
    const operations = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).flatMap(({ operationId }) => operationId ?? []),
    )
    expect(idsIn(collection)).toEqual(new Set(operations))
    const kajabi = idsIn(await collectionAt(off))
    expect(kajabi.has('addOffersToContact')).toBe(true)
    expect(kajabi.has('createOffer')).toBe(false)
  },
)

test.runIf(isDue)('the environment has the address of the server, and a place for the key', async () => {
  const environment = await (await fetch(`${h.url}/postman_environment.json`)).json()
  expect(environment).toMatchObject({
    values: [{ key: 'baseUrl', value: h.url }, { key: 'client_id' }, { key: 'client_secret', value: '' }],
  })
})

test.runIf(isDue)(
  'newman runs the first steps and everything that reads without an error, and again',
  async () => {
    const key = await inTransaction(h.app.db, (tx) => makeDemo(h.app, tx))
    const reading: Collection = { ...collection, item: collection.item.flatMap(onlyReading) }
    for (let run = 0; run < RUNS; run += 1) {
      const { run: ended } = await runCollection(reading, {
        baseUrl: h.url,
        client_id: key.client_id,
        client_secret: key.client_secret,
      })
      expect(ended.failures.map(({ source, error }) => `${source?.name}: ${error.message}`)).toEqual([])
      const answered = ended.executions.filter(({ response }) => response)
      expect(answered.length).toBeGreaterThan(80)
      await h.drain()
    }
  },
)

test.runIf(RUNS > 0)('planted fault: a request that fails makes the run fail', async () => {
  const wrong = { baseUrl: h.url, client_id: 'nobody', client_secret: 'nothing' }
  const steps: Collection = { ...collection, item: collection.item.slice(0, 1) }
  const { run } = await runCollection(steps, wrong)
  expect(run.failures.length).toBeGreaterThan(0)
})

/** API keys may not use these, or only a monitor with a token of its own. */
const OF_OTHERS = /session|metrics|passkey/i

function onlyReading(item: Item): Item[] {
  if (item.name === 'First steps') return [item]
  if (item.item) return [{ ...item, item: item.item.flatMap(onlyReading) }]
  return item.request!.method === 'GET' && !OF_OTHERS.test(item.id!) ? [item] : []
}

const runCollection = (own: Collection, values: Record<string, string>): Promise<NewmanRunSummary> =>
  new Promise((resolve, reject) => {
    const environment = { values: Object.entries(values).map(([key, value]) => ({ key, value })) }
    newman.run(
      { collection: own as unknown as NewmanRunOptions['collection'], environment },
      (error, summary) => (error ? reject(error) : resolve(summary)),
    )
  })
