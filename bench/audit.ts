import type { BenchDatabase } from './database.ts'
import { BESTOW, type Environment, run } from './processes.ts'

interface Diagnosis {
  ok: boolean
  findings: { rule: string; violations: number | null; examples: string[] }[]
}

/**
 * No figure counts without it: the database contains exactly the acknowledged grants, and violates no
 * invariant. Runs right after the load, since undispatched events are a violation after a minute.
 *
 * @throws when it fails
 */
export async function audit(database: BenchDatabase, acknowledged: number): Promise<void> {
  const held = await database.countGrants()
  if (held !== acknowledged)
    throw new Error(`${acknowledged} grants were acknowledged, ${held} are in the database`)
  await diagnose(database.settings)
}

/** @throws when `bestow doctor` finds violations */
export async function diagnose(settings: Environment): Promise<void> {
  const { code, stdout } = await run(process.execPath, [BESTOW, 'doctor', '--json'], settings)
  const { ok, findings } = JSON.parse(stdout) as Diagnosis
  if (code === 0 && ok) return
  const violated = findings.filter(({ violations }) => violations !== 0)
  throw new Error(`the audit failed: ${JSON.stringify(violated)}`)
}
