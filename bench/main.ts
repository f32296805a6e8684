/** Measures the figures of docs/performance.md on this machine. */
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { onSignal } from '../src/server/shutdown.ts'
import type { Bench } from './figure.ts'
import { choose } from './figures.ts'
import { describeMachine } from './machine.ts'
import { startPostgres } from './postgres.ts'
import { stopAll } from './processes.ts'
import { printReport, writeReport } from './report.ts'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '6' },
    json: { type: 'string', default: join(import.meta.dirname, 'results', 'latest.json') },
    'cpu-prof': { type: 'string' },
    statements: { type: 'boolean', default: false },
  },
})
const seconds = Number(options.seconds)
// The audit fails when an event waits longer than a minute; without a worker all of them wait.
if (!(seconds > 0 && seconds <= 30)) throw new Error('--seconds must be a number up to 30')
const chosen = choose(options.only?.split(',') ?? null)
const postgres = await startPostgres(options.statements)
const close = async () => {
  await stopAll()
  await postgres.close()
}
const signalled = onSignal(async () => {
  process.exitCode = 130
  await close()
})
try {
  const cpuProf = options['cpu-prof'] && resolve(options['cpu-prof'])
  const bench: Bench = { postgres, seconds, cpuProf, results: new Map() }
  for (const { keys, measure } of chosen) {
    process.stderr.write(`Measuring ${keys.join(', ')} …\n`)
    for (const result of await measure(bench)) bench.results.set(result.key, result)
  }
  const machine = describeMachine(postgres.version)
  printReport(machine, bench.results)
  if (options.statements) process.stdout.write(`\n${(await postgres.slowestStatements()).join('\n')}\n`)
  await writeReport(options.json, machine, bench.results)
} catch (error) {
  // A measurement that a signal interrupts fails; then the handler of the signal ends the process.
  if (signalled()) await new Promise(() => {})
  process.stderr.write(`Nothing counts: ${(error as Error).stack}\n`)
  process.exitCode = 1
} finally {
  await close()
}
