/** Three times as many requests arrive as the server can process. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { processes } from '../launch.ts'
import { fetchToken } from './account.ts'
import { pin } from './cores.ts'
import { type Load, runLoad, type Tally } from './overload/load.ts'
import type { RequestMix } from './overload/requests.ts'
import type { Trial } from './trial.ts'
import { type Findings, missed, resultOf, withTrialEnvironment } from './trial-environment.ts'

export interface OverloadReport extends Findings {
  /** Successful requests a second of clients that wait for their responses, before and after the overload. */
  capacity: [number, number]
  offered: number
  /** Requests a second that succeeded within two seconds. */
  goodput: number
  /** Goodput as a share of the average capacity: it changes when others use the machine too. */
  goodputShare: number
  refused: number
  late: number
  servedMs: Spread
  refusedMs: Spread
  others: Record<string, number>
  /** Megabytes of the server, before and after. */
  memoryMb: [number, number]
  /** Processor time of the load generator, as a share of one core. */
  generatorCpu: number
  /** Whether the load generator had a core of its own, and the server and its database the others. */
  coresApart: boolean
}

export interface OverloadOptions {
  mix: RequestMix['mix']
  /** For grants alone, more than all requests together, so that each of them creates a customer. */
  contacts: number
  /** Smallest share of the capacity that passes; null to check no speed. */
  leastGoodput: number | null
  seconds?: number
  /** Rate of arriving requests, as a multiple of the capacity. */
  factor?: number
  /** Concurrent clients while measuring the capacity: as many as the server processes concurrently. */
  clients?: number
  /** The setting CONCURRENT_REQUESTS, when not its default. */
  concurrentRequests?: number
  seed?: number
}

interface Spread {
  p50: number
  p99: number
  max: number
}

const IN_TIME_MS = 2_000
/** Requests of all kinds, for so many contacts that requests hardly ever wait for each other. */
const ALL_KINDS: OverloadOptions = { mix: 'all kinds', contacts: 20_000, leastGoodput: 0.8 }
/** A grant is so cheap that refusing costs a fourth of it: docs/decisions/0011-refusing-overload.md. */
const GRANTS: OverloadOptions = { mix: 'grants', contacts: 700_000, leastGoodput: 0.4 }
/** For a machine that others use: its speed changes from second to second, and is not checked. */
export const SHORT = { seconds: 3, clients: 32, concurrentRequests: 64 }
export const SHORT_ALL_KINDS: OverloadOptions = { ...ALL_KINDS, ...SHORT, leastGoodput: null }
export const SHORT_GRANTS: OverloadOptions = { ...GRANTS, ...SHORT, leastGoodput: null, contacts: 80_000 }

export const overloadTrial: Trial = {
  name: 'overload',
  summary: 'three times as many requests arrive as the server can process',
  run: async ({ isShort, seed }) =>
    resultOf(await overload({ ...(isShort ? SHORT_ALL_KINDS : ALL_KINDS), seed })),
}

export const overloadByGrantsTrial: Trial = {
  name: 'overload-by-grants',
  summary: 'the same with grants only, each to a new customer',
  run: async ({ isShort }) => resultOf(await overload(isShort ? SHORT_GRANTS : GRANTS)),
}

export const overload = ({
  mix,
  contacts,
  leastGoodput,
  seconds = 15,
  factor = 3,
  clients = 250,
  concurrentRequests,
  seed = 1,
}: OverloadOptions): Promise<OverloadReport> =>
  withTrialEnvironment(contacts, async (environment) => {
    const server = await environment.start('serve', undefined, {
      CONCURRENT_REQUESTS: concurrentRequests?.toString(),
    })
    const coresApart = await pinAll(server.child.pid!, environment.postgres.folder)
    const url = server.ready.url!
    const token = await fetchToken(url, environment.account)
    const { offers } = environment.account
    let granted = 0
    const apply = async (load: Load['load'], duration = seconds) => {
      const requests = { mix, contacts: environment.contacts.slice(granted), offers, seed }
      const tally = await runLoad({ url, token, requests, seconds: duration, load })
      if (mix === 'grants') granted += tally.sent
      return tally
    }

    const capacity = async () => (await apply({ clients })).served.length / seconds
    await apply({ clients }, seconds / 2)
    const before = await capacity()
    const memoryBefore = await memoryOf(server.child.pid!)
    const tally = await apply({ perSecond: before * factor })
    const memoryAfter = await memoryOf(server.child.pid!)
    const after = await capacity()
    const inTime = tally.served.filter((ms) => ms <= IN_TIME_MS).length
    const report = {
      capacity: [Math.round(before), Math.round(after)] as [number, number],
      offered: Math.round(before * factor),
      goodput: Math.round(inTime / seconds),
      goodputShare: inTime / seconds / ((before + after) / 2),
      refused: tally.refused.length,
      late: tally.served.length - inTime,
      servedMs: spread(tally.served),
      refusedMs: spread(tally.refused),
      others: tally.others,
      memoryMb: [memoryBefore, memoryAfter] as [number, number],
      generatorCpu: tally.cpu,
      coresApart,
    }
    const faults = faultsOf(tally, report.goodputShare, leastGoodput)
    return { passed: faults.length === 0, faults, ...report }
  })

/** Pins the server and its database to their cores, so that the load takes none of their processor time. */
async function pinAll(server: number, folder: string): Promise<boolean> {
  const postmaster = Number((await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n')[0])
  const pids = processes().filter(({ pid, parent }) => [pid, parent].includes(postmaster))
  return [server, ...pids.map(({ pid }) => pid)].map((pid) => pin(pid, 'server')).every(Boolean)
}

function faultsOf(tally: Tally, share: number, least: number | null): string[] {
  const others = Object.entries(tally.others).map(([what, count]) => `${count} requests ended with: ${what}`)
  const percent = (part: number) => `${Math.round(part * 100)} %`
  const tooSlow = (wanted: number) => [
    ...(spread(tally.refused).p50 > IN_TIME_MS ? ['refusals are too slow'] : []),
    ...(share < wanted ? [`goodput is ${percent(share)} of the capacity, less than ${percent(wanted)}`] : []),
  ]
  return [
    ...others,
    ...(tally.refused.length === 0 ? ['nothing was refused'] : []),
    ...(tally.refusedWithoutRetryAfter > 0
      ? [`${tally.refusedWithoutRetryAfter} refusals without Retry-After`]
      : []),
    ...missed('no request succeeded', tally.served.length > 0),
    ...(least === null ? [] : tooSlow(least)),
  ]
}

function spread(milliseconds: number[]): Spread {
  const sorted = Float64Array.from(milliseconds).sort()
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0)
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}

/** Resident memory of a process, in megabytes. */
export async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024)
}
