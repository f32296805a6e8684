import { diagnose } from '../audit.ts'
import { createBenchDatabase } from '../database.ts'
import type { Bench, Figure } from '../figure.ts'
import { load } from '../load/load.ts'
import { serve } from '../server.ts'
import { CONNECTIONS } from './grants-plan.ts'
import { assertRecorded, SALES } from './sales.ts'
import { rateOf } from './serve-grants.ts'

/** Sales over HTTP, each to a different person: of every second one there is a contact already. */
export const orders: Figure = {
  keys: ['s http'],
  async measure(bench: Bench) {
    const database = await createBenchDatabase(bench.postgres)
    const { account, contacts, offerId } = database
    await contacts.fill(SALES / 2)
    const { ready, stop } = await serve(database, bench.cpuProf)
    const report = await load({
      url: ready.url!,
      token: account.token,
      loop: { kind: 'closed' },
      connections: CONNECTIONS,
      // All of them count, also those with which the server begins.
      warmupSeconds: 0,
      seconds: 30,
      requests: {
        method: 'POST',
        paths: ['/v1/orders'],
        body: JSON.stringify(orderBody(offerId)),
        status: 201,
        // Known and new people alternate.
        numbers: { first: 1, count: SALES, step: SALES / 2 + 1 },
      },
    })
    await stop()
    await assertRecorded(database.app.pool)
    await diagnose(database.settings)
    await database.drop()
    return [rateOf('s http', `sales recorded over HTTP, ${CONNECTIONS} connections`, report)]
  },
}

/** The e-mails are those of contacts.ts. */
const orderBody = (offer_id: string) => ({
  data: {
    type: 'orders',
    attributes: {
      email: 'person{n}@example.com',
      name: 'Ada Lovelace',
      provider: 'bench',
      provider_reference: 'order-{n}',
      items: [{ offer_id, amount_in_cents: 2_900, sales_tax_in_cents: 551 }],
    },
  },
})
