import type { BenchDatabase } from './database.ts'
import { BESTOW, type Environment, run } from './processes.ts'

interface Diagnosis {
  sound: boolean
  findings: { sentence: string; broken: number | null; examples: string[] }[]
}

/**
 * No figure counts without it: the database holds exactly the grants that were acknowledged, and everything
 * that must be true of it is. At once after the load, since an event may wait no longer than a minute.
 *
 * @throws when it is not so
 */
export async function audit(database: BenchDatabase, acknowledged: number): Promise<void> {
  const held = await database.countGrants()
  if (held !== acknowledged)
    throw new Error(`${acknowledged} grants were acknowledged, ${held} are in the database`)
  await diagnose(database.settings)
}

/** @throws when `bestow doctor` finds the database unsound */
export async function diagnose(settings: Environment): Promise<void> {
  const { code, stdout } = await run(process.execPath, [BESTOW, 'doctor', '--json'], settings)
  const { sound, findings } = JSON.parse(stdout) as Diagnosis
  if (code === 0 && sound) return
  const broken = findings.filter((finding) => finding.broken !== 0)
  throw new Error(`the audit failed: ${JSON.stringify(broken)}`)
}
