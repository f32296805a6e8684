/** The collection for Postman, as it is served, and as newman runs it. */
import newman, { type NewmanRunOptions, type NewmanRunSummary } from 'newman'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isControlDue, scenarioCount, sixthDueToday } from '../../test/depth.ts'
import { makeDemo } from '../demo/demo.ts'
import { inTransaction } from '../platform/db/database.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import type { Collection, Item } from './postman.ts'

/** The converter takes some seconds. */
const isDue = isControlDue(2, 3)
const RUNS = scenarioCount(1, 2)

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
  'newman runs the first steps and folders from their beginning to their end without an error, and again',
  async () => {
    const key = await inTransaction(h.app.db, (tx) => makeDemo(h.app, tx))
    const [first, ...folders] = collection.item
    const item = [first!, ...sixthDueToday(folders)].flatMap(runnable)
    for (let run = 0; run < RUNS; run += 1) {
      const { run: ended } = await runCollection(
        { ...collection, item },
        {
          baseUrl: h.url,
          client_id: key.client_id,
          client_secret: key.client_secret,
        },
      )
      expect(ended.failures.map(({ source, error }) => `${source?.name}: ${error.message}`)).toEqual([])
      const answered = ended.executions.filter(({ response }) => response)
      expect(answered.length).toBeGreaterThan(itemsOf(item).length / 2)
      await h.drain()
    }
  },
  300_000,
)

test.runIf(isDue)('planted fault: a request that fails makes the run fail', async () => {
  const wrong = { baseUrl: h.url, client_id: 'nobody', client_secret: 'nothing' }
  const steps: Collection = { ...collection, item: collection.item.slice(0, 1) }
  const { run } = await runCollection(steps, wrong)
  expect(run.failures.length).toBeGreaterThan(0)
})

/** What an API key may not do, and what needs something that no request of the collection can create. */
const NOT_RUN: Record<string, string[]> = {
  'of people in a browser, or of a monitor with a token of its own': [
    'createSession',
    'getSession',
    'deleteSession',
    'confirmSession',
    'createSetup',
    'createSignInOptions',
    'createPasskey',
    'createPasskeyOptions',
    'createPasswordReset',
    'redeemPasswordReset',
    'acceptInvitation',
    'updateMe',
    'getMetrics',
  ],
  'the scripts of the collection get tokens': ['createToken', 'revokeToken'],
  'a file': ['createImport', 'createUpload'],
  'a grant that has not ended': ['updateGrant'],
  'two contacts': ['mergeContact'],
  'a contact who is a customer': ['createContactSignInLink'],
  'a failed e-mail': ['retryEmail'],
  'a sale with a subscription, or with a payment': [
    'cancelPurchaseSubscription',
    'createPurchaseRenewal',
    'createPurchaseFailedPayment',
    'createOrderRefund',
  ],
  'a job that has not begun': ['cancelBulkJob'],
  'a hook that was not deleted': ['replayWebhookDelivery'],
  'a user who is not the owner': ['updateUser', 'deleteUser'],
}

function runnable(item: Item): Item[] {
  if (item.item) return [{ ...item, item: item.item.flatMap(runnable) }]
  return Object.values(NOT_RUN).flat().includes(item.id!) ? [] : [item]
}

const runCollection = (own: Collection, values: Record<string, string>): Promise<NewmanRunSummary> =>
  new Promise((resolve, reject) => {
    const environment = { values: Object.entries(values).map(([key, value]) => ({ key, value })) }
    newman.run(
      { collection: own as unknown as NewmanRunOptions['collection'], environment },
      (error, summary) => (error ? reject(error) : resolve(summary)),
    )
  })
