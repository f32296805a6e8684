/** The database is out of reach for a while, and the requests go on. */
import { setTimeout as sleep } from 'node:timers/promises'
import { startProxy } from '../../src/testing/proxy.ts'
import { until } from '../launch.ts'
import { isMade, lostGrants, startGranting, strangeAnswers } from './granting.ts'
import {
  brokenRules,
  countBy,
  type Findings,
  findings,
  missed,
  onGround,
  outcomeOf,
  untilDispatched,
} from './ground.ts'
import { memoryOf } from './overload.ts'
import type { Trial } from './trial.ts'

export interface DatabaseAwayReport extends Findings {
  awaySeconds: number
  /** Of the whole trial, by status. */
  answers: Record<string, number>
  refusedMeanwhile: number
  slowestRefusalMs: number
  /** From its return until a grant was made. */
  firstGrantAfterMs: number
  /** Megabytes of the server. */
  memoryMb: { before: number; most: number; after: number }
}

export interface DatabaseAwayOptions {
  seconds?: number
  /** Connections to it are not refused: there is no answer at all. */
  isSilent?: boolean
  /** On a machine that is busy with other things it may take longer. */
  longestRefusalMs?: number
}

const CONTACTS = 60_000
const LOAD_SECONDS = 2
/** Mostly a refusal takes milliseconds. */
const LONGEST_REFUSAL_MS = 5_000
/** A database that is slow looks like one that is silent, until its statement's time is over. */
const LONGEST_SILENCE_MS = 20_000
/** Of memory that a process takes more while its database is away. */
const MOST_GROWTH_MB = 150
export const SHORT: DatabaseAwayOptions = { seconds: 3, longestRefusalMs: 60_000 }

export const databaseAwayTrial: Trial = {
  name: 'database-away',
  sentence: 'the database is out of reach for half a minute, under load',
  run: async ({ isShort }) => outcomeOf(await databaseAway(isShort ? SHORT : {})),
}

export const databaseSilentTrial: Trial = {
  name: 'database-silent',
  sentence: 'the database does not answer for half a minute, under load',
  run: async () => outcomeOf(await databaseAway({ isSilent: true })),
}

export const databaseAway = ({
  seconds = 30,
  isSilent = false,
  longestRefusalMs = isSilent ? LONGEST_SILENCE_MS : LONGEST_REFUSAL_MS,
}: DatabaseAwayOptions = {}): Promise<DatabaseAwayReport> =>
  onGround(CONTACTS, async (ground) => {
    const proxy = await startProxy(ground.postgres.url)
    const server = await ground.start('serve', String(proxy.connection))
    await ground.start('worker', String(proxy.connection))
    const load = await startGranting(ground, server.ready.url!)
    const memory = () => memoryOf(server.child.pid!)

    await sleep(LOAD_SECONDS * 1_000)
    const memoryBefore = await memory()
    if (isSilent) proxy.silence()
    else await proxy.cut()
    const cut = performance.now()
    let mostMemory = 0
    const isRefused = () => load.sent.some(({ begun, answer }) => begun > cut && answer?.status === 503)
    // On a busy machine nobody may have asked by then.
    while (performance.now() < cut + seconds * 1_000 || !(isSilent || isRefused())) {
      mostMemory = Math.max(mostMemory, await memory())
      await sleep(100)
    }
    const mended = performance.now()
    await proxy.mend()
    const madeSince = () => load.sent.find((one) => isMade(one) && one.begun > mended)
    await until(() => madeSince() !== undefined)
    await sleep(LOAD_SECONDS * 1_000)
    await load.stop()

    const meanwhile = load.sent.filter(({ begun, ended }) => begun > cut && ended < mended)
    const slowest = Math.max(0, ...meanwhile.map(({ begun, ended }) => ended - begun))
    await untilDispatched(ground.database)
    const faults = [
      ...strangeAnswers(load.sent),
      ...meanwhile.filter(isMade).map(({ contactId }) => `granted to ${contactId} without a database`),
      ...(slowest > longestRefusalMs ? [`a refusal took ${Math.round(slowest)} ms`] : []),
      ...(mostMemory > memoryBefore + MOST_GROWTH_MB ? [`memory grew to ${mostMemory} MB`] : []),
      ...(await lostGrants(ground.database, load.sent)),
      ...(await brokenRules(ground.postgres.url)),
    ]
    const report = {
      awaySeconds: seconds,
      answers: countBy(load.sent, ({ answer }) => String(answer?.status ?? 'none')),
      refusedMeanwhile: meanwhile.length,
      slowestRefusalMs: Math.round(slowest),
      firstGrantAfterMs: Math.round(madeSince()!.ended - mended),
      memoryMb: { before: memoryBefore, most: mostMemory, after: await memory() },
    }
    await proxy.cut()
    faults.push(...missed('no request was refused while the database was away', meanwhile.length > 0))
    return findings(faults, report)
  })
