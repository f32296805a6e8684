/** The crash trial: mixed load while all processes are killed, and an audit of every request afterwards. */
import pg from 'pg'
import { bestowJson, fetchToken, makeAccount } from './account.ts'
import { type Audit, auditDatabase } from './crashes/audit.ts'
import { runClient, type Target } from './crashes/clients.ts'
import type { Fault } from './crashes/faults.ts'
import type { Journal } from './crashes/journal.ts'
import { killPostgres, killProcesses, type Recoveries } from './crashes/killing.ts'
import { areReached, describeCrashes, isClean, progressOf } from './crashes/report.ts'
import { settle } from './crashes/settle.ts'
import { makeWorld } from './crashes/world.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { makePostgres, type Postgres } from './postgres.ts'
import { seededRandom } from './random.ts'
import type { Trial } from './trial.ts'

const REPORT_EVERY_MS = 15_000

export interface Plan {
  seed: number
  /** Number of servers, and of workers. */
  size: number
  clients: number
  /** The load ends when all of them are reached. */
  goals: { operations: number; kills: number; postgresKills: number }
  /** The load ends after this time in any case. */
  limitMs: number
  /** Average time between the recovery from one kill and the next. */
  killEveryMs: number
  killPostgresEveryMs: number
  /** Longest wait for pending work after the load. */
  settleMs: number
  /** A planted fault, which the trial must find. */
  fault?: Fault
  log: (line: string) => void
}

export interface CrashReport extends Audit {
  plan: Plan
  seconds: number
  journal: Journal
  bestow: Recoveries
  postgres: Recoveries
  doctor: { ok: boolean; findings: { name: string; violations: number | null; examples: string[] }[] }
  /** Unexpected exits and logged errors of processes. */
  processErrors: string[]
}

export const crashesTrial: Trial = {
  name: 'crashes',
  summary: 'kill -9 of Bestow and of PostgreSQL under load: nothing lost, doubled or stuck',
  async run({ seed, isShort, log }) {
    const report = await runCrashes({ ...(isShort ? SHORT : FULL), seed, log })
    return { passed: isClean(report), lines: describeCrashes(report) }
  },
}

const FULL: Omit<Plan, 'seed' | 'log'> = {
  size: 2,
  clients: 24,
  goals: { operations: 100_000, kills: 500, postgresKills: 50 },
  limitMs: 5_400_000,
  killEveryMs: 500,
  killPostgresEveryMs: 15_000,
  settleMs: 300_000,
}

export const SHORT: Omit<Plan, 'seed' | 'log'> = {
  size: 2,
  clients: 12,
  goals: { operations: 1_000, kills: 7, postgresKills: 2 },
  // The limits only end a trial that hangs.
  limitMs: 900_000,
  killEveryMs: 500,
  killPostgresEveryMs: 10_000,
  settleMs: 300_000,
}

/** Kills and restarts until the goals are reached, then audits the database. */
export async function runCrashes(plan: Plan): Promise<CrashReport> {
  const begun = performance.now()
  const postgres = await makePostgres(plan.fault?.settings)
  try {
    const account = await makeAccount(postgres.url)
    const backgroundFault = await plan.fault?.plant?.(postgres.url)
    const fleet = await startFleet(postgres.url, {}, { servers: plan.size, workers: plan.size })
    try {
      const target = {
        urls: fleet.servers.map(({ url }) => url),
        token: await fetchToken(fleet.servers[0]!.url, account),
      }
      const found = await loadUnderKills(plan, postgres, fleet, target, account.offers)
      const audit = await withClient(postgres.url, async (client) =>
        auditDatabase(client, found.journal, await settle(client, plan.settleMs), account.gifts),
      )
      await backgroundFault?.end()
      const doctor = await bestowJson(postgres.url, 'doctor')
      const seconds = (performance.now() - begun) / 1_000
      return { plan, seconds, ...found, ...audit, doctor, processErrors: fleet.processErrors() }
    } finally {
      await fleet.stop()
    }
  } finally {
    await postgres.remove()
  }
}

type Found = Pick<CrashReport, 'journal' | 'bestow' | 'postgres'>

/** Runs the load and the kills, until the goals are reached and every request with a key is acknowledged. */
async function loadUnderKills(
  { seed, clients, goals, limitMs, killEveryMs, killPostgresEveryMs, settleMs, log }: Plan,
  server: Postgres,
  fleet: Fleet,
  target: Target,
  offers: string[],
): Promise<Found> {
  const journal: Journal = { operations: [], acknowledgedCount: 0, repetitions: 0, wrongResponses: [] }
  const [bestow, postgres]: [Recoveries, Recoveries] = [[], []]
  const found = { journal, bestow, postgres }
  const limit = performance.now() + limitMs
  let isStopped = false
  const isOver = () => isStopped || areReached(goals, found) || performance.now() > limit
  let deadline = Number.POSITIVE_INFINITY
  const ends = { isOver, isGivenUp: () => performance.now() > deadline }

  const world = makeWorld(offers)
  const load = Array.from({ length: clients }, (_, number) =>
    runClient(target, world, journal, seededRandom(seed, `client ${number}`), ends),
  )
  const killPlan = (name: string, everyMs: number, recoveries: Recoveries) => ({
    everyMs,
    random: seededRandom(seed, name),
    recoveries,
    isOver,
  })
  const reporting = setInterval(() => log(progressOf(found)), REPORT_EVERY_MS)
  try {
    await Promise.all([
      killProcesses(fleet.servers, killPlan('servers', killEveryMs, bestow)),
      killProcesses(fleet.workers, killPlan('workers', killEveryMs, bestow)),
      killPostgres(server, killPlan('postgres', killPostgresEveryMs, postgres)),
    ])
    deadline = performance.now() + settleMs
  } finally {
    isStopped = true
    clearInterval(reporting)
    if (deadline === Number.POSITIVE_INFINITY) deadline = 0
    await Promise.all(load)
  }
  return found
}

async function withClient<Result>(
  connectionString: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
