import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { table } from '../src/cli/output.ts'
import type { Result } from './figure.ts'
import type { Machine } from './machine.ts'
import { type Comparison, compare } from './targets.ts'

/** The results as text. */
export function printReport(machine: Machine, results: Map<string, Result>): void {
  const lines = [
    `${machine.processor}, ${machine.cores} cores, ${machine.memory_gb} GB, ${machine.system}`,
    `Bestow ${machine.bestow}, Node ${machine.node}, PostgreSQL ${machine.postgresql}`,
    '',
    ...table([...results.values()].map(resultRow), 'Nothing was measured.'),
    '',
    ...table(compare(results).map(comparisonRow), 'No target is about these.'),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** The results as JSON. */
export async function writeReport(
  file: string,
  machine: Machine,
  results: Map<string, Result>,
): Promise<void> {
  const report = {
    date: new Date().toISOString(),
    machine,
    results: [...results.values()],
    targets: compare(results),
  }
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`)
}

const resultRow = ({ key, what, value, unit, seconds, statuses = {}, details = {} }: Result) => ({
  figure: key,
  measured: what,
  value: `${round(value)} ${unit}`.replace(' /', '/'),
  for: seconds === 0 ? '' : `${seconds.toFixed(1)} s`,
  answers: Object.entries(statuses)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', '),
  details: Object.entries(details)
    .map(([name, number]) => `${name} ${round(number)}`)
    .join(', '),
})

const comparisonRow = ({ of, per, limit, value, isMet }: Comparison) => ({
  target: per === undefined ? of : `${of} / ${per}`,
  value: round(value),
  'should be': 'least' in limit ? `at least ${limit.least}` : `at most ${limit.most}`,
  '': isMet ? 'met' : 'MISSED',
})

/** Rounds to three significant digits. */
const round = (value: number): string =>
  Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
