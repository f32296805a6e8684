import { setTimeout as sleep } from 'node:timers/promises'
import { makeHook } from '../../src/testing/hooks.ts'
import { audit } from '../audit.ts'
import { createBenchDatabase } from '../database.ts'
import type { Bench, Figure } from '../figure.ts'
import { countBacklog, REACH, startReceiver } from '../follow-ups.ts'
import { grantToMany } from '../grant-directly.ts'
import { work } from '../server.ts'

const DELIVERIES = 10_000

/** Deliveries of one hook to a receiver on this machine, one after the other: from the first one to the last. */
export const webhooks: Figure = {
  keys: ['j'],
  async measure({ postgres }: Bench) {
    const database = await createBenchDatabase(postgres)
    const receiver = await startReceiver()
    await makeHook(database.app, database.account.siteId, { event: 'offer_granted', targetUrl: receiver.url })
    await grantToMany(database, DELIVERIES, false)
    const worker = await work(database, REACH)
    while ((await countBacklog(database)) > 0) await sleep(50)
    await worker.stop()
    const { requests, deliveries, firstAt, lastAt } = await receiver.report()
    await receiver.stop()
    if (requests !== DELIVERIES || deliveries !== DELIVERIES)
      throw new Error(`${requests} requests for ${deliveries} deliveries came instead of ${DELIVERIES}`)
    await audit(database, DELIVERIES)
    await database.drop()
    const seconds = (lastAt - firstAt) / 1_000
    const what = `webhook deliveries of one hook, ${DELIVERIES} in all`
    return [{ key: 'j', what, value: DELIVERIES / seconds, unit: '/s', seconds }]
  },
}
