import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Plan, Report } from './plan.ts'

export type { Plan, Report } from './plan.ts'

/**
 * Puts load on a server, from a process of its own.
 *
 * @throws when any request was answered with something other than 200: then no figure counts
 */
export async function load(plan: Plan): Promise<Report> {
  const generator = fork(join(import.meta.dirname, 'generator.ts'), { execArgv: [] })
  const report = await new Promise<Report>((resolve, reject) => {
    generator.once('message', resolve)
    generator.once('error', reject)
    generator.once('exit', (code) => reject(new Error(`the load generator ended early, with ${code}`)))
    generator.send(plan)
  })
  generator.kill()
  const others = Object.keys(report.statuses).filter((status) => status !== '200')
  if (others.length > 0)
    throw new Error(`not every request was answered with 200: ${JSON.stringify(report.statuses)}`)
  if (report.measured === 0) throw new Error('no request was measured')
  return report
}
