import { audit } from '../audit.ts'
import type { BenchDatabase } from '../database.ts'
import type { Bench, Result } from '../figure.ts'
import { load, type Plan, type Report } from '../load/load.ts'
import { residentMegabytes } from '../machine.ts'
import { serve } from '../server.ts'
import { grantsPlan } from './grants-plan.ts'

/** More than are used in the measured time. */
export const CONTACTS = 100_000

export interface Served {
  report: Report
  /** Memory of the serving process before and after the load, in megabytes. */
  idleMemory: number
  loadedMemory: number
}

/** Grants the offer to one contact after another over a server of its own, and audits the database. */
export async function serveGrants(
  { seconds, cpuProf }: Bench,
  database: BenchDatabase,
  changes: Partial<Plan> = {},
): Promise<Served> {
  const { ready, pid, stop } = await serve(database, cpuProf)
  const idleMemory = await residentMegabytes(pid)
  const plan = grantsPlan({
    url: ready.url!,
    token: database.account.token,
    offerId: database.offerId,
    numbers: database.contacts.take(),
    seconds,
  })
  const report = await load({ ...plan, ...changes })
  const loadedMemory = await residentMegabytes(pid)
  await stop()
  await audit(database, report.statuses[200]!)
  return { report, idleMemory, loadedMemory }
}

/** Grants the offer to one contact after another over a server of its own, beside other processes. */
export async function grantOverHttp(
  { seconds }: Bench,
  database: BenchDatabase,
  changes: Partial<Plan> = {},
): Promise<Report> {
  const { ready, stop } = await serve(database)
  const { account, offerId, contacts } = database
  const plan = grantsPlan({
    url: ready.url!,
    token: account.token,
    offerId,
    numbers: contacts.take(),
    seconds,
  })
  const report = await load({ ...plan, ...changes })
  await stop()
  return report
}

/** The rate of a load as a result. */
export function rateOf(key: string, what: string, report: Report): Result {
  const { perSecond, seconds, statuses, latency } = report
  return { key, what, value: perSecond, unit: '/s', seconds, statuses, details: { ...latency } }
}
