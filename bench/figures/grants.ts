import { createBenchDatabase } from '../database.ts'
import type { Bench, Figure } from '../figure.ts'
import { CONNECTIONS } from './grants-plan.ts'
import { CONTACTS, rateOf, serveGrants } from './serve-grants.ts'

/** Grants over HTTP with no worker running, and the memory of the serving process. */
export const grants: Figure = {
  keys: ['c', 'h'],
  async measure(bench: Bench) {
    const database = await createBenchDatabase(bench.postgres)
    await database.contacts.fill(CONTACTS)
    const { report, idleMemory, loadedMemory } = await serveGrants(bench, database)
    await database.drop()
    const memory = { unit: 'MB', seconds: report.seconds } as const
    return [
      rateOf('c', `grants over HTTP, ${CONNECTIONS} connections`, report),
      {
        key: 'h idle',
        what: 'memory of the serving process, idle',
        value: idleMemory,
        ...memory,
        seconds: 0,
      },
      {
        key: 'h',
        what: 'memory of the serving process, after the load of c',
        value: loadedMemory,
        ...memory,
      },
    ]
  },
}
