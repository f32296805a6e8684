import { audit } from '../audit.ts'
import { createBenchDatabase } from '../database.ts'
import type { Bench, Figure } from '../figure.ts'
import { load } from '../load/load.ts'
import { residentMegabytes } from '../machine.ts'
import { serve } from '../server.ts'
import { CONNECTIONS, grantsPlan, rateOf } from './grants-plan.ts'

/** More than are granted to in the time that is measured. */
export const CONTACTS = 200_000

/** Grants over HTTP with no worker running, and what the serving process takes of memory. */
export const grants: Figure = {
  keys: ['c', 'h'],
  async measure({ postgres, seconds, cpuProf }: Bench) {
    const database = await createBenchDatabase(postgres)
    const firstContact = await database.addContacts(CONTACTS)
    await database.settle()
    const { ready, pid, stop } = await serve(database, cpuProf)
    const idle = await residentMegabytes(pid)
    const target = { url: ready.url!, token: database.account.token, offerId: database.offerId }
    const report = await load(grantsPlan({ ...target, firstContact, contacts: CONTACTS }, seconds))
    const loaded = await residentMegabytes(pid)
    await stop()
    await audit(database, report.statuses[200]!)
    await database.drop()
    return [
      rateOf('c', `grants over HTTP, ${CONNECTIONS} connections`, report),
      { key: 'h idle', what: 'memory of the serving process, idle', value: idle, unit: 'MB', seconds: 0 },
      {
        key: 'h',
        what: 'memory of the serving process, after the load',
        value: loaded,
        unit: 'MB',
        seconds: report.seconds,
      },
    ]
  },
}
