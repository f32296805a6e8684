/** The database is unreachable for a while, under load. */
import { setTimeout as sleep } from 'node:timers/promises'
import { startProxy } from '../../src/testing/proxy.ts'
import { until } from '../launch.ts'
import { isMade, lostGrants, startGranting, unexpectedResponses } from './granting.ts'
import { memoryOf } from './overload.ts'
import type { Trial } from './trial.ts'
import {
  countBy,
  type Findings,
  findings,
  missed,
  resultOf,
  untilDispatched,
  violatedInvariants,
  withTrialEnvironment,
} from './trial-environment.ts'

export interface DatabaseAwayReport extends Findings {
  awaySeconds: number
  /** Responses during the whole trial, by status. */
  responses: Record<string, number>
  refusedMeanwhile: number
  slowestRefusalMs: number
  /** From the return of the database to the first grant. */
  firstGrantAfterMs: number
  /** Megabytes of the server. */
  memoryMb: { before: number; most: number; after: number }
}

export interface DatabaseAwayOptions {
  seconds?: number
  /** The database does not refuse connections, but does not respond. */
  isSilent?: boolean
  /** On a busy machine it may take longer. */
  longestRefusalMs?: number
}

const CONTACTS = 60_000
const LOAD_SECONDS = 2
/** A refusal usually takes milliseconds. */
const LONGEST_REFUSAL_MS = 5_000
/** A silent database cannot be distinguished from a slow one before the statement timeout. */
const LONGEST_SILENCE_MS = 20_000
/** Limit of a process's additional memory while its database is away. */
const MOST_GROWTH_MB = 150
export const SHORT: DatabaseAwayOptions = { seconds: 3, longestRefusalMs: 60_000 }

export const databaseAwayTrial: Trial = {
  name: 'database-away',
  summary: 'the database is unreachable for half a minute, under load',
  run: async ({ isShort }) => resultOf(await databaseAway(isShort ? SHORT : {})),
}

export const databaseSilentTrial: Trial = {
  name: 'database-silent',
  summary: 'the database does not respond for half a minute, under load',
  run: async () => resultOf(await databaseAway({ isSilent: true })),
}

export const databaseAway = ({
  seconds = 30,
  isSilent = false,
  longestRefusalMs = isSilent ? LONGEST_SILENCE_MS : LONGEST_REFUSAL_MS,
}: DatabaseAwayOptions = {}): Promise<DatabaseAwayReport> =>
  withTrialEnvironment(CONTACTS, async (environment) => {
    const proxy = await startProxy(environment.postgres.url)
    const server = await environment.start('serve', String(proxy.connection))
    await environment.start('worker', String(proxy.connection))
    const load = await startGranting(environment, server.ready.url!)
    const memory = () => memoryOf(server.child.pid!)

    await sleep(LOAD_SECONDS * 1_000)
    const memoryBefore = await memory()
    if (isSilent) proxy.silence()
    else await proxy.cut()
    const cut = performance.now()
    let mostMemory = 0
    const isRefused = () => load.sent.some(({ begun, response }) => begun > cut && response?.status === 503)
    // On a busy machine there may be no request by then.
    while (performance.now() < cut + seconds * 1_000 || !(isSilent || isRefused())) {
      mostMemory = Math.max(mostMemory, await memory())
      await sleep(100)
    }
    const restored = performance.now()
    await proxy.restore()
    const madeSince = () => load.sent.find((one) => isMade(one) && one.begun > restored)
    await until(() => madeSince() !== undefined)
    await sleep(LOAD_SECONDS * 1_000)
    await load.stop()

    const meanwhile = load.sent.filter(({ begun, ended }) => begun > cut && ended < restored)
    const slowest = Math.max(0, ...meanwhile.map(({ begun, ended }) => ended - begun))
    await untilDispatched(environment.database)
    const faults = [
      ...unexpectedResponses(load.sent),
      ...meanwhile.filter(isMade).map(({ contactId }) => `granted to ${contactId} without a database`),
      ...(slowest > longestRefusalMs ? [`a refusal took ${Math.round(slowest)} ms`] : []),
      ...(mostMemory > memoryBefore + MOST_GROWTH_MB ? [`memory grew to ${mostMemory} MB`] : []),
      ...(await lostGrants(environment.database, load.sent)),
      ...(await violatedInvariants(environment.postgres.url)),
    ]
    const report = {
      awaySeconds: seconds,
      responses: countBy(load.sent, ({ response }) => String(response?.status ?? 'none')),
      refusedMeanwhile: meanwhile.length,
      slowestRefusalMs: Math.round(slowest),
      firstGrantAfterMs: Math.round(madeSince()!.ended - restored),
      memoryMb: { before: memoryBefore, most: mostMemory, after: await memory() },
    }
    await proxy.cut()
    faults.push(...missed('no request was refused while the database was away', meanwhile.length > 0))
    return findings(faults, report)
  })
