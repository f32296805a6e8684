import type { CrashReport, Plan } from '../crashes.ts'
import { inDoubt, type Operation } from './journal.ts'
import type { Recoveries } from './killing.ts'

const MOST_EXAMPLES = 5

type Reached = Pick<CrashReport, 'journal' | 'bestow' | 'postgres'>

export const areReached = (goals: Plan['goals'], { journal, bestow, postgres }: Reached): boolean =>
  journal.acknowledgedCount >= goals.operations &&
  bestow.length >= goals.kills &&
  postgres.length >= goals.postgresKills

export const progressOf = ({ journal, bestow, postgres }: Reached): string =>
  `${journal.acknowledgedCount} operations acknowledged, ${bestow.length} kills of Bestow, ${postgres.length} of PostgreSQL`

/** The faults that the trial found, by kind. */
export function faultsOf(report: CrashReport): Record<string, string[]> {
  const { plan, lost, doubled, stuck, journal, doctor, processErrors } = report
  const violated = doctor.findings.filter(({ violations }) => violations !== 0)
  return {
    lost,
    doubled,
    stuck,
    'wrong responses': journal.wrongResponses,
    invariants: violated.map(
      ({ name, violations: count, examples }) => `${name}: ${count} (${examples.join('; ')})`,
    ),
    'process errors': processErrors,
    'goals missed': areReached(plan.goals, report) ? [] : [progressOf(report)],
  }
}

export const isClean = (report: CrashReport): boolean =>
  Object.values(faultsOf(report)).every((list) => list.length === 0)

/** The report, line by line. */
export function describeCrashes(report: CrashReport): string[] {
  const { plan, seconds, journal, bestow, postgres, tookEffect } = report
  const doubts = inDoubt(journal)
  const again = journal.operations.filter(({ key, unanswered }) => key !== null && unanswered > 0)
  const faults = Object.entries(faultsOf(report))
  return [
    `seed ${plan.seed}, ${Math.round(seconds)} s`,
    `acknowledged  ${journal.acknowledgedCount} operations`,
    ...table(journal.operations).map((line) => `  ${line}`),
    `sent twice    ${journal.repetitions} deliberately with their key, with the same response`,
    `unanswered    ${again.length} with a key, sent again until acknowledged`,
    `              ${doubts.length} without a key, of which ${tookEffect} had taken effect`,
    `kill -9       Bestow ${bestow.length} times, ready again after ${spread(bestow)}`,
    `              PostgreSQL ${postgres.length} times, responding again after ${spread(postgres)}`,
    ...faults.map(([what, list]) => `${what.padEnd(21)} ${list.length}`),
    ...faults.flatMap(([what, list]) =>
      list.slice(0, MOST_EXAMPLES).map((example) => `  ${what}: ${example}`),
    ),
  ]
}

/** The results of each kind of operation, with their counts. */
function table(operations: Operation[]): string[] {
  return [...Map.groupBy(operations, ({ kind }) => kind)].map(([kind, list]) => {
    const results = [...Map.groupBy(list, resultOf)].map(([result, { length }]) => `${result} ${length}`)
    return `${kind.padEnd(12)} ${results.sort().join(', ')}`
  })
}

function resultOf({ response, key }: Operation): string {
  if (!response) return key === null ? 'unanswered' : 'unfinished'
  return `${response.status}${response.isReplay ? ' replayed' : ''}`
}

function spread(recoveries: Recoveries): string {
  if (recoveries.length === 0) return 'none'
  const sorted = recoveries.toSorted((one, other) => one - other)
  const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(2)} s`
  return `${seconds(sorted[Math.floor((sorted.length - 1) / 2)]!)} (p50), ${seconds(sorted.at(-1)!)} (max)`
}
