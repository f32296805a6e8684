import type { Command } from 'commander'
import { examine } from '../operations/doctor/examine.ts'
import { type OutputOptions, print, subcommand } from './output.ts'
import { withApp } from './with-app.ts'

export function doctorCommands(program: Command): void {
  subcommand(
    program,
    'doctor',
    'check database integrity; exits with 1 when an invariant is violated',
  ).action(doctor)
}

async function doctor(options: OutputOptions): Promise<void> {
  const findings = await withApp('doctor', examine)
  const isOk = findings.every(({ violations }) => !violations)
  const words = findings.flatMap(({ rule, violations, examples }) => [
    `${violations === null ? '?   ' : violations === 0 ? 'ok  ' : 'BAD '} ${rule}${violations ? ` ${violations} violations:` : ''}`,
    ...examples.map((example) => `      ${example}`),
  ])
  print(options, { ok: isOk, findings }, words)
  if (!isOk) process.exitCode = 1
}
