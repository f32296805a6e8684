import { join } from 'node:path'
import { startHelper } from '../processes.ts'
import type { Plan, Report } from './plan.ts'

export type { Numbers, Plan, Report } from './plan.ts'

/**
 * Puts load on a server, from a process of its own.
 *
 * @throws when any response has another status than the plan says: then no figure counts
 */
export async function load(plan: Plan): Promise<Report> {
  const generator = startHelper(join(import.meta.dirname, 'generator.ts'))
  const report = await generator.ask<Report>(plan)
  await generator.stop()
  const wanted = String(plan.requests.status ?? 200)
  const others = Object.keys(report.statuses).filter((status) => status !== wanted)
  if (others.length > 0)
    throw new Error(`not every response is ${wanted}: ${JSON.stringify(report.statuses)}`)
  if (report.measured === 0) throw new Error('no request was measured')
  return report
}
