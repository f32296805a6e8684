/** Shows that the crash trial finds faults: with each of them planted, it fails. */
import { expect, test } from 'vitest'
import { isControlDue } from '../depth.ts'
import {
  commitsInMemory,
  eventsAfterCommit,
  eventsMarkedLate,
  type Fault,
  noUniqueEmails,
  noUniqueGrants,
} from './crashes/faults.ts'
import { faultsOf } from './crashes/report.ts'
import { type CrashReport, type Plan, runCrashes, SHORT } from './crashes.ts'

const NEVER = Number.POSITIVE_INFINITY

const FEW: Omit<Plan, 'seed'> = {
  ...SHORT,
  size: 1,
  goals: { operations: 150, kills: 0, postgresKills: 0 },
  killEveryMs: NEVER,
  killPostgresEveryMs: NEVER,
  limitMs: 300_000,
  settleMs: 3_000,
  log: () => {},
}

/** The same, with one kill of PostgreSQL. */
const WITH_CRASH: Partial<Plan> = {
  goals: { operations: 150, kills: 0, postgresKills: 1 },
  killPostgresEveryMs: 3_000,
}

async function runWith(fault: Fault, plan: Partial<Plan> = {}): Promise<CrashReport> {
  return runCrashes({ ...FEW, ...plan, seed: 1, fault })
}

test.runIf(isControlDue(0, 5))(
  'without the unique index on live grants, a customer holds an offer twice',
  async () => {
    const report = await runWith(noUniqueGrants)
    expect(faultsOf(report).invariants).toContainEqual(expect.stringContaining('live_grant'))
  },
)

test.runIf(isControlDue(1, 5))(
  'with events written after the commit, a crash loses those of acknowledged grants',
  async () => {
    const report = await runWith(eventsAfterCommit, WITH_CRASH)
    expect(report.lost).not.toEqual([])
    expect(faultsOf(report).invariants).toContainEqual(expect.stringContaining('grant_event'))
  },
)

test.runIf(isControlDue(2, 5))(
  'with commits acknowledged before they are on disk, a crash loses them',
  async () => {
    const report = await runWith(commitsInMemory, WITH_CRASH)
    expect(report.lost).not.toEqual([])
  },
)

test.runIf(isControlDue(3, 5))('events that are dispatched twice send each e-mail once', async () => {
  const report = await runWith(eventsMarkedLate)
  expect(report.doubled).toEqual([])
})

test.runIf(isControlDue(4, 5))(
  'without the unique index on causes of e-mails, events that are dispatched twice send them twice',
  async () => {
    const report = await runWith(noUniqueEmails)
    expect(report.doubled).toContainEqual(expect.stringContaining('e-mail'))
  },
)
