import { setTimeout as sleep } from 'node:timers/promises'
import { audit } from '../audit.ts'
import { createBenchDatabase } from '../database.ts'
import type { Bench, Figure } from '../figure.ts'
import { serve, work } from '../server.ts'
import { CONTACTS } from './serve-grants.ts'

const ROWS = 10_000

/**
 * One bulk job over HTTP, of people of whom half are contacts already, from the request until its last row is granted
 * by a worker, which also dispatches the events.
 */
export const bulkGrants: Figure = {
  keys: ['o'],
  async measure({ postgres }: Bench) {
    const database = await createBenchDatabase(postgres)
    const { account, contacts, offerId, app } = database
    await contacts.fill(CONTACTS)
    const worker = await work(database)
    const server = await serve(database)
    const { first } = contacts.take()
    const rows = Array.from({ length: ROWS }, (_, n) =>
      n % 2 === 0
        ? { contact_id: String(first + n) }
        : { email: `bulk${n}@example.com`, name: `Person ${n}` },
    )
    const begun = performance.now()
    const response = await fetch(`${server.ready.url}/v1/bulk/grants`, {
      method: 'POST',
      headers: { authorization: `Bearer ${account.token}`, 'content-type': 'application/vnd.api+json' },
      body: JSON.stringify({
        data: { type: 'bulk_jobs', attributes: { rows } },
        meta: { offer_ids: [offerId] },
      }),
    })
    if (response.status !== 202)
      throw new Error(`the job got the response ${response.status}: ${await response.text()}`)
    const accepted = (performance.now() - begun) / 1_000
    const unfinished = async () =>
      (await app.pool.query('select from bulk_jobs where finished_at is null')).rows.length > 0
    while (await unfinished()) await sleep(20)
    const seconds = (performance.now() - begun) / 1_000
    await server.stop()
    await worker.stop()
    await audit(database, ROWS)
    await database.drop()
    const what = `a bulk job of ${ROWS.toLocaleString('en')} grants, from the request to the last row`
    return [
      {
        key: 'o',
        what,
        value: seconds,
        unit: 's',
        seconds,
        details: { 'seconds until it is accepted': accepted },
      },
    ]
  },
}
