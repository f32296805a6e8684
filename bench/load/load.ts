import { join } from 'node:path'
import { startHelper } from '../processes.ts'
import type { Plan, Report } from './plan.ts'

export type { Numbers, Plan, Report } from './plan.ts'

/**
 * Puts load on a server, from a process of its own.
 *
 * @throws when any response is not 200: then no figure counts
 */
export async function load(plan: Plan): Promise<Report> {
  const generator = startHelper(join(import.meta.dirname, 'generator.ts'))
  const report = await generator.ask<Report>(plan)
  await generator.stop()
  const others = Object.keys(report.statuses).filter((status) => status !== '200')
  if (others.length > 0) throw new Error(`not every response is 200: ${JSON.stringify(report.statuses)}`)
  if (report.measured === 0) throw new Error('no request was measured')
  return report
}
