import type { Command } from 'commander'
import { examine } from '../operations/doctor/examine.ts'
import { type OutputOptions, print, subcommand } from './output.ts'
import { withApp } from './with-app.ts'

export function doctorCommands(program: Command): void {
  subcommand(
    program,
    'doctor',
    'look whether everything that must be true of the database is; fails when not',
  ).action(doctor)
}

async function doctor(options: OutputOptions): Promise<void> {
  const findings = await withApp('doctor', examine)
  const isSound = findings.every(({ broken }) => !broken)
  const words = findings.flatMap(({ sentence, broken, examples }) => [
    `${broken === null ? '?   ' : broken === 0 ? 'ok  ' : 'BAD '} ${sentence}${broken ? ` Broken by ${broken}:` : ''}`,
    ...examples.map((example) => `      ${example}`),
  ])
  print(options, { sound: isSound, findings }, words)
  if (!isSound) process.exitCode = 1
}
